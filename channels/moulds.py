"""Mails that differ in personal parts alone: built once, then each part is put into its lines, encoded anew.

Quoted-printable (RFC 2045, section 6.7) encodes each line for itself, with soft breaks where it is long. So a
line that holds a personal part is left out of what is built, and encoded with the part in it: what comes out
is, to the byte, what building the whole would have made.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.quoprimime import body_encode
from typing import Final, NamedTuple
from uuid import uuid4

from markupsafe import escape

from channels.mime import LONGEST_LINE, EmailContent, body_of

NAME: Final = "\ue000"
"""Stands for the recipient's name in a text that is to be a mould; no private character is used otherwise."""
WAY_OFF: Final = "\ue001"
"""Stands for the address where she leaves the list."""
PARTS: Final = (NAME, WAY_OFF)

_PARTS: Final = re.compile(f"([{''.join(PARTS)}])")
_BREAKS: Final = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029\0]")


class _Line(NamedTuple):
    """A line with personal parts: its literals and parts in turn."""

    pieces: tuple[str, ...]
    markup: bool

    def encoded(self, values: Mapping[str, str]) -> bytes:
        parts = {part: str(escape(value)) if self.markup else value for part, value in values.items()}
        line = "".join(parts.get(piece, piece) for piece in self.pieces)
        return body_encode(line.encode().decode("latin-1"), LONGEST_LINE, "\r\n").encode("ascii")


class Mould:
    """The body of a mail with places for personal parts."""

    def __init__(self, content: EmailContent) -> None:
        """Build all but the lines with parts.

        Raises:
            ValueError: it cannot stand in a mail.
        """
        self._lines: dict[str, _Line] = {}
        text, html = self._without(content.text, markup=False), self._without(content.html, markup=True)
        built = body_of(replace(content, text=text, html=html)).decode("ascii")
        marks = "|".join(map(re.escape, self._lines)) or "(?!)"
        pieces = re.split(f"({marks})", built)
        if sorted(pieces[1::2]) != sorted(self._lines):
            raise ValueError("a line of a mould was lost or doubled while it was built")
        self._pieces = [self._lines.get(piece) or piece.encode("ascii") for piece in pieces]

    def _without(self, text: str, *, markup: bool) -> str:
        """Put a mark of its own in place of each line with a part."""
        return "\n".join(self._marked(line, markup=markup) for line in text.split("\n"))

    def _marked(self, line: str, *, markup: bool) -> str:
        pieces = tuple(_PARTS.split(line))
        if len(pieces) == 1:
            return line
        if _BREAKS.search(line):
            raise ValueError("a line with a personal part holds a break of another kind")
        mark = f"line{uuid4().hex}"
        self._lines[mark] = _Line(pieces, markup)
        return mark

    def body(self, values: Mapping[str, str]) -> bytes:
        """Return the body with its parts.

        Raises:
            ValueError: a part holds a line break or NUL.
        """
        if any(_BREAKS.search(value) for value in values.values()):
            raise ValueError("a personal part must be of one line")
        return b"".join(self._filled(values))

    def _filled(self, values: Mapping[str, str]) -> Iterator[bytes]:
        for piece in self._pieces:
            yield piece.encoded(values) if isinstance(piece, _Line) else piece
