"""Markdown of statements as a tree of plain data, for what sets it on paper. Texts in it are never markup."""

from collections.abc import Iterable, Iterator
from typing import Final

from markdown_it.tree import SyntaxTreeNode

from templates.markdown import parsed

Node = dict[str, object]
"""`kind`, with `parts` (nodes), `text`, `lines`, `tight` or `start` where a kind has them."""

_BLOCKS: Final = {"paragraph": "paragraph", "heading": "heading", "blockquote": "quote"}
_STYLES: Final = {"em": "emphasis", "strong": "strong"}


def to_tree(text: str) -> list[Node]:
    """Read Markdown as blocks of text; images are their words, links are followed by their address."""
    return [_block(node) for node in parsed(text).children]


def plain_line(text: str) -> list[Node]:
    """Return a text that is no Markdown as one paragraph."""
    return [{"kind": "paragraph", "parts": [_text(text)]}]


def texts_of(nodes: Iterable[Node]) -> Iterator[str]:
    """Find the texts of a tree as a reader sees them: one for each block, whatever its styles."""
    for node in nodes:
        match node:
            case {"kind": "paragraph" | "heading", "parts": list(parts)}:
                yield "".join(_words(parts))
            case {"parts": list(parts)}:
                yield from texts_of(parts)
            case {"lines": list(lines)}:
                yield "\n".join(lines)
            case _:
                pass


def _words(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        match node:
            case {"parts": list(parts)}:
                yield from _words(parts)
            case {"text": str(text)}:
                yield text
            case _:
                yield "\n"


def _block(node: SyntaxTreeNode) -> Node:
    match node.type:
        case "bullet_list":
            return {"kind": "bullets", "tight": _is_tight(node), "parts": _items(node)}
        case "ordered_list":
            start = int(node.attrs.get("start", 1))
            return {"kind": "numbers", "tight": _is_tight(node), "start": start, "parts": _items(node)}
        case "blockquote":
            return {"kind": "quote", "parts": [_block(child) for child in node.children]}
        case "fence" | "code_block":
            return {"kind": "code", "lines": node.content.rstrip("\n").split("\n")}
        case "hr":
            return {"kind": "rule"}
        case _:
            return {"kind": _BLOCKS.get(node.type, "paragraph"), "parts": _parts(node)}


def _is_tight(node: SyntaxTreeNode) -> bool:
    return all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")


def _items(node: SyntaxTreeNode) -> list[Node]:
    return [{"kind": "item", "parts": [_block(child) for child in item.children]} for item in node.children]


def _parts(node: SyntaxTreeNode) -> list[Node]:
    return [part for child in node.children for part in _inline(child)]


def _inline(node: SyntaxTreeNode) -> list[Node]:
    match node.type:
        case "text" | "code_inline":
            return [{"kind": "text" if node.type == "text" else "code", "text": node.content}]
        case "softbreak" | "hardbreak":
            return [_text(" ") if node.type == "softbreak" else {"kind": "break"}]
        case "em" | "strong":
            return [{"kind": _STYLES[node.type], "parts": _parts(node)}]
        case "link":
            return _link(node)
        case _:
            return _parts(node)


def _link(node: SyntaxTreeNode) -> list[Node]:
    words, address = _parts(node), str(node.attrs["href"]).removeprefix("mailto:")
    return words if "".join(_words(words)) == address else [*words, _text(f" ({address})")]


def _text(text: str) -> Node:
    return {"kind": "text", "text": text}
