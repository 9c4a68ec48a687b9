"""Days that matter in a case, and all that was written down of each."""

import datetime as dt
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import durations, link, moment, primary_key, word
from models.milestone_vocabulary import MilestoneKind, MilestoneState


class Milestone(SQLModel, table=True):
    """A day of a case, by its number there; one of a pledge names the response that promised it."""

    __table_args__ = (UniqueConstraint("action_id", "number"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    number: int
    kind: MilestoneKind = word(MilestoneKind)
    response_id: UUID | None = Field(default=None, foreign_key="response.id", unique=True)


class MilestoneEntry(SQLModel, table=True):
    """What was written down of a milestone; rows are never changed, and the newest of each counts.

    The note says what it is, why it moved or what came of it, and is sealed. Without `at_time` only the day
    is known; each entry repeats the date and the reminders that hold with it.
    """

    __tablename__ = "milestone_entry"
    __table_args__ = (UniqueConstraint("milestone_id", "number"),)

    id: UUID = primary_key()
    milestone_id: UUID = link("milestone.id")
    number: int
    state: MilestoneState = word(MilestoneState)
    on_day: date
    at_time: dt.time | None = None
    time_zone: str = Field(max_length=64)
    remind_before: list[timedelta] = durations()
    remind_after: list[timedelta] = durations()
    sealed_note: bytes | None = Field(default=None, repr=False)
    recorded_by: UUID = link("person.id")
    recorded_at: datetime = moment()
