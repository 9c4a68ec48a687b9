"""The activities of a world: one class for each reference."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import references
from models.decision_messages import DecisionRecord
from models.lifecycle import Phase
from models.messages import (
    ActionRef,
    Batch,
    BatchOutcome,
    CaseFacts,
    CasePlan,
    DeliveryState,
    Dispatched,
    DispatchOutcome,
    DispatchPlan,
    DispatchRequest,
    PhaseChange,
    Purpose,
    VerificationRef,
)
from models.verification_messages import AskVerifiers, VerificationRound, VerificationStatus
from models.vocabulary import Channel
from tests.workflows.world import ACTION, ATTESTATIONS_REQUIRED, AUDIENCE, Sheet, World

AFTER_A_STOP = {
    Purpose.STOP_NOTICE,
    Purpose.VERIFICATION,
    Purpose.VERIFICATION_REMINDER,
    Purpose.VERIFICATION_ALARM,
}
ENDED = {DeliveryState.FAILED, DeliveryState.CANCELLED}


def moment() -> datetime:
    """Return the time of the workflow that called, skipped or not."""
    return activity.info().current_attempt_scheduled_time


class FakeCase(references.CaseActivities):
    """Facts and moves of the action."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn
    async def plan_case(self, action: ActionRef) -> CasePlan:
        assert action == ACTION
        await self._world.called("plan_case")
        return self._world.plan

    @activity.defn
    async def read_facts(self, action: ActionRef) -> CaseFacts:
        assert action == ACTION
        facts = self._world.facts
        await self._world.called("read_facts")
        return facts

    @activity.defn
    async def record_phase(self, change: PhaseChange) -> None:
        await self._world.called("record_phase")
        if change.phase is Phase.RELEASING:
            self._world.released_at = self._world.released_at or moment()
        self._world.phases.append(change.phase)
        self._world.changed()

    @activity.defn
    async def record_decision(self, decision: DecisionRecord) -> None:
        self._world.decisions.append(decision.decision)
        self._world.changed()

    @activity.defn
    async def cancel_outstanding(self, action: ActionRef) -> None:
        assert action == ACTION
        await self._world.called("cancel_outstanding")
        for sheet in self._world.sheets.values():
            _turn(sheet, range(len(sheet.states)), DeliveryState.CANCELLED)


class FakeVerification(references.VerificationActivities):
    """A duty list."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn
    async def ask_verifiers(self, asking: AskVerifiers) -> VerificationRound:
        world = self._world
        if asking.round > len(world.asked):
            asked = min(world.on_duty, ATTESTATIONS_REQUIRED if asking.round == 1 else 1)
            world.on_duty -= asked
            world.asked.append(asked)
        await world.called("ask_verifiers")
        return VerificationRound(round=asking.round, asked=world.asked[asking.round - 1])

    @activity.defn
    async def count_verifiers(self, asked: VerificationRef) -> VerificationStatus:
        world = self._world
        status = VerificationStatus(
            asked=sum(world.asked),
            acknowledged=world.acknowledged,
            answered=world.attestations,
            wanted=world.verification is not None and world.verification.cycle == asked.cycle,
        )
        await world.called("count_verifiers")
        return status


WITHOUT_TEXT = {
    Purpose.CHECK_IN,
    Purpose.EXPIRY_WARNING,
    Purpose.LEAK_ALARM,
    Purpose.INVITATION_ALARM,
    Purpose.REPLY_OVERDUE,
    Purpose.MILESTONE,
    Purpose.DIGEST,
    Purpose.SIGN_LINK,
    Purpose.ANSWER_RECEIPT,
}
"""What may leave though nothing is confirmed."""


class FakeOutbox(references.OutboxActivities):
    """Dispatches in memory."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn
    async def freeze_dispatch(self, request: DispatchRequest) -> Dispatched:
        sheet = self._world.sheets.get((request.purpose, request.round)) or self._freeze(request)
        await self._world.called("freeze_dispatch")
        if sheet is None:
            raise ApplicationError("refused", type=references.NOT_PERMITTED, non_retryable=True)
        size = len(sheet.states)
        return Dispatched(action_id=ACTION.action_id, dispatch_id=sheet.dispatch_id, size=size)

    def _freeze(self, request: DispatchRequest) -> Sheet | None:
        world = self._world
        if not self._may_leave(request.purpose):
            return None
        channels = tuple(self._channels(request))
        states = [DeliveryState.READY] * len(channels)
        if request.purpose is Purpose.INVITATION:
            world.unasked = 0
        sheet = Sheet(request, UUID(int=100 + len(world.sheets)), moment(), channels, states)
        world.sheets[request.purpose, request.round] = sheet
        if request.purpose is Purpose.ANSWER_RECEIPT:
            world.untold_answers = 0
        return sheet

    def _may_leave(self, purpose: Purpose) -> bool:
        world = self._world
        if purpose in AFTER_A_STOP:
            return not (world.notice_refused and purpose is Purpose.STOP_NOTICE)
        return world.running and (world.permitted or purpose in WITHOUT_TEXT)

    def _channels(self, request: DispatchRequest) -> tuple[Channel, ...]:
        world = self._world
        unanswered = world.invited - world.signed - world.declined
        asked = world.invited if request.round == 1 else world.unasked
        sizes = {
            Purpose.STATEMENT: world.audience,
            Purpose.INVITATION: (Channel.EMAIL,) * asked,
            Purpose.SIGN_ON_REMINDER: (Channel.EMAIL,) * unanswered,
            Purpose.ANSWER_RECEIPT: (Channel.EMAIL,) * world.untold_answers,
            Purpose.STOP_NOTICE: AUDIENCE,
        }
        return sizes.get(request.purpose, (Channel.EMAIL,))

    @activity.defn
    async def plan_dispatch(self, dispatched: Dispatched) -> DispatchPlan:
        sheet = self._world.sheet(dispatched.dispatch_id)
        due = self._world.due.get(sheet.request.purpose)
        await self._world.called("plan_dispatch")
        if due and moment() < due and DeliveryState.READY in sheet.states:
            return DispatchPlan(batches=(), next_due=due)
        batches = tuple(_batches(sheet, self._world.batch_size))
        asleep = self._world.asleep if self._world.put_off else None
        if asleep and moment() < asleep:
            awake = tuple(batch for batch in batches if batch.channel is not Channel.SMS)
            return DispatchPlan(batches=awake, next_due=asleep)
        return DispatchPlan(batches=batches)

    @activity.defn
    async def give_up_batch(self, batch: Batch) -> BatchOutcome:
        sheet = self._world.sheet(batch.dispatch_id)
        _turn(sheet, _positions(batch), DeliveryState.FAILED)
        return _outcome(self._world, batch)

    @activity.defn
    async def end_dispatch(self, dispatched: Dispatched) -> DispatchOutcome:
        request = self._world.sheet(dispatched.dispatch_id).request
        await self._world.called("end_dispatch")
        return DispatchOutcome(counts=dict(self._world.states(request.purpose, request.round)))


class FakeSending(references.SendingActivities):
    """Providers that take everything, or are out of order for days."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn
    async def send_batch(self, batch: Batch) -> BatchOutcome:
        world, sheet = self._world, self._world.sheet(batch.dispatch_id)
        await world.called("send_batch")
        if batch.channel in world.down and world.running and not world.on_hold:
            raise ApplicationError("out of order", type="put_off", next_retry_delay=timedelta(days=3))
        if world.spent and not world.on_hold:
            wait, world.spent = world.spent, None
            return _outcome(world, batch).model_copy(update={"wait": wait})
        if self._is_asleep(batch):
            world.put_off = True
            world.changed()
            return _outcome(world, batch, put_off=True)
        for position in _positions(batch):
            if position not in world.greylisted:
                self._send(sheet, position)
        world.changed()
        if world.running and not world.greylisted.isdisjoint(_positions(batch)):
            raise ApplicationError("later", type="put_off", next_retry_delay=timedelta(minutes=5))
        if world.on_hold:
            await world.called("kept_back")
        world.changed()
        return _outcome(world, batch)

    def _is_asleep(self, batch: Batch) -> bool:
        """Tell whether quiet hours have begun since a batch of texts was planned."""
        asleep = self._world.asleep
        return bool(asleep and batch.channel is Channel.SMS and moment() < asleep and self._world.running)

    def _send(self, sheet: Sheet, position: int) -> None:
        world = self._world
        if sheet.states[position] is not DeliveryState.READY or world.on_hold:
            return
        if not world.running and sheet.request.purpose not in AFTER_A_STOP:
            sheet.states[position] = DeliveryState.CANCELLED
            return
        sheet.states[position] = DeliveryState.SENT
        world.sent[sheet.request.purpose, sheet.request.round, position] += 1


def _batches(sheet: Sheet, size: int) -> Iterator[Batch]:
    for channel in dict.fromkeys(sheet.channels):
        positions = [
            position
            for position, state in enumerate(sheet.states)
            if state is DeliveryState.READY and sheet.channels[position] is channel
        ]
        for start in range(0, len(positions), size):
            chosen = positions[start : start + size]
            yield Batch(
                action_id=ACTION.action_id,
                dispatch_id=sheet.dispatch_id,
                channel=channel,
                first=chosen[0],
                last=chosen[-1],
            )


def _positions(batch: Batch) -> range:
    return range(batch.first, batch.last + 1)


def _turn(sheet: Sheet, positions: range, state: DeliveryState) -> None:
    """Give a final state to what still waits."""
    for position in positions:
        if sheet.states[position] is DeliveryState.READY:
            sheet.states[position] = state


def _outcome(world: World, batch: Batch, *, put_off: bool = False) -> BatchOutcome:
    states = [world.sheet(batch.dispatch_id).states[position] for position in _positions(batch)]
    ready = states.count(DeliveryState.READY)
    return BatchOutcome(
        sent=states.count(DeliveryState.SENT),
        ended=sum(state in ENDED for state in states),
        waiting=0 if put_off else ready,
        put_off=ready if put_off else 0,
        on_hold=world.on_hold,
    )
