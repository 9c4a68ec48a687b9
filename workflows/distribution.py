"""The sending of one dispatch: batches over the outbox, many at a time."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.references import NOT_PERMITTED, OutboxActivities, SendingActivities
    from models.messages import Batch, BatchOutcome, Dispatched, DispatchOutcome, DispatchRequest, Purpose
    from workflows.activity_options import FACTS, PATIENCE, sending
    from workflows.timers import happens_before

WINDOW = 4
"""How many batches of a dispatch are under way at once; one that is put off makes room for the next."""

MAKES_ROOM = "put-off-batches-make-room"
"""Patch: before it, a few recipients who were put off for hours kept everybody behind them waiting."""

_REST = timedelta(seconds=1)
"""Until a batch is tried again, where its provider did not say when."""

PATIENT = frozenset(
    {
        Purpose.INVITATION,
        Purpose.SIGN_ON_REMINDER,
        Purpose.SIGN_AGAIN,
        Purpose.ADDENDUM,
        Purpose.APPROVAL_REQUEST,
    }
)
"""What nobody sends again: where something has to be confirmed anew, it waits for that."""


@workflow.defn
class DistributionWorkflow:
    """Freezes the messages of one purpose and sends each of them once, through holds and failures."""

    def __init__(self) -> None:
        self._nudges = 0
        self._finished = False

    @workflow.run
    async def run(self, request: DispatchRequest) -> DispatchOutcome:
        """Freeze, send until nothing waits, and count."""
        dispatched = await self._freeze(request)
        if dispatched is None:
            return DispatchOutcome(permitted=False, counts={})
        await self._send_all(dispatched)
        return await workflow.execute_activity_method(OutboxActivities.end_dispatch, dispatched, **FACTS)

    async def _freeze(self, request: DispatchRequest) -> Dispatched | None:
        """Write the messages to the outbox; None where the gate refuses those that do not wait for it."""
        while True:
            seen = self._nudges
            try:
                return await workflow.execute_activity_method(
                    OutboxActivities.freeze_dispatch, request, **FACTS
                )
            except ActivityError as error:
                if not (isinstance(error.cause, ApplicationError) and error.cause.type == NOT_PERMITTED):
                    raise
            if request.purpose not in PATIENT or self._finished:
                return None
            await self._nudged_since(seen)

    async def _send_all(self, dispatched: Dispatched) -> None:
        while not self._finished:
            seen = self._nudges
            plan = await workflow.execute_activity_method(OutboxActivities.plan_dispatch, dispatched, **FACTS)
            outcomes = await self._send_batches(plan.batches)
            if any(outcome.on_hold and outcome.waiting for outcome in outcomes):
                await self._nudged_since(seen)
            elif waits := [outcome.wait for outcome in outcomes if outcome.wait]:
                more_may_go = workflow.now() + min(waits)
                await happens_before(more_may_go, lambda seen=seen: self._is_nudged(seen))  # type: ignore[misc]
            elif any(outcome.put_off for outcome in outcomes):
                continue
            elif plan.next_due:
                await happens_before(plan.next_due, lambda seen=seen: self._is_nudged(seen))  # type: ignore[misc]
            else:
                return

    async def _nudged_since(self, seen: int) -> None:
        await workflow.wait_condition(lambda: self._is_nudged(seen))

    def _is_nudged(self, seen: int) -> bool:
        return self._nudges > seen or self._finished

    async def _send_batches(self, batches: tuple[Batch, ...]) -> list[BatchOutcome]:
        window = asyncio.Semaphore(WINDOW)

        makes_room = workflow.patched(MAKES_ROOM)

        async def send(batch: Batch) -> BatchOutcome:
            ends_at = workflow.now() + PATIENCE
            async with window:
                if not makes_room:
                    return await _send_or_give_up(batch)
                outcome, rest = await _send_once(batch)
            if outcome is not None:
                return outcome
            if workflow.now() + rest >= ends_at:
                return await _give_up(batch)
            await workflow.sleep(rest)
            return await _send_or_give_up(batch, max(ends_at - workflow.now(), _REST))

        return await asyncio.gather(*(send(batch) for batch in batches))

    @workflow.signal
    def nudge(self) -> None:
        """A hold ended, or facts changed: send what was kept back."""
        self._nudges += 1

    @workflow.signal
    def finish(self) -> None:
        """Wait for nothing any more."""
        self._finished = True


async def _send_once(batch: Batch) -> tuple[BatchOutcome | None, timedelta]:
    """Try a batch once; without an outcome, it is to be tried again after some time."""
    try:
        outcome = await workflow.execute_activity_method(
            SendingActivities.send_batch, batch, **sending(batch, attempts=1)
        )
    except ActivityError as error:
        told = error.cause.next_retry_delay if isinstance(error.cause, ApplicationError) else None
        return None, told or _REST
    return outcome, timedelta(0)


async def _send_or_give_up(batch: Batch, patience: timedelta = PATIENCE) -> BatchOutcome:
    try:
        return await workflow.execute_activity_method(
            SendingActivities.send_batch, batch, **sending(batch, patience)
        )
    except ActivityError:
        return await _give_up(batch)


async def _give_up(batch: Batch) -> BatchOutcome:
    workflow.logger.error("a batch was given up", extra={"dispatch_id": str(batch.dispatch_id)})
    return await workflow.execute_activity_method(OutboxActivities.give_up_batch, batch, **FACTS)
