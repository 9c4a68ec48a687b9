"""What the follow-up of a document and its activities tell each other: what is due, and when."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models.messages import DispatchRequest, DocumentRef, Message


class DueKind(StrEnum):
    """What can fall due while an action is followed up."""

    CHECK_IN = "check_in"
    """The coordinator is asked for news."""
    EXPIRY_WARNING = "expiry_warning"
    """The coordinator is told that the time of the action will be over."""
    EXPIRY = "expiry"
    """The time of the action is over."""
    REPLY = "reply"
    """A target has not answered in its time: the next step is proposed."""
    REPLY_LETTER = "reply_letter"
    """A letter about an answer that did not come was approved: it goes out."""
    MILESTONE = "milestone"
    """The coordinator is reminded of a day of the case, before it or after it."""


class Due(Message):
    """The next thing due of one kind: `subject` is the row that it is about, `number` grows with each."""

    kind: DueKind
    subject: UUID
    number: int
    at: datetime


class AskNextDue(Message):
    """Ask what is due next of a document's follow-up, as its workflow's clock stands."""

    document: DocumentRef
    now: datetime


class NextDue(Message):
    """What is due next, if anything; `over` where the follow-up of the document has ended."""

    due: Due | None = None
    over: bool = False


class FallDue(Message):
    """Have what fell due be done, or note that its messages are under way."""

    document: DocumentRef
    due: Due
    now: datetime


class FallenDue(Message):
    """The messages of what fell due; `over` where nothing follows it."""

    rounds: tuple[DispatchRequest, ...] = ()
    over: bool = False
