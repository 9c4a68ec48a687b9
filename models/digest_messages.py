"""What the workflow of the weekly digests and its activity tell each other."""

from datetime import datetime

from models.messages import DispatchRequest, Message


class DigestTurn(Message):
    """One turn of looking: not before `at`, or at once where that is not known yet."""

    at: datetime | None = None


class AskDigests(Message):
    """Ask whose digests are due."""

    now: datetime


class DigestsDue(Message):
    """The digests that are to be sent, and when to look again."""

    requests: tuple[DispatchRequest, ...]
    next_at: datetime
