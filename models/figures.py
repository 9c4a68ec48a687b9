"""Figures over all actions, and how few are too few to be told."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

FEWEST: Final = 3
"""A median, a rate or an outcome of fewer than these would tell of a single case, or of a single office."""


class Ending(StrEnum):
    """How an action has ended, or that it goes on."""

    OPEN = "open"
    """It goes on."""
    CLOSED = "closed"
    """It was closed in order, or expired."""
    STOPPED = "stopped"
    """It was ended at once."""
    WITHDRAWN = "withdrawn"
    """It was ended at once because consent was taken back."""
    REJECTED = "rejected"
    """A verifier said that it shall not go out."""


class Span(NamedTuple):
    """Hours from the day of the event to the release, of how many actions."""

    actions: int
    median: float | None
    shortest: float | None
    longest: float | None


class Rate(NamedTuple):
    """How many of those asked answered."""

    asked: int
    answered: int

    @property
    def share(self) -> float | None:
        """Return the part that answered, from 0 to 1, where enough were asked."""
        return round(self.answered / self.asked, 3) if self.asked >= FEWEST else None


Word = TypeVar("Word", bound=StrEnum)


def folded(counts: Mapping[Word, int], fewest: int = FEWEST) -> tuple[dict[Word, int], int]:
    """Return the counts that may be told, and the sum of those that are too small to be told one by one.

    One that is small alone could be told from the sum of all: then the smallest of the others joins it.
    """
    told = {name: count for name, count in counts.items() if count >= fewest}
    small = sum(count for count in counts.values() if 0 < count < fewest)
    if 0 < small < fewest and told:
        joining = min(told, key=lambda name: (told[name], name))
        small += told.pop(joining)
    return told, small
