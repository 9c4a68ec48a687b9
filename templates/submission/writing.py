"""Drafts of submissions as files: PDF by typst, DOCX to go on writing in, Markdown to copy from."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from types import MappingProxyType
from typing import Final

from babel.support import Translations
from docx import Document
from docx.text.paragraph import Paragraph

from models.drafts import Draft, DraftField
from models.mechanisms import DraftFormat
from templates import catalogs
from templates.markdown_tree import Node, plain_line, texts_of, to_tree
from templates.typesetting import Typesetter

MEDIA_TYPES: Final[Mapping[DraftFormat, str]] = MappingProxyType(
    {
        DraftFormat.PDF: "application/pdf",
        DraftFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        DraftFormat.MD: "text/markdown; charset=utf-8",
    }
)
"""What each is called in HTTP."""


@dataclass(frozen=True)
class WrittenDraft:
    """A file, and all that a reader finds in it."""

    content: bytes = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class DraftWriter:
    """Writes drafts for one network."""

    typesetter: Typesetter
    network_name: str
    default_language: str = "es"

    def written(self, draft: Draft, kind: DraftFormat) -> WrittenDraft:
        """Write a draft.

        Raises:
            UnsettableError: as PDF it needs an alphabet that no font of ours has.
        """
        language = catalogs.best_language(draft.language, self.default_language)
        words = catalogs.translations(language)
        tree = _tree(draft, words)
        if kind is DraftFormat.MD:
            text = _as_markdown(draft, words)
            return WrittenDraft(text.encode(), text)
        if kind is DraftFormat.DOCX:
            return WrittenDraft(_as_docx(tree, draft), _text_of(tree))
        content = {
            **tree,
            "network": self.network_name,
            "language": draft.language.split("-")[0],
            "day": [draft.dated.year, draft.dated.month, draft.dated.day],
            "page": words.gettext("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
        }
        text = _text_of(tree)
        self.typesetter.require_letters_of(text)
        return WrittenDraft(
            self.typesetter.set("submission/draft.typ", {"draft": content}, draft.dated), text
        )


def file_name(draft: Draft, kind: DraftFormat) -> str:
    """Name the file of a draft, like `UA-2026-014.iachr.es.pdf`."""
    return f"{draft.reference}.{draft.mechanism}.{draft.language}.{kind}"


def _tree(draft: Draft, words: Translations) -> dict[str, object]:
    """Lay a draft out as plain data: titles, what is missing, and blocks of text."""
    missing = [one.label for one in draft.missing()]
    return {
        "title": draft.title,
        "reference": words.gettext("Draft, to be checked and sent by a person: %(reference)s")
        % {"reference": draft.reference},
        "missing_title": words.gettext("Still missing") if missing else "",
        "missing": missing,
        "sections": [
            {
                "title": section.title,
                "fields": [{"label": one.label, "blocks": _blocks(one, words)} for one in section.fields],
            }
            for section in draft.sections
        ],
    }


def _blocks(one: DraftField, words: Translations) -> list[Node]:
    if one.is_empty:
        return plain_line(f"[{_blank(one, words)}]")
    if one.prose:
        return to_tree(one.prose)
    items = [{"kind": "item", "parts": plain_line(line)} for line in one.lines]
    return (
        [{"kind": "bullets", "tight": True, "parts": items}] if len(items) > 1 else plain_line(one.lines[0])
    )


def _blank(one: DraftField, words: Translations) -> str:
    return words.gettext("to be written") if one.required else words.gettext("may stay empty")


def _text_of(tree: Mapping[str, object]) -> str:
    """Write out what a reader finds, block by block."""
    return "\n".join(_lines_of(tree))


def _lines_of(tree: object) -> Iterable[str]:
    match tree:
        case str(line):
            yield line
        case {"label": str(label), "blocks": list(blocks)}:
            yield label
            yield from texts_of(blocks)
        case dict(parts):
            for part in parts.values():
                yield from _lines_of(part)
        case list(parts):
            for part in parts:
                yield from _lines_of(part)


def _as_markdown(draft: Draft, words: Translations) -> str:
    tree = _tree(draft, words)
    missing = [f"- {one.label}" for one in draft.missing()]
    lines = [f"# {draft.title}", str(tree["reference"])]
    lines += [f"**{tree['missing_title']}**", "\n".join(missing)] if missing else []
    for section in draft.sections:
        lines.append(f"## {section.title}")
        for one in section.fields:
            lines.append(f"### {one.label}")
            listed = "\n".join(f"- {line}" for line in one.lines)
            lines.append(one.prose or listed or f"[{_blank(one, words)}]")
    return "\n\n".join(lines) + "\n"


def _as_docx(tree: Mapping[str, object], draft: Draft) -> bytes:
    document = Document()
    for name in ("author", "comments", "last_modified_by"):
        setattr(document.core_properties, name, "")
    document.core_properties.title = draft.title
    document.add_heading(draft.title, 0)
    document.add_paragraph(str(tree["reference"]))
    missing = [one.label for one in draft.missing()]
    if missing:
        document.add_paragraph().add_run(str(tree["missing_title"])).bold = True
        for label in missing:
            document.add_paragraph(label, style="List Bullet")

    def add(style: str | None) -> Paragraph:
        return document.add_paragraph(style=style)

    for section in _dicts(tree["sections"]):
        document.add_heading(str(section["title"]), 1)
        for one in _dicts(section["fields"]):
            document.add_heading(str(one["label"]), 2)
            _add_blocks(_dicts(one["blocks"]), add, None)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


_LISTS: Final = {"bullets": "List Bullet", "numbers": "List Number"}


def _add_blocks(blocks: Iterable[Node], add: Callable[[str | None], Paragraph], style: str | None) -> None:
    for block in blocks:
        match block:
            case {"kind": "bullets" | "numbers" as kind, "parts": list(items)}:
                _add_blocks(items, add, _LISTS[kind])
            case {"kind": "item", "parts": list(parts)}:
                _add_blocks(parts, add, style)
            case {"kind": "quote", "parts": list(parts)}:
                _add_blocks(parts, add, "Quote")
            case {"lines": list(lines)}:
                add(style).add_run(_printable("\n".join(map(str, lines))))
            case {"parts": list(parts)}:
                _add_runs(add(style), parts, bold=block["kind"] == "heading", italic=False)
            case _:
                pass


def _add_runs(paragraph: Paragraph, parts: Iterable[Node], *, bold: bool, italic: bool) -> None:
    for part in parts:
        kind = part["kind"]
        match part:
            case {"parts": list(within)}:
                _add_runs(
                    paragraph, within, bold=bold or kind == "strong", italic=italic or kind == "emphasis"
                )
            case {"text": str(text)}:
                run = paragraph.add_run(_printable(text))
                run.bold, run.italic = bold or None, italic or None
            case _:
                paragraph.add_run("\n")


def _printable(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(
        one for one in text if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cs", "Cn"}
    )


def _dicts(value: object) -> list[Node]:
    return value if isinstance(value, list) else []
