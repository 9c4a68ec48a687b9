"""What became of a person at risk, as a coordinator hands it in."""

from enum import StrEnum

from models.scalars import PastDay, Prose
from models.strict_model import StrictModel


class Impact(StrEnum):
    """How an action changed the situation of a person, after the HURIDOCS Micro-thesauri (2001), list 44."""

    LARGE_POSITIVE = "large_positive"
    """What was asked for happened: she is free, found, protected."""
    MODERATE_POSITIVE = "moderate_positive"
    """Part of it happened, or her situation is clearly better."""
    MINOR = "minor"
    """A little is better."""
    NONE = "none"
    """Nothing changed."""
    MODERATE_NEGATIVE = "moderate_negative"
    """Her situation is worse since: new threats, a new charge."""
    LARGE_NEGATIVE = "large_negative"
    """It is far worse: she was attacked, taken, killed."""
    UNKNOWN = "unknown"
    """Nobody can tell."""


class OutcomeEntry(StrictModel):
    """What is known of one person from a day on; `note` says it in words, and is sealed."""

    impact: Impact
    on: PastDay
    note: Prose | None = None
