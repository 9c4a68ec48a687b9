"""What the API tells of check-ins, as far as this client shows it."""

from datetime import datetime

from console.answers import Answer


class CheckIn(Answer):
    """A check-in that was asked, and what was answered."""

    document: int
    number: int
    asked_at: datetime
    news: str | None = None
    by_link: bool | None = None
    answered_at: datetime | None = None


class CheckInList(Answer):
    """The check-ins of an action."""

    reference: str
    check_ins: list[CheckIn]
