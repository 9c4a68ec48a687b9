"""What typst sets for us: letters, drafts and reports, from data that is never read as markup.

The same data have the same bytes, wherever and whenever they are set, and their metadata name the network and
the text alone.
"""

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Final

import typst

from models.letters import Paper
from templates.rendering import FOLDER

_PAPERS: Final = {"letter": "us-letter", "a4": "a4"}
_FONT: Final = "Libertinus Serif"
"""Comes with typst: every letter of Latin, Greek and Cyrillic alphabets."""
_ALPHABETS: Final = ("LATIN", "GREEK", "CYRILLIC", "MODIFIER LETTER", "FEMININE", "MASCULINE", "MICRO")


class UnsettableError(Exception):
    """A text is written in an alphabet that our fonts do not have."""


class Typesetter:
    """Sets on the paper of one network: its logo, size and fonts."""

    def __init__(
        self, *, paper: Paper = "letter", logo: bytes | None = None, fonts: Path | None = None
    ) -> None:
        """Take a PNG as logo, and a folder with further fonts."""
        self._paper = _PAPERS[paper]
        self._logo = list(logo) if logo else None
        self._fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(fonts)] if fonts else [])
        self._families = self._fonts.families()
        self._any_alphabet = fonts is not None

    def require_letters_of(self, text: str) -> None:
        """Make sure that there is a font for a text.

        Raises:
            UnsettableError: it needs an alphabet that no font of ours has.
        """
        if not self._any_alphabet and any(map(_is_foreign, text)):
            raise UnsettableError

    def set(self, template: str, data: Mapping[str, object], dated: date) -> bytes:
        """Set a template of `templates/` with its data, by name, and `head`, as PDF."""
        inputs = {**data, "head": self._head()}
        pdf: bytes = typst.compile(
            _source(template),
            font_paths=self._fonts,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={name: json.dumps(tree) for name, tree in inputs.items()},
            timestamp=datetime.combine(dated, time(), UTC),
        )
        return pdf

    def _head(self) -> dict[str, object]:
        fonts = [_FONT, *(family for family in self._families if family != _FONT)]
        return {"logo": self._logo, "fonts": fonts, "paper": self._paper}


def _is_foreign(letter: str) -> bool:
    """Tell whether a character is a letter of an alphabet that the font that comes with typst lacks."""
    return unicodedata.category(letter) in {"Lu", "Ll", "Lo", "Lm", "Lt"} and not unicodedata.name(
        letter, ""
    ).startswith(_ALPHABETS)


@cache
def _source(template: str) -> bytes:
    """Return a template behind what all of them share."""
    return b"".join((FOLDER / part).read_bytes() for part in ("blocks.typ", template))
