"""What the API tells of days of a case, as far as this client shows it."""

from datetime import date, datetime, timedelta

from console.answers import Answer


class MilestoneEntry(Answer):
    """What was written down of a milestone once."""

    number: int
    state: str
    on: date
    at: str | None = None
    recorded_by: str
    recorded_at: datetime
    has_note: bool = False


class Milestone(Answer):
    """A day of a case."""

    number: int
    kind: str
    state: str
    on: date
    at: str | None = None
    time_zone: str
    remind_before: tuple[timedelta, ...] = ()
    remind_after: tuple[timedelta, ...] = ()
    kept: bool = False
    entries: tuple[MilestoneEntry, ...] = ()


class MilestoneList(Answer):
    """The days of a case."""

    reference: str
    expires_at: datetime | None = None
    milestones: tuple[Milestone, ...]


class MilestoneNote(Answer):
    """What is sealed of one entry."""

    number: int
    state: str
    note: str


class OpenedMilestone(Answer):
    """What is sealed of a milestone."""

    number: int
    notes: tuple[MilestoneNote, ...]
