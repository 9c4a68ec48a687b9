"""The difference of two versions, line by line and within a changed line word by word."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final

from models.documents import DocumentText, Rendering
from web.document_schemas import Change, FieldView, LanguageView, LineView, PieceView, RenderingChange

FIELDS: Final = ("headline", "summary", "body", "background", "demands")

MOST_COMPARISONS: Final = 250_000
"""Longer parts are shown as replaced as a whole: difflib needs the square of their length."""

_WORD = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")

Opcode = tuple[str, int, int, int, int]


def difference_of(
    before: Mapping[str, DocumentText], after: Mapping[str, DocumentText], languages: Iterable[str]
) -> list[LanguageView]:
    """Compare the texts of two versions in each of the languages."""
    return [_language(one, before.get(one), after.get(one)) for one in languages]


def rendering_changes(before: Sequence[Rendering], after: Sequence[Rendering]) -> list[RenderingChange]:
    """Compare what readers get of two versions."""
    old, new = ({(one.language, one.kind): one.digest for one in side} for side in (before, after))
    return [
        RenderingChange(language=language, kind=kind, change=_change(old.get(key), new.get(key)))
        for key in sorted({*old, *new})
        for language, kind in [key]
    ]


def _language(language: str, before: DocumentText | None, after: DocumentText | None) -> LanguageView:
    fields = [_field(field, _lines_of(before, field), _lines_of(after, field)) for field in FIELDS]
    sides = [text and [_lines_of(text, field) for field in FIELDS] for text in (before, after)]
    return LanguageView(language=language, change=_change(*sides), fields=fields)


def _field(field: str, before: Sequence[str] | None, after: Sequence[str] | None) -> FieldView:
    return FieldView(
        field=field, change=_change(before, after), lines=list(_lines(before or [], after or []))
    )


def _lines_of(text: DocumentText | None, field: str) -> Sequence[str] | None:
    """Return the lines of a field, None where it is empty or there is no text."""
    value = getattr(text, field) if text else None
    return (value.split("\n") if isinstance(value, str) else value) or None


def _change(before: object, after: object) -> Change:
    if before == after:
        return Change.UNCHANGED
    if before is None:
        return Change.ADDED
    return Change.REMOVED if after is None else Change.CHANGED


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[LineView]:
    for _, start, end, new_start, new_end in _opcodes(before, after):
        for old, new in zip_longest(before[start:end], after[new_start:new_end]):
            change = _change(old, new)
            pieces = list(_pieces(old, new)) if change is Change.CHANGED else []
            yield LineView(change=change, before=old, after=new, pieces=pieces)


def _pieces(before: str, after: str) -> Iterator[PieceView]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    for operation, start, end, new_start, new_end in _opcodes(old, new):
        removed, added = "".join(old[start:end]), "".join(new[new_start:new_end])
        kept = removed if operation == "equal" else _shared_space(removed, added)
        rest = (Change.REMOVED, removed[len(kept) :]), (Change.ADDED, added[len(kept) :])
        sides = ((Change.UNCHANGED, kept), *rest)
        yield from (PieceView(change=change, text=text) for change, text in sides if text)


def _shared_space(before: str, after: str) -> str:
    """Return the space that both begin with, so that it does not count as changed."""
    spaces = [text[: len(text) - len(text.lstrip())] for text in (before, after)]
    return spaces[0] if spaces[0] == spaces[1] else ""


def _opcodes(before: Sequence[str], after: Sequence[str]) -> Iterator[Opcode]:
    """Compare two sequences as difflib does; what is too long between equal ends counts as replaced."""
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    yield "equal", 0, head, 0, head
    if len(old) * len(new) > MOST_COMPARISONS:
        yield "replace", head, head + len(old), head, head + len(new)
    else:
        for operation, *places in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            start, end, new_start, new_end = (head + place for place in places)
            yield operation, start, end, new_start, new_end
    yield "equal", len(before) - tail, len(before), len(after) - tail, len(after)


def _shared(before: Sequence[str], after: Sequence[str]) -> int:
    """Count how many entries two sequences begin with alike."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((place for place, (old, new) in pairs if old != new), min(len(before), len(after)))
