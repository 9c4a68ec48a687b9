"""What the API tells of reply clocks and proposed steps, as far as this client shows it."""

from datetime import date, datetime

from console.answers import Answer


class Step(Answer):
    """A step that was proposed."""

    id: str
    number: int
    step: str
    addressee: int | None = None
    state: str


class NextStep(Answer):
    """A step that will be proposed."""

    number: int
    step: str
    at: datetime


class Clock(Answer):
    """When a target or mechanism should have answered, and what follows."""

    target: int | None = None
    office: str | None = None
    submission: str | None = None
    mechanism: str | None = None
    state: str
    started: datetime | None = None
    due: datetime | None = None
    answered_on: date | None = None
    steps: tuple[Step, ...] = ()
    next_step: NextStep | None = None


class ClockList(Answer):
    """The reply clocks of an action."""

    reference: str
    document: str
    clocks: tuple[Clock, ...]


class LetterDraft(Answer):
    """The letter of a step as it would leave."""

    id: str
    step: str
    state: str
    subject: str | None = None
    text: str | None = None
    digest: str | None = None
