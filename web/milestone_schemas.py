"""What the API answers of days of a case."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field, PlainSerializer

from models.milestone_vocabulary import MilestoneKind, MilestoneState
from web.schemas import Schema

TimeOfDay = Annotated[time, PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str)]


class MilestoneEntryView(Schema):
    """What was written down of a milestone once, without what is sealed of it."""

    number: int
    state: MilestoneState
    on: date
    at: TimeOfDay | None
    time_zone: str
    recorded_by: str
    recorded_at: datetime
    has_note: bool


class MilestoneView(Schema):
    """A day of a case as it stands now, and all that was written down of it, oldest first."""

    number: int
    kind: MilestoneKind
    state: MilestoneState
    on: date
    at: TimeOfDay | None
    time_zone: str
    remind_before: list[timedelta]
    remind_after: list[timedelta]
    response: UUID | None = Field(description="The response that promised it.")
    kept: bool = Field(description="Whether that target gave a positive response since.")
    entries: list[MilestoneEntryView]


class MilestoneList(Schema):
    """The days of a case, by their numbers; nobody is reminded of one after the action has expired."""

    reference: str
    expires_at: datetime | None
    milestones: list[MilestoneView]


class MilestoneNoteView(Schema):
    """What is sealed of one entry."""

    number: int
    state: MilestoneState
    note: str


class OpenedMilestone(Schema):
    """What is sealed of a milestone: what it is, why it moved, what came of it."""

    number: int
    notes: list[MilestoneNoteView]
