"""A letter as data: what stands on the paper, before anybody sets it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.documents import Identified

Paper = Literal["letter", "a4"]
"""Sizes of paper: 8.5 by 11 inches, as in Mexico, or 210 by 297 millimetres."""


@dataclass(frozen=True)
class Addressee:
    """To whom a letter goes: the lines of the address, and how she is addressed."""

    lines: tuple[str, ...]
    salutation: str | None


@dataclass(frozen=True)
class Letter:
    """A document as a letter in one language; one without an addressee is an open letter.

    Texts are Markdown. `signatories` are names with ISO 3166-1 countries; a notice says nothing of them.
    `identified` are those whom only an authority may be told of.
    """

    index: str
    is_notice: bool
    language: str
    dated: date
    headline: str
    summary: str
    body: str
    background: str | None
    demands: tuple[str, ...]
    identified: tuple[Identified, ...]
    signatories: tuple[tuple[str, str], ...]
    unnamed_signatories: int
    organisations: int
    addressee: Addressee | None = None

    def texts(self) -> list[str]:
        """List every text that stands in it, as it was written."""
        named = [part for one in self.identified for part in one if part]
        addressed = [*self.addressee.lines, self.addressee.salutation] if self.addressee else []
        found = [
            *(self.headline, self.summary, self.body, self.background, *self.demands),
            *(*named, *addressed, *(name for name, _ in self.signatories)),
        ]
        return [text for text in found if text]
