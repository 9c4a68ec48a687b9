"""Sending a batch: claim, compose, hand over, settle."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import references, verdicts
from activities.attempts import Attempt
from activities.context import heartbeating
from activities.turnstile import Turnstile
from activities.verdicts import LeakFoundError, NotHandedOverError, Verdict
from channels.base import Channel, ChannelError, Failure, Outbound, PermanentError
from models.messages import Batch, BatchOutcome
from models.outbox import Delivery
from models.records import EventKind
from storage import claims
from storage.contents import Contents, Recipient, contents_of, recipients_of
from storage.database import UNAVAILABLE, Database
from storage.handing_over import Claimed, Settled
from storage.records import record

_log = structlog.get_logger(__name__)

_READ = {"fields": ["identities"], "why": "leak_guard"}

TRY_AGAIN = "deliveries_put_off"
"""Type of the error after which Temporal tries the rest of a batch again."""

_CLAIMED_AT_ONCE = 4
"""Messages of a claim for each connection: a crash does no harm to what is claimed and not handed over."""

_UNDER_WAY = 2
"""Messages being made or sent for each connection: one on its way, the next one close behind."""

_SETTLE_AFTER_CANCELLATION_SECONDS = 10.0

ContentT = TypeVar("ContentT")
ResultT = TypeVar("ResultT")


class Draft(NamedTuple):
    """A claimed delivery with all that its message is made from."""

    delivery: Delivery
    recipient: Recipient
    contents: Contents


Compose = Callable[[Draft], Awaitable[ContentT]]


class SendingActivities(references.SendingActivities, Generic[ContentT]):
    """Sends the batches of one channel, at most `channel.connections` of them handed over and not settled."""

    def __init__(
        self,
        database: Database,
        channel: Channel[ContentT],
        compose: Compose[ContentT],
        *,
        finish_seconds: float = 20.0,
    ) -> None:
        """Make the activities of one channel; a cancelled one gives its messages so long to finish."""
        self._finish_seconds = finish_seconds
        self._database = database
        self._channel = channel
        self._compose = compose
        # What a batch before was made of, and all that was built of it, serves as long as it is the same.
        self._known_contents: WeakValueDictionary[UUID, Contents] = WeakValueDictionary()
        self._turnstile = Turnstile(database, channel.connections)
        # Who waits longest is next, so that batches and releases share the connections.
        self._places = asyncio.Semaphore(_UNDER_WAY * channel.connections)

    @activity.defn
    async def send_batch(self, batch: Batch) -> BatchOutcome:
        """Send what the gate lets through; what was put off comes back as an error, to be tried again.

        A worker that shuts down begins no more, and a cancellation waits for what was handed over.
        """
        claim_id = uuid4()
        async with heartbeating():
            await self._recover(batch, claim_id)
            attempt = Attempt(batch, await self._contents(batch), claim_id, batch.first - 1)
            patience = self._finish_seconds + _SETTLE_AFTER_CANCELLATION_SECONDS
            await _to_its_end(self._send(attempt), patience)
            async with self._database.transaction() as session:
                outcome = await claims.finish_batch(session, batch)
        if outcome.waiting and not outcome.on_hold:
            raise ApplicationError(
                "deliveries were put off", type=TRY_AGAIN, next_retry_delay=attempt.wait or None
            )
        return outcome

    async def _recover(self, batch: Batch, claim_id: UUID) -> None:
        async with self._database.transaction() as session:
            await claims.recover(session, batch, claim_id, repeatable=self._channel.repeatable)

    async def _contents(self, batch: Batch) -> Contents:
        """Read what the messages share, identities with it: each is read once more before it leaves."""
        async with self._database.transaction() as session:
            await record(session, batch.action_id, EventKind.PRIVATE_READ, detail=_READ)
            contents = await contents_of(session, batch.dispatch_id)
        known = self._known_contents.get(batch.dispatch_id)
        if known is None or not known.says_the_same(contents):
            known = self._known_contents[batch.dispatch_id] = contents
        return known

    async def _send(self, attempt: Attempt) -> None:
        """Send claim after claim until nothing is left, or the gate is closed."""
        sending = asyncio.create_task(self._send_claims(attempt))
        giving_up = asyncio.create_task(self._give_up_late(attempt, sending))
        try:
            await asyncio.wait({sending})
            while attempt.under_way:
                await asyncio.wait(attempt.under_way)
        finally:
            giving_up.cancel()
        if not sending.cancelled():
            sending.result()
        if attempt.failure is not None:
            raise attempt.failure

    async def _give_up_late(self, attempt: Attempt, sending: "asyncio.Task[None]") -> None:
        """End what hangs for too long after a cancellation: only the next attempt may judge it."""
        await activity.wait_for_cancelled()
        await asyncio.sleep(self._finish_seconds)
        for task in (sending, *attempt.sending):
            if task is not None:
                task.cancel()

    async def _send_claims(self, attempt: Attempt) -> None:
        while (first := await self._send_to_the_end_or_a_closed_gate(attempt)) is not None:
            # Some may have been refused for themselves: the gate says anew who else may go.
            attempt.position, attempt.first_put_back = first - 1, None
            attempt.closed, attempt.passed = False, 0

    async def _send_to_the_end_or_a_closed_gate(self, attempt: Attempt) -> int | None:
        """Begin every message that can be claimed; return from where to ask again, where that may help."""
        claiming = asyncio.create_task(self._claim(attempt))
        try:
            while drafts := await claiming:
                # Claimed while those before are sent, so that nobody waits for it.
                claiming = asyncio.create_task(self._claim(attempt))
                for draft in drafts:
                    await self._begin(attempt, draft)
        finally:
            claiming.cancel()
        while attempt.under_way:
            await asyncio.wait(attempt.under_way)
        return attempt.first_put_back if attempt.passed and attempt.goes_on() else None

    async def _claim(self, attempt: Attempt) -> list[Draft]:
        if attempt.closed or attempt.is_over():
            return []
        limit = _CLAIMED_AT_ONCE * self._channel.connections
        async with self._database.transaction() as session:
            deliveries = await claims.claim(
                session,
                attempt.batch,
                attempt.claim_id,
                after=attempt.position,
                limit=limit,
                provider=self._channel.provider,
            )
            recipients = await recipients_of(session, deliveries)
        if deliveries:
            attempt.position = deliveries[-1].position
        return [Draft(delivery, recipients[delivery.id], attempt.contents) for delivery in deliveries]

    async def _begin(self, attempt: Attempt, draft: Draft) -> None:
        """Begin a message when a place is free, or put it back where none may begin any more."""
        await self._places.acquire()
        if attempt.closed or attempt.is_over():
            self._places.release()
            attempt.put_back(draft.delivery.position)
            attempt.begin(self._settle(attempt, verdicts.put_back(draft.delivery.id)))
        else:
            attempt.begin(self._send_and_settle(attempt, draft))

    async def _send_and_settle(self, attempt: Attempt, draft: Draft) -> None:
        """Send a message and give its place to the next; a known outcome is recorded, come what may."""
        try:
            try:
                verdict = await attempt.sent(self._send_one(attempt, draft))
            finally:
                self._places.release()
            attempt.wait = max(attempt.wait, verdict.retry_after or timedelta(0))
            await self._settle(attempt, verdict)
        finally:
            self._turnstile.forget(draft.delivery.id)

    async def _settle(self, attempt: Attempt, verdict: Verdict) -> None:
        settled = Settled(attempt.claim_id, verdict.outcome)
        await self._turnstile.leave(attempt.batch.action_id, settled, suppress=verdict.suppress)

    async def _send_one(self, attempt: Attempt, draft: Draft) -> Verdict:
        delivery, passed = draft.delivery, False

        async def hand_over() -> None:
            nonlocal passed
            passed = await self._hand_over(attempt, delivery.id)
            if not passed:
                raise NotHandedOverError

        try:
            content = await self._composed(draft)
            receipt = await self._channel.send(Outbound(delivery.id, delivery.address, content), hand_over)
        except NotHandedOverError:
            attempt.put_back(draft.delivery.position)
            return verdicts.put_back(delivery.id)
        except ChannelError as error:
            return verdicts.failed(delivery.id, error)
        except LeakFoundError:
            return verdicts.parked(delivery.id)
        except Exception:  # noqa: BLE001 - one message must not take the others of its claim with it
            _log.exception("delivery.broke", delivery_id=str(delivery.id))
            judged = verdicts.broke(handed_over=passed, repeatable=self._channel.repeatable)
            return verdicts.failed(delivery.id, judged)
        return verdicts.sent(delivery.id, receipt)

    async def _hand_over(self, attempt: Attempt, delivery_id: UUID) -> bool:
        claimed = Claimed(delivery_id, attempt.claim_id)
        passed = await self._turnstile.enter(attempt.batch.action_id, claimed, attempt.goes_on)
        attempt.passed += passed
        return passed

    async def _composed(self, draft: Draft) -> ContentT:
        try:
            return await self._compose(draft)
        except UNAVAILABLE:
            raise NotHandedOverError from None
        except LeakFoundError:
            raise
        except Exception as error:
            _log.exception("delivery.not_renderable", delivery_id=str(draft.delivery.id))
            raise PermanentError(Failure.NOT_RENDERABLE) from error


async def _to_its_end(work: Coroutine[None, None, ResultT], patience_seconds: float) -> ResultT:
    """Await work that a cancellation must not tear: the cancellation is raised when the work has ended."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=patience_seconds)
        raise
