"""A day of a case as a coordinator hands it in, and what she writes down of it later."""

from datetime import date, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field, PlainSerializer, ValidationInfo, model_validator

from models.milestone_reminders import MOST_REMINDERS_EACH
from models.milestone_vocabulary import MilestoneKind
from models.problems import refusal
from models.scalars import (
    LONGEST_DURATION,
    Day,
    Duration,
    Prose,
    TimeOfDay,
    TimeZone,
    latest_day,
)
from models.strict_model import OnlyLists, StrictModel, on_as_written

_EARLIEST: Final = date(2000, 1, 1)


def _within_reach(day: date, info: ValidationInfo) -> date:
    if not _EARLIEST <= day <= latest_day(info) + LONGEST_DURATION:
        raise refusal("must be after 1999 and within 20 years", "Write the day as YYYY-MM-DD.")
    return day


def _not_a_pledge(kind: MilestoneKind) -> MilestoneKind:
    if kind is MilestoneKind.PLEDGE:
        raise refusal(
            "is written down with its response",
            "Write it down: starter.py respond REF --kind pledge --pledged-for DAY.",
        )
    return kind


_ReachableDay = Annotated[Day, AfterValidator(_within_reach)]
_Clock = Annotated[
    TimeOfDay, PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str, when_used="json-unless-none")
]
_Offsets = Annotated[tuple[Duration, ...], OnlyLists, Field(max_length=MOST_REMINDERS_EACH)]


class _When(StrictModel):
    """When something is; without `time_zone`, by the clocks of the network, or those of the date before.

    Reminders that are not given are those of its kind, or those of the date before.
    """

    on: _ReachableDay
    at: _Clock | None = None
    time_zone: TimeZone | None = None
    remind_before: _Offsets | None = None
    remind_after: _Offsets | None = None

    _on_key = model_validator(mode="before")(on_as_written)


class NewMilestone(_When):
    """A day that matters; `note` says what it is, and is sealed."""

    kind: Annotated[MilestoneKind, AfterValidator(_not_a_pledge)]
    note: Prose | None = None


class MilestoneMove(_When):
    """Another date; `note` says why, and is sealed."""

    note: Prose | None = None


class MilestoneNote(StrictModel):
    """What was written of a milestone that was held or cancelled; sealed."""

    note: Prose | None = None


class MilestoneResult(StrictModel):
    """What came of a milestone; sealed."""

    note: Prose


def given(offsets: tuple[timedelta, ...] | None, usual: tuple[timedelta, ...]) -> list[timedelta]:
    """Return the reminders that were given, else the usual ones."""
    return list(usual if offsets is None else offsets)
