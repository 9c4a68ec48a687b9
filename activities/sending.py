"""Sending a batch: claim, compose, hand over, settle."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Generic
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import references, verdicts
from activities.attempts import Attempt, Heard
from activities.context import heartbeating, to_its_end
from activities.drafts import Compose, ContentT, Draft
from activities.supply import Stopped, tell_what_was_said
from activities.turns import Turns
from activities.turnstile import Turnstile
from activities.verdicts import LeakFoundError, NotHandedOverError, Verdict
from channels.base import Channel, ChannelError, Failure, Outbound, PermanentError
from models.messages import Batch, BatchOutcome
from models.providers import Limits
from models.records import EventKind
from models.rehearsals import OnlyKeptError
from models.sms_budget import SmsBudget
from storage import claims
from storage.contents import Contents, contents_of, recipients_of
from storage.database import UNAVAILABLE, Database
from storage.handing_over import Claimed, Settled
from storage.limited_claims import Terms, claim_within
from storage.providers import Allowance
from storage.records import record

_log = structlog.get_logger(__name__)

_READ = {"fields": ["identities"], "why": "leak_guard"}

TRY_AGAIN = "deliveries_put_off"
"""Type of the error after which Temporal tries the rest of a batch again."""

_LARGEST_APPETITE = 4
"""Messages of a claim for each connection, while nobody else wants a turn: a crash does them no harm."""

_UNDER_WAY = 2
"""Messages being made or sent for each connection: one on its way, the next one close behind."""

_LONGEST_REST = timedelta(seconds=5)
_SETTLE_AFTER_CANCELLATION_SECONDS = 10.0


class SendingActivities(references.SendingActivities, Generic[ContentT]):
    """Sends the batches of one channel, at most `channel.connections` of them handed over and not settled."""

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
        # What a batch before was made of, and all that was built of it, serves as long as it is the same.
        self._known_contents: WeakValueDictionary[UUID, Contents] = WeakValueDictionary()
        self._turnstile = Turnstile(database, channel.connections)
        self._turns = Turns()
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
            stopped = await to_its_end(self._send(attempt), patience)
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

    async def _contents(self, batch: Batch) -> Contents:
        """Read what the messages share, identities with it: each is read once more before it leaves."""
        async with self._database.transaction() as session:
            await record(session, batch.action_id, EventKind.PRIVATE_READ, detail=_READ)
            contents = await contents_of(session, batch.dispatch_id)
        known = self._known_contents.get(batch.dispatch_id)
        if known is None or not known.says_the_same(contents):
            known = self._known_contents[batch.dispatch_id] = contents
        return known

    async def _send(self, attempt: Attempt) -> Stopped:
        """Send claim after claim until nothing is left, or what is left must wait."""
        sending = asyncio.create_task(self._send_claims(attempt))
        giving_up = asyncio.create_task(self._give_up_late(attempt, sending))
        try:
            await asyncio.wait({sending})
            await attempt.ended()
        finally:
            giving_up.cancel()
        stopped = Stopped(timedelta(0)) if sending.cancelled() else sending.result()
        if attempt.failure is not None:
            raise attempt.failure
        return stopped._replace(wait=max(stopped.wait, attempt.wait))

    async def _give_up_late(self, attempt: Attempt, sending: "asyncio.Task[Stopped]") -> None:
        """End what hangs for too long after a cancellation: only the next attempt may judge it."""
        await activity.wait_for_cancelled()
        if attempt.waits_for_turn:
            sending.cancel()
        await asyncio.sleep(self._finish_seconds)
        for task in (sending, *attempt.sending):
            if task is not None:
                task.cancel()

    async def _send_claims(self, attempt: Attempt) -> Stopped:
        while True:
            stopped = await self._send_until_closed(attempt)
            first = attempt.first_put_back
            if stopped.wait or first is None or not attempt.passed or attempt.troubled or attempt.is_over():
                return stopped
            # Some may have been refused for themselves: the gate says anew who else may go.
            attempt.position, attempt.first_put_back, attempt.passed = first - 1, None, 0
            attempt.reopen()

    async def _send_until_closed(self, attempt: Attempt) -> Stopped:
        """Begin every message that can be claimed, until a gate is found closed or the provider wants a rest.

        A short wait for a provider is one for all batches; whoever is most urgent when it ends is first.
        """
        wait = Stopped(timedelta(0))
        while attempt.goes_on():
            attempt.waits_for_turn = True
            async with self._turns.turn(attempt.batch):
                attempt.waits_for_turn = False
                allowance, drafts = await self._claim(attempt)
                if allowance.wait > _LONGEST_REST:
                    wait = Stopped(allowance.wait, allowance.by_limit)
                    break
                if allowance.wait:
                    self._turns.rest(allowance.wait.total_seconds())
                    continue
                if not drafts:
                    break
                await self._begin_all(attempt, allowance, drafts)
            if attempt.troubled:
                await attempt.ended()
                attempt.reopen()
        await attempt.ended()
        return wait

    async def _begin_all(self, attempt: Attempt, allowance: Allowance, drafts: list[Draft]) -> None:
        """Begin the messages of a claim; those behind it follow while the last of them are on their way."""
        self._turns.charge(attempt.batch, len(drafts))
        shared = self._turns.others_wait(attempt.batch)
        attempt.appetite = 1 if shared else min(2 * attempt.appetite, _LARGEST_APPETITE)
        heard = Heard(allowance, len(drafts))
        for draft in drafts:
            await self._begin(attempt, draft, heard)
        if allowance.is_open or allowance.is_troubled:
            await attempt.ended()

    async def _claim(self, attempt: Attempt) -> tuple[Allowance, list[Draft]]:
        async with self._database.transaction() as session:
            allowance, deliveries = await claim_within(
                session,
                attempt.batch,
                attempt.claim_id,
                self._terms,
                after=attempt.position,
                limit=attempt.appetite * self._channel.connections,
            )
            recipients = await recipients_of(session, deliveries)
        if deliveries:
            attempt.position = deliveries[-1].position
        drafts = [Draft(delivery, recipients[delivery.id], attempt.contents) for delivery in deliveries]
        return allowance, drafts

    async def _begin(self, attempt: Attempt, draft: Draft, heard: Heard) -> None:
        """Begin a message when a place is free, or put it back where none may begin any more."""
        await self._places.acquire()
        if attempt.goes_on():
            attempt.begin(self._send_and_settle(attempt, draft, heard))
            return
        self._places.release()
        attempt.put_back(draft.delivery.position)
        attempt.begin(self._settle(attempt, verdicts.put_back(draft.delivery.id), heard))

    async def _send_and_settle(self, attempt: Attempt, draft: Draft, heard: Heard) -> None:
        """Send a message and give its place to the next; a known outcome is recorded, come what may."""
        try:
            try:
                verdict = await attempt.sent(self._send_one(attempt, draft))
            finally:
                self._places.release()
            attempt.heard(verdict, shared=bool(self._terms.offers))
            await self._settle(attempt, verdict, heard)
        finally:
            self._turnstile.forget(draft.delivery.id)

    async def _settle(self, attempt: Attempt, verdict: Verdict, heard: Heard) -> None:
        settled = Settled(attempt.claim_id, verdict.outcome)
        await self._turnstile.leave(attempt.batch.action_id, settled, suppress=verdict.suppress)
        if heard.hear(verdict.said) and self._terms.offers:
            await tell_what_was_said(self._database, heard.allowance, heard.said)

    async def _send_one(self, attempt: Attempt, draft: Draft) -> Verdict:
        delivery, passed = draft.delivery, False

        async def hand_over() -> None:
            nonlocal passed
            passed = await self._hand_over(attempt, delivery.id)
            if not passed:
                raise NotHandedOverError

        try:
            content = await self._composed(draft)
            message = Outbound(delivery.id, draft.address, content, delivery.provider)
            receipt = await self._channel.send(message, hand_over)
        except NotHandedOverError:
            attempt.put_back(draft.delivery.position)
            return verdicts.put_back(delivery.id)
        except ChannelError as error:
            return verdicts.failed(delivery.id, error)
        except OnlyKeptError:
            return verdicts.only_kept(delivery.id)
        except LeakFoundError:
            return verdicts.parked(delivery.id)
        except Exception:  # noqa: BLE001 - one message must not take the others of its claim with it
            _log.exception("delivery.broke", delivery_id=str(delivery.id))
            judged = verdicts.broke(handed_over=passed, repeatable=self._channel.repeatable)
            return verdicts.failed(delivery.id, judged)
        return verdicts.sent(delivery.id, receipt)

    async def _hand_over(self, attempt: Attempt, delivery_id: UUID) -> bool:
        claimed = Claimed(delivery_id, attempt.claim_id)
        judged_as, action_id = attempt.contents.judged_as, attempt.batch.action_id
        passed = await self._turnstile.enter(action_id, judged_as, claimed, attempt.goes_on)
        attempt.passed += passed
        return passed

    async def _composed(self, draft: Draft) -> ContentT:
        try:
            return await self._compose(draft)
        except UNAVAILABLE:
            raise NotHandedOverError from None
        except (LeakFoundError, OnlyKeptError):
            raise
        except Exception as error:
            _log.exception("delivery.not_renderable", delivery_id=str(draft.delivery.id))
            raise PermanentError(Failure.NOT_RENDERABLE) from error
