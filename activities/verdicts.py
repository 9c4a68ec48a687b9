"""What the sending of one message came to, and what that means for its delivery."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import structlog

from activities.supply import Said, was_judged
from channels.base import ChannelError, Extent, Failure, InDoubtError, PermanentError, Receipt, TransientError
from models.messages import DeliveryState
from storage.handing_over import Outcome

_log = structlog.get_logger(__name__)


class LeakFoundError(Exception):
    """A finished message names somebody who must not be named to its recipient."""


class NotHandedOverError(Exception):
    """Between claim and hand-over came a hold, a stop or a cancellation, or the database went away."""


class Verdict(NamedTuple):
    """An outcome; `suppress` says why nobody writes to the address again, `retry_after` when to come back."""

    outcome: Outcome
    suppress: Failure | None = None
    retry_after: timedelta | None = None
    said: tuple[Said, ...] = ()
    """What the provider said, where it was asked."""

    @property
    def is_trouble(self) -> bool:
        """Tell whether the provider may fail others as well."""
        return any(
            isinstance(one, InDoubtError)
            or (isinstance(one, TransientError) and one.extent is not Extent.MESSAGE)
            for one in self.said
        )


def put_back(delivery_id: UUID) -> Verdict:
    """Return a message to those that wait."""
    return Verdict(Outcome(delivery_id, DeliveryState.READY))


def sent(delivery_id: UUID, receipt: Receipt) -> Verdict:
    """Judge a message that the provider took."""
    taken = Outcome(delivery_id, DeliveryState.SENT, provider_reference=receipt.provider_reference)
    return Verdict(taken, said=(None,))


def parked(delivery_id: UUID) -> Verdict:
    """Judge a message that names somebody."""
    _log.error("delivery.parked", delivery_id=str(delivery_id), failure=Failure.NAMES_SOMEBODY)
    return Verdict(Outcome(delivery_id, DeliveryState.PARKED, Failure.NAMES_SOMEBODY))


def only_kept(delivery_id: UUID) -> Verdict:
    """Judge a message that is there to be looked at."""
    return Verdict(Outcome(delivery_id, DeliveryState.CANCELLED, Failure.ONLY_KEPT))


def failed(delivery_id: UUID, error: ChannelError) -> Verdict:
    """Judge a message that the provider did not take, or may have taken."""
    _log.warning("delivery.not_taken", delivery_id=str(delivery_id), failure=error.failure)
    said = (error,) if was_judged(error) else ()
    if isinstance(error, TransientError):
        return Verdict(
            Outcome(delivery_id, DeliveryState.READY, error.failure, in_doubt=error.in_doubt),
            retry_after=error.retry_after,
            said=said,
        )
    if isinstance(error, InDoubtError):
        return Verdict(Outcome(delivery_id, DeliveryState.UNKNOWN, error.failure), said=said)
    suppress = isinstance(error, PermanentError) and error.suppress
    final = Outcome(delivery_id, DeliveryState.FAILED, error.failure)
    return Verdict(final, suppress=error.failure if suppress else None, said=said)


def broke(*, handed_over: bool, repeatable: bool) -> ChannelError:
    """Judge an error that no adapter foresaw."""
    if handed_over and not repeatable:
        return InDoubtError(Failure.UNRECOGNISED)
    return TransientError(Failure.UNRECOGNISED, in_doubt=handed_over)
