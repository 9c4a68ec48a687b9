"""Markdown of statements, as safe HTML and as plain text. Raw HTML, images and odd links stay out of both."""

import re
from collections.abc import Sequence
from functools import lru_cache
from textwrap import indent

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

LINK_SCHEMES = frozenset({"http", "https", "mailto"})
# No user part in web addresses: https://fiscalia.example@other.example reads like another host than it is.
LINK = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(:\d{1,5})?([/?#]|\Z)|mailto:[^@]+@[a-z0-9][a-z0-9.-]*(\?|\Z)",
    re.IGNORECASE,
)
BLOCK_TAGS = frozenset({"p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "hr"})
INLINE_TAGS = frozenset({"a", "br", "code", "em", "strong"})

_KEPT = 64
"""How many texts are kept rendered: those of one action are read by hundreds within minutes."""

_CLEANER = nh3.Cleaner(
    tags=BLOCK_TAGS | INLINE_TAGS,
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes=LINK_SCHEMES,
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)


@lru_cache(maxsize=_KEPT)
def to_html(text: str) -> Markup:
    """Render Markdown as HTML that is safe in any page of ours; its headings start at h3."""
    return Markup(_CLEANER.clean(_PARSER.render(text)))  # noqa: S704 # cleaned by an allow list


def to_text(text: str) -> str:
    """Render Markdown as plain text: one line a paragraph, addresses of links in brackets."""
    return _blocks(parsed(text).children, tight=False)


def parsed(text: str) -> SyntaxTreeNode:
    """Read Markdown as a tree."""
    return SyntaxTreeNode(_PARSER.parse(text))


class _StatementMarkdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 # the library's name
        return LINK.match(url) is not None


def _demote_headings(state: StateCore) -> None:
    """Leave h1 to the page's title and h2 to its sections."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"


def _image_as_words(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return escapeHtml(renderer.renderInlineAsText(tokens[index].children or [], options, env))


def _parser() -> MarkdownIt:
    parser = _StatementMarkdown("commonmark", {"html": False})
    parser.core.ruler.push("demote_headings", _demote_headings)
    parser.add_render_rule("image", _image_as_words)
    return parser


_PARSER = _parser()


def _blocks(nodes: Sequence[SyntaxTreeNode], *, tight: bool) -> str:
    return ("\n" if tight else "\n\n").join(filter(None, map(_block, nodes)))


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "bullet_list":
            return _items(node, ["- "] * len(node.children))
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return _items(node, [f"{number}. " for number in range(first, first + len(node.children))])
        case "blockquote":
            return indent(_blocks(node.children, tight=False), "> ", lambda _: True)
        case "fence" | "code_block":
            return indent(node.content.rstrip("\n"), "    ")
        case "hr":
            return "* * *"
        case _:
            return _inline(node)


def _items(node: SyntaxTreeNode, markers: Sequence[str]) -> str:
    tight = all(
        child.hidden for item in node.children for child in item.children if child.type == "paragraph"
    )
    items = []
    for item, marker in zip(node.children, markers, strict=True):
        content = indent(_blocks(item.children, tight=tight), " " * len(marker))
        items.append(marker + content[len(marker) :])
    return ("\n" if tight else "\n\n").join(items)


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            return _link(node)
        case _:
            return "".join(map(_inline, node.children))


def _link(node: SyntaxTreeNode) -> str:
    words = "".join(map(_inline, node.children))
    address = str(node.attrs["href"]).removeprefix("mailto:")
    return words if words == address else f"{words} ({address})"
