"""What changed in a text since a partner read it, as her page may show it.

What was taken out is not repeated: the text as it was may not go out any more, and may have been corrected
because of just these words. Whoever reads sees what is new, and where something is gone.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from models.documents import DocumentText
from web.differences import difference_of
from web.document_schemas import Change, LineView

LONGEST_SHOWN: Final = 3_000
"""How many characters of changed lines a page shows: it must stay small, and has the whole text below."""


class Piece(NamedTuple):
    """Words of a changed line; `change` is `unchanged`, `added` or `removed`, the last without words."""

    change: str
    text: str = ""


class ChangedField(NamedTuple):
    """A part of the text that changed, line by line."""

    field: str
    lines: list[list[Piece]]


class Changes(NamedTuple):
    """What changed in one language; not `whole` where more did than is shown."""

    fields: list[ChangedField]
    whole: bool


def changes_since(before: DocumentText | None, after: DocumentText) -> Changes | None:
    """Compare a text with the one that was read; None where that was in other languages only."""
    if before is None:
        return None
    (compared,) = difference_of({after.language: before}, {after.language: after}, [after.language])
    fields, room = [], LONGEST_SHOWN
    for field in compared.fields:
        lines = [list(_shown(line)) for line in field.lines if _is_told(line)]
        shown = list(_fitting(lines, room))
        room -= sum(_length(line) for line in lines)
        if shown:
            fields.append(ChangedField(field.field, shown))
    return Changes(fields, whole=room >= 0)


def _is_told(line: LineView) -> bool:
    """Tell whether a line changed, and is more than the space between two paragraphs."""
    return line.change is not Change.UNCHANGED and bool(f"{line.before or ''}{line.after or ''}".strip())


def _fitting(lines: list[list[Piece]], room: int) -> Iterator[list[Piece]]:
    for line in lines:
        room -= _length(line)
        if room < 0:
            return
        yield line


def _length(line: list[Piece]) -> int:
    return sum(len(piece.text) for piece in line)


def _shown(line: LineView) -> Iterator[Piece]:
    if line.change is not Change.CHANGED:
        yield _piece(line.change, line.after)
        return
    for place, piece in enumerate(line.pieces):
        replaced = line.pieces[place + 1].change is Change.ADDED if place + 1 < len(line.pieces) else False
        if piece.change is not Change.REMOVED or not replaced:
            yield _piece(piece.change, piece.text)


def _piece(change: Change, text: str | None) -> Piece:
    return Piece(change.value, "" if change is Change.REMOVED else text or "")
