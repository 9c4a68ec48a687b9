"""What every channel is: it takes one message, and either has a receipt for it or says what to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar
from uuid import UUID

_REFERENCE_LENGTH = 200


class Failure(StrEnum):
    """Why a message was not taken, in our words."""

    UNREACHABLE = "unreachable"
    """No connection, or it broke before the provider could have taken the message."""
    BUSY = "busy"
    """The provider asks to come back later."""
    UNAUTHORISED = "unauthorised"
    """The provider does not accept our credentials; the operator must act."""
    NO_SUCH_ADDRESS = "no_such_address"
    """The provider says that the address does not exist."""
    OPTED_OUT = "opted_out"
    """The provider says that its owner wants no messages from us."""
    ADDRESS_REFUSED = "address_refused"
    """The address leads where nothing may be sent to, such as a private network."""
    MESSAGE_REFUSED = "message_refused"
    """The provider does not take this message."""
    NOT_RENDERABLE = "not_renderable"
    """The message could not be made."""
    NAMES_SOMEBODY = "names_somebody"
    """The leak guard found somebody in the finished message who must not be named."""
    ONLY_KEPT = "only_kept"
    """It was rehearsed, to be looked at: nobody was to get it."""
    CONNECTION_LOST_AT_THE_END = "connection_lost_at_the_end"
    """The connection broke when the provider may have taken the message."""
    PROVIDER_BROKE = "provider_broke"
    """The provider failed while it had the message."""
    UNRECOGNISED = "unrecognised"
    """The provider answered with a code that our table does not hold."""


class Extent(StrEnum):
    """How much a provider puts off."""

    MESSAGE = "message"
    """This message; the provider works, and takes others."""
    PROVIDER = "provider"
    """As far as one message can tell, the provider fails."""
    EVERYTHING = "everything"
    """The provider asks to be given nothing at all for a time."""


class ChannelError(Exception):
    """Base of the errors of a channel; they carry a failure and never a provider's words."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class TransientError(ChannelError):
    """The message may be sent again; `in_doubt` where only to the same provider, which may have taken it."""

    def __init__(
        self,
        failure: Failure,
        retry_after: timedelta | None = None,
        *,
        in_doubt: bool = False,
        extent: Extent = Extent.PROVIDER,
    ) -> None:
        super().__init__(failure)
        self.retry_after = retry_after
        self.in_doubt = in_doubt
        self.extent = extent


class PermanentError(ChannelError):
    """The message will never be taken; `suppress` where the address does not exist."""

    def __init__(self, failure: Failure, *, suppress: bool = False) -> None:
        super().__init__(failure)
        self.suppress = suppress


class InDoubtError(ChannelError):
    """The provider may or may not have taken the message, and would take it twice."""


@dataclass(frozen=True)
class Receipt:
    """The provider took the message."""

    provider_reference: str | None


def provider_reference(said: str) -> str:
    """Return what a provider says of a message as it may be stored: 200 plain characters of it."""
    return "".join(letter if letter.isprintable() else " " for letter in said[:_REFERENCE_LENGTH])


ContentT_co = TypeVar("ContentT_co", covariant=True)
ContentT_contra = TypeVar("ContentT_contra", contravariant=True)


@dataclass(frozen=True)
class Outbound(Generic[ContentT_co]):
    """One message on its way; the delivery's id is its Message-ID and idempotency key.

    `provider` is the one that it was claimed for, where a channel has several.
    """

    delivery_id: UUID
    address: str
    content: ContentT_co
    provider: str | None = None


HandOver = Callable[[], Awaitable[None]]
"""Awaited just before the provider may take the message; raises where it must not."""


class Channel(Protocol[ContentT_contra]):
    """A way to send messages. An adapter keeps its connections open and is used by several tasks at once."""

    provider: str
    """Who takes the messages, by a name of our own; 40 letters at most."""

    connections: int
    """How many messages may be under way at once."""

    repeatable: bool
    """Whether the provider takes our delivery id as idempotency key, so that a repetition does no harm."""

    async def send(self, message: Outbound[ContentT_contra], hand_over: HandOver) -> Receipt:
        """Send one message.

        Raises:
            TransientError: it was not taken and may be sent again.
            PermanentError: it will never be taken.
            InDoubtError: it may have been taken.
        """
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
