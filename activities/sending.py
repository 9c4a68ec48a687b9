"""Sending a batch: claim, compose, hand over, settle."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID, uuid4

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import references
from activities.context import heartbeating
from activities.supply import Said, Stopped, tell_what_was_said, was_judged
from activities.turns import Turns
from channels.base import (
    Channel,
    ChannelError,
    Failure,
    InDoubtError,
    Outbound,
    PermanentError,
    Receipt,
    TransientError,
)
from models.messages import Batch, BatchOutcome, DeliveryState
from models.outbox import Delivery
from models.providers import Limits
from models.records import EventKind
from models.rehearsals import OnlyKeptError
from models.sms_budget import SmsBudget
from storage import claims
from storage.claims import Outcome
from storage.contents import Contents, Recipient, contents_of, recipients_of
from storage.database import UNAVAILABLE, Database
from storage.limited_claims import Terms, claim_within
from storage.providers import Allowance
from storage.records import record

_log = structlog.get_logger(__name__)

_READ = {"fields": ["identities"], "why": "leak_guard"}

TRY_AGAIN = "deliveries_put_off"
"""Type of the error after which Temporal tries the rest of a batch again."""

_LONGEST_REST = timedelta(seconds=5)
_LONGEST_SETTLE_WAIT_SECONDS = 5.0
_SETTLE_AFTER_CANCELLATION_SECONDS = 10.0

ContentT = TypeVar("ContentT")
ResultT = TypeVar("ResultT")


class Draft(NamedTuple):
    """A claimed delivery with all that its message is made from."""

    delivery: Delivery
    recipient: Recipient
    contents: Contents


Compose = Callable[[Draft], Awaitable[ContentT]]


class LeakFoundError(Exception):
    """A finished message names somebody who must not be named to its recipient."""


class _NotHandedOverError(Exception):
    """Between claim and hand-over came a hold, a stop or a cancellation, or the database went away."""


class _Sent(NamedTuple):
    outcome: Outcome
    suppress: Failure | None = None
    retry_after: timedelta | None = None
    said: tuple[Said, ...] = ()
    """What the provider said, where it was asked."""


class SendingActivities(references.SendingActivities, Generic[ContentT]):
    """Sends the batches of one channel, at most `channel.connections` messages at once."""

    def __init__(
        self,
        database: Database,
        channel: Channel[ContentT],
        compose: Compose[ContentT],
        *,
        finish_seconds: float = 20.0,
        offers: Sequence[Limits] = (),
        sms_budget: SmsBudget | None = None,
    ) -> None:
        """Make the activities of one channel; a cancelled one gives its messages so long to finish.

        `offers` are its providers in order of preference, with what they may be given. Without any, each
        recipient is her own provider, and the trouble of one is no trouble of the others.
        """
        self._terms = Terms(channel.provider, offers, sms_budget)
        self._finish_seconds = finish_seconds
        self._database = database
        self._channel = channel
        self._compose = compose
        # One claim at a time, batches in turn: a crash leaves no more in doubt than there are connections.
        self._turns = Turns()

    @activity.defn
    async def send_batch(self, batch: Batch) -> BatchOutcome:
        """Send what the gate lets through; what was put off comes back as an error, to be tried again.

        A claim takes as many rows as there are connections, so that a hold overtakes nearly all of a batch.
        A worker that shuts down claims no more, and a cancellation waits for what was handed over.
        """
        claim_id = uuid4()
        async with heartbeating():
            await self._recover(batch, claim_id)
            stopped = await self._send_claims(batch, claim_id)
            async with self._database.transaction() as session:
                outcome = await claims.finish_batch(session, batch)
        if not outcome.waiting or outcome.on_hold:
            return outcome
        if stopped.by_limit:
            return outcome.model_copy(update={"wait": stopped.wait})
        delay = stopped.wait or None
        raise ApplicationError("deliveries were put off", type=TRY_AGAIN, next_retry_delay=delay)

    async def _recover(self, batch: Batch, claim_id: UUID) -> None:
        async with self._database.transaction() as session:
            await claims.recover(session, batch, claim_id, repeatable=self._channel.repeatable)

    async def _send_claims(self, batch: Batch, claim_id: UUID) -> Stopped:
        """Send claim after claim, and return how long the rest must wait.

        A short wait for a provider is one for all batches; whoever is most urgent when it ends is first.
        """
        contents, position, wait = await self._contents(batch), batch.first - 1, timedelta(0)
        while not activity.is_worker_shutdown():
            async with self._turns.turn(batch):
                allowance, drafts = await self._claim(batch, claim_id, position, contents)
                if allowance.wait > _LONGEST_REST:
                    return Stopped(max(wait, allowance.wait), allowance.by_limit)
                if allowance.wait:
                    self._turns.rest(allowance.wait.total_seconds())
                    continue
                if not drafts:
                    break
                position = drafts[-1].delivery.position
                self._turns.charge(batch, len(drafts))
                patience = self._finish_seconds + _SETTLE_AFTER_CANCELLATION_SECONDS
                asked = await _to_its_end(self._send_and_settle(batch, claim_id, allowance, drafts), patience)
            wait = max(wait, asked)
        return Stopped(wait)

    async def _send_and_settle(
        self, batch: Batch, claim_id: UUID, allowance: Allowance, drafts: list[Draft]
    ) -> timedelta:
        """Send a claim, and return the longest wait that a provider asked for.

        What hangs for too long after a cancellation stays claimed: only the next attempt may judge it.
        """
        sending = [asyncio.create_task(self._send(draft, batch.action_id, claim_id)) for draft in drafts]
        giving_up = asyncio.create_task(self._give_up_late(sending))
        ended = await asyncio.gather(*sending, return_exceptions=True)
        giving_up.cancel()
        known = [(draft, one) for draft, one in zip(drafts, ended, strict=True) if isinstance(one, _Sent)]
        await self._settle(batch, claim_id, known)
        if self._terms.offers:
            said = [said for _, one in known for said in one.said]
            await tell_what_was_said(self._database, allowance, said)
        return max((one.retry_after or timedelta(0) for _, one in known), default=timedelta(0))

    async def _give_up_late(self, sending: Sequence[asyncio.Task[_Sent]]) -> None:
        await activity.wait_for_cancelled()
        await asyncio.sleep(self._finish_seconds)
        for one in sending:
            one.cancel()

    async def _contents(self, batch: Batch) -> Contents:
        """Read what the messages share, identities with it: each is read once more before it leaves."""
        async with self._database.transaction() as session:
            await record(session, batch.action_id, EventKind.PRIVATE_READ, detail=_READ)
            return await contents_of(session, batch.dispatch_id)

    async def _claim(
        self, batch: Batch, claim_id: UUID, after: int, contents: Contents
    ) -> tuple[Allowance, list[Draft]]:
        async with self._database.transaction() as session:
            allowance, deliveries = await claim_within(
                session, batch, claim_id, self._terms, after=after, limit=self._channel.connections
            )
            recipients = await recipients_of(session, deliveries)
        return allowance, [Draft(delivery, recipients[delivery.id], contents) for delivery in deliveries]

    async def _send(self, draft: Draft, action_id: UUID, claim_id: UUID) -> _Sent:
        delivery, passed = draft.delivery, False

        async def hand_over() -> None:
            nonlocal passed
            passed = await self._hand_over(action_id, delivery.id, claim_id)
            if not passed:
                raise _NotHandedOverError

        try:
            content = await self._composed(draft)
            message = Outbound(delivery.id, delivery.address, content, delivery.provider)
            receipt = await self._channel.send(message, hand_over)
        except _NotHandedOverError:
            return _Sent(Outcome(delivery.id, DeliveryState.READY))
        except ChannelError as error:
            return _failed(delivery.id, error)
        except OnlyKeptError:
            return _Sent(Outcome(delivery.id, DeliveryState.CANCELLED, Failure.ONLY_KEPT))
        except LeakFoundError:
            _log.error("delivery.parked", delivery_id=str(delivery.id), failure=Failure.NAMES_SOMEBODY)
            return _Sent(Outcome(delivery.id, DeliveryState.PARKED, Failure.NAMES_SOMEBODY))
        except Exception:  # noqa: BLE001 - one message must not take the others of its claim with it
            _log.exception("delivery.broke", delivery_id=str(delivery.id))
            return _failed(delivery.id, self._broke(handed_over=passed))
        return _sent(delivery.id, receipt)

    def _broke(self, *, handed_over: bool) -> ChannelError:
        """Judge an error that no adapter foresaw."""
        if handed_over and not self._channel.repeatable:
            return InDoubtError(Failure.UNRECOGNISED)
        return TransientError(Failure.UNRECOGNISED, in_doubt=handed_over)

    async def _hand_over(self, action_id: UUID, delivery_id: UUID, claim_id: UUID) -> bool:
        if activity.is_cancelled():
            return False
        try:
            async with self._database.transaction() as session:
                return await claims.hand_over(session, action_id, delivery_id, claim_id)
        except UNAVAILABLE:
            return False

    async def _composed(self, draft: Draft) -> ContentT:
        try:
            return await self._compose(draft)
        except UNAVAILABLE:
            raise _NotHandedOverError from None
        except (LeakFoundError, OnlyKeptError):
            raise
        except Exception as error:
            _log.exception("delivery.not_renderable", delivery_id=str(draft.delivery.id))
            raise PermanentError(Failure.NOT_RENDERABLE) from error

    async def _settle(self, batch: Batch, claim_id: UUID, known: list[tuple[Draft, _Sent]]) -> None:
        """Record outcomes, however long it takes: nobody else knows them."""
        wait_seconds = 0.1
        while True:
            try:
                await self._settle_once(batch, claim_id, known)
            except UNAVAILABLE:
                _log.warning("outcomes.not_recorded", retry_in_seconds=wait_seconds)
                await asyncio.sleep(wait_seconds)
                wait_seconds = min(wait_seconds * 2, _LONGEST_SETTLE_WAIT_SECONDS)
            else:
                return

    async def _settle_once(self, batch: Batch, claim_id: UUID, known: list[tuple[Draft, _Sent]]) -> None:
        async with self._database.transaction() as session:
            await claims.settle(session, batch.action_id, claim_id, [one.outcome for _, one in known])
            for reason in sorted({one.suppress for _, one in known if one.suppress}):
                gone = [draft.delivery.id for draft, one in known if one.suppress is reason]
                await claims.suppress(session, batch.action_id, gone, reason)


async def _to_its_end(work: Coroutine[None, None, ResultT], patience_seconds: float) -> ResultT:
    """Await work that a cancellation must not tear: the cancellation is raised when the work has ended."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=patience_seconds)
        raise


def _sent(delivery_id: UUID, receipt: Receipt) -> _Sent:
    taken = Outcome(delivery_id, DeliveryState.SENT, provider_reference=receipt.provider_reference)
    return _Sent(taken, said=(None,))


def _failed(delivery_id: UUID, error: ChannelError) -> _Sent:
    _log.warning("delivery.not_taken", delivery_id=str(delivery_id), failure=error.failure)
    said = (error,) if was_judged(error) else ()
    if isinstance(error, TransientError):
        put_off = Outcome(delivery_id, DeliveryState.READY, error.failure, in_doubt=error.in_doubt)
        return _Sent(put_off, retry_after=error.retry_after, said=said)
    if isinstance(error, InDoubtError):
        return _Sent(Outcome(delivery_id, DeliveryState.UNKNOWN, error.failure), said=said)
    suppress = isinstance(error, PermanentError) and error.suppress
    failed = Outcome(delivery_id, DeliveryState.FAILED, error.failure)
    return _Sent(failed, suppress=error.failure if suppress else None, said=said)
