"""What is new in a text for whoever knows an earlier one, short enough for a mail."""

from typing import Final, NamedTuple

from models.documents import DocumentText

FIELDS: Final = ("headline", "summary", "body", "background", "demands")
MOST_SHOWN: Final = 4_000
"""Characters; whoever wants more reads the page."""


class NewLines(NamedTuple):
    """The lines that the earlier text did not have, and whether lines of that are gone, or new ones left out.

    What was taken out is not repeated: it may have been corrected because of just these words.
    """

    lines: list[str]
    something_gone: bool
    whole: bool


def new_lines(before: DocumentText, after: DocumentText) -> NewLines:
    """Compare two texts in one language line by line, whatever the order."""
    old, new = _lines_of(before), _lines_of(after)
    known, kept = set(old), set(new)
    lines, room = [], MOST_SHOWN
    fresh = [line for line in dict.fromkeys(new) if line not in known]
    for line in fresh:
        room -= len(line)
        if room < 0:
            break
        lines.append(line)
    return NewLines(
        lines, something_gone=any(line not in kept for line in old), whole=len(lines) == len(fresh)
    )


def _lines_of(text: DocumentText) -> list[str]:
    values = [getattr(text, field) or "" for field in FIELDS]
    parts = [line for value in values for line in (value.split("\n") if isinstance(value, str) else value)]
    return [part for part in parts if part.strip()]
