"""What is said about the sign-on of a document: how it began, how partners answered, how its window moves."""

from datetime import datetime
from uuid import UUID

from models.messages import DispatchRequest, DocumentRef, Message, SignOnPlan


class SignOnProgress(Message):
    """How far an earlier run of a sign-on came, and which rounds it left under way."""

    reminded: int
    invited: int
    alarmed: int
    rounds: tuple[DispatchRequest, ...]


class SignOnRequest(Message):
    """Open the sign-on of one document, or go on where an earlier run of it ended."""

    document: DocumentRef
    plan: SignOnPlan
    progress: SignOnProgress | None = None


class SignOnOpened(Message):
    """The window as it is: its invitations wait in the outbox, and its time may have been changed since."""

    invited: int
    closes_at: datetime
    opened_at: datetime | None = None
    ended: bool = False


class SignOnStatus(Message):
    """How the invited partners have answered, and how many of them nothing reached that asks them."""

    invited: int
    signed: int
    answered: int
    unasked: int = 0


class WindowChange(Message):
    """Another closing time of a window, from a person who waits for the answer until a moment."""

    document: DocumentRef
    person_id: UUID
    closes_at: datetime
    until: datetime | None = None


class WindowEnd(Message):
    """The end of a window by hand, from a person who waits for the answer until a moment."""

    document: DocumentRef
    person_id: UUID
    until: datetime | None = None


class InvitedAgain(Message):
    """What is to be sent: a round of invitations (None: nobody waits for one), and word of those missed."""

    round: int | None
    alarms: tuple[int, ...]
