"""The words for days that matter in a case."""

from enum import StrEnum
from typing import Final


class MilestoneKind(StrEnum):
    """What a day of a case is."""

    HEARING = "hearing"
    """A court or an authority hears her or her case."""
    ANNIVERSARY = "anniversary"
    """The day of what happened comes round again."""
    END_OF_MEASURES = "end_of_measures"
    """Measures that protect her come to their end."""
    PLEDGE = "pledge"
    """An office that was addressed promised something for this day; written down with its response alone."""
    OTHER = "other"
    """Anything else; the note says what."""


class MilestoneState(StrEnum):
    """What became of a milestone."""

    PLANNED = "planned"
    """It has its first date."""
    MOVED = "moved"
    """It has another date."""
    HELD = "held"
    """It took place; what came of it is not written down yet."""
    CANCELLED = "cancelled"
    """It will not take place."""
    DONE = "done"
    """It took place, and what came of it is written down."""


OVER: Final = frozenset({MilestoneState.CANCELLED, MilestoneState.DONE})
"""Of what is over nobody is reminded, and it changes no more."""

DATED: Final = frozenset({MilestoneState.PLANNED, MilestoneState.MOVED})
"""What gives a milestone a date."""
