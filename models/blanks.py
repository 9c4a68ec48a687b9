"""Blanks in a prepared text: what somebody has yet to write before anybody may approve it."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from models.documents import DocumentText

_BLANK: Final = re.compile("⟦([^⟦⟧]*)⟧?|⟧")
_PARTS: Final = ("headline", "summary", "body", "background")


class Blank(NamedTuple):
    """Where something is missing, and what it is."""

    field: str
    what: str


def blanks_in(texts: Iterable[DocumentText]) -> list[Blank]:
    """List what is left blank, language by language."""
    return [blank for text in sorted(texts, key=lambda one: one.language) for blank in _blanks_of(text)]


def _blanks_of(text: DocumentText) -> Iterator[Blank]:
    place = f"texts.{text.language}"
    parts = [(f"{place}.{part}", getattr(text, part) or "") for part in _PARTS]
    parts += [(f"{place}.demands.{number}", demand) for number, demand in enumerate(text.demands)]
    for field, written in parts:
        for found in _BLANK.finditer(written):
            yield Blank(field, (found.group(1) or "").strip())
