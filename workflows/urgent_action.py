"""The process of one urgent action, from intake to its end."""

from collections.abc import Callable
from contextlib import suppress

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.references import CaseActivities
    from models.decision_messages import DecisionRecord, PersonDecision
    from models.lifecycle import ENDED, Decision, Phase, Refusal, refusal_of
    from models.messages import (
        ActionOutcome,
        CasePlan,
        CaseState,
        DispatchOutcome,
        DispatchRequest,
        DocumentRef,
        FollowUpRequest,
        PhaseChange,
        Purpose,
    )
    from models.run_messages import ActionRun, CarriedOver
    from models.sign_on_messages import SignOnRequest, SignOnStatus, WindowEnd
    from models.vocabulary import ReleasePolicy
    from workflows.activity_options import FACTS
    from workflows.addresses import distribution_workflow_id, follow_up_workflow_id, sign_on_workflow_id
    from workflows.distribution import DistributionWorkflow
    from workflows.follow_up import FollowUpWorkflow
    from workflows.histories import is_long
    from workflows.later_signing import LaterSigning
    from workflows.parts import EndedError, Parts
    from workflows.readings import Readings
    from workflows.refusals import is_too_late, refused
    from workflows.sidelines import Sidelines
    from workflows.sign_on import SignOnWorkflow

_STEP_AT = {Phase.SIGNING: 1, Phase.RELEASING: 2, Phase.FOLLOWING_UP: 3}

HANDED_OVER = "another-run-goes-on-with-the-follow-up"


@workflow.defn
class UrgentActionWorkflow:
    """Carries one action through its phases; decisions arrive as updates, changed facts as nudges."""

    @workflow.init
    def __init__(self, action: ActionRun) -> None:
        carried = action.carried
        self._action = action.action
        self._state = carried.state
        self._document: DocumentRef | None = None
        self._expired_into = Phase.CLOSED
        self._ends = self._may_hand_over = self._goes_on = False
        self._parts = Parts(lambda: self._is_over)
        self._sidelines = Sidelines(carried.beside, carried.verification)
        self._readings = Readings(self._read_facts)
        self._later = LaterSigning(self._have_signed, self._readings.refresh, carried.overruled)

    @workflow.run
    async def run(self, action: ActionRun) -> ActionOutcome:
        """Carry the action to its end; a run after a lost one goes on at the phase that was reached."""
        plan = await workflow.execute_activity_method(CaseActivities.plan_case, self._action, **FACTS)
        self._document = plan.document
        self._state = self._state.model_copy(update={"phase": plan.reached, "released_at": plan.released_at})
        await self._readings.refresh()
        if plan.reached not in ENDED:
            await self._carry(plan, action.carried.follow_up)
        elif self._state.facts.stopped and plan.reached is not Phase.STOPPED:
            await self._end()
        await self._tell_those_reached()
        await self._sidelines.dismiss()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ActionOutcome(phase=self._state.phase)

    async def _carry(self, plan: CasePlan, left: FollowUpRequest | None) -> None:
        steps = (self._verify, self._sign_on, self._release)
        try:
            for step in steps[_STEP_AT.get(plan.reached, 0) :]:
                await step(plan)
            await self._follow_up(plan, left)
        except EndedError:
            workflow.logger.info("ended by decision")
        await self._end()

    async def _verify(self, plan: CasePlan) -> None:
        """Wait until enough people stand behind the case, back and forth where it is returned."""
        await self._move(Phase.RETURNED if self._state.facts.returned else Phase.VERIFYING)
        while not self._is_verified(plan):
            await self._until(
                lambda: (
                    self._is_verified(plan)
                    or self._state.facts.returned != (self._state.phase is Phase.RETURNED)
                )
            )
            if not self._is_verified(plan):
                await self._move(Phase.RETURNED if self._state.facts.returned else Phase.VERIFYING)

    def _is_verified(self, plan: CasePlan) -> bool:
        facts = self._state.facts
        stands = not facts.lacking and not facts.returned and self._state.phase is not Phase.RETURNED
        return stands and (plan.sign_on is not None or self._state.release_decided)

    async def _sign_on(self, plan: CasePlan) -> None:
        if plan.sign_on is None or self._state.release_decided:
            return
        await self._move(Phase.SIGNING)
        request = SignOnRequest(document=plan.document, plan=plan.sign_on)
        status = await self._sign(request, unless=lambda: self._state.release_decided)
        nobody_signed = status is not None and status.signed == 0
        if plan.sign_on.release is ReleasePolicy.BY_HAND or nobody_signed:
            await self._until(lambda: self._state.release_decided)

    async def _sign(self, request: SignOnRequest, unless: Callable[[], bool]) -> SignOnStatus | None:
        name = sign_on_workflow_id(request.document.reference, request.document.number)
        status: SignOnStatus | None = await self._parts.have_done(SignOnWorkflow.run, request, name, unless)
        return status

    async def _have_signed(self, request: SignOnRequest, unless: Callable[[], bool]) -> None:
        """Have partners sign a later document; the end of the action ends that, too."""
        with suppress(EndedError):
            await self._sign(request, unless)

    async def _release(self, plan: CasePlan) -> None:
        await self._until(lambda: not self._state.facts.on_hold)
        await self._move(Phase.RELEASING)
        request = DispatchRequest(document=plan.document, purpose=Purpose.STATEMENT, round=1)
        known = self._readings.count
        while not await self._distribute(request):
            workflow.logger.error("the gate refused the release: consent or attestations are missing")
            await self._until(lambda known=known: self._readings.count > known)  # type: ignore[misc]
            known = self._readings.count

    async def _distribute(self, request: DispatchRequest) -> bool:
        outcome: DispatchOutcome = await self._parts.have_done(
            DistributionWorkflow.run, request, distribution_workflow_id(request)
        )
        return outcome.permitted

    async def _follow_up(self, plan: CasePlan, left: FollowUpRequest | None) -> None:
        """Follow up, from where an earlier run left that, and go on in another run as often as need be."""
        await self._move(Phase.FOLLOWING_UP)
        released_at = self._state.released_at or workflow.now()
        request = FollowUpRequest(document=plan.document, plan=plan.follow_up, released_at=released_at)
        self._may_hand_over = workflow.patched(HANDED_OVER)
        going_on: FollowUpRequest | None = await self._parts.have_done(
            FollowUpWorkflow.run,
            left or request,
            follow_up_workflow_id(plan.document),
        )
        if going_on:
            await self._continue_as_new(going_on)
        self._expired_into = Phase.DORMANT if plan.follow_up.sleeps else Phase.CLOSED

    async def _continue_as_new(self, follow_up: FollowUpRequest) -> None:
        """Go on in another run, with all that this one knows and that nobody else does."""
        self._goes_on = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        carried = CarriedOver(
            state=self._state,
            follow_up=follow_up,
            beside=self._sidelines.under_way(),
            verification=self._sidelines.verifying(),
            overruled=self._later.overruled,
        )
        workflow.continue_as_new(ActionRun(**self._action.model_dump(), carried=carried))

    async def _end(self) -> None:
        self._ends = True
        await workflow.execute_activity_method(CaseActivities.cancel_outstanding, self._action, **FACTS)
        facts = self._state.facts
        ended = Phase.REJECTED if facts.rejected else self._expired_into
        await self._move(Phase.STOPPED if facts.stopped else ended)
        await self._later.end()

    async def _tell_those_reached(self) -> None:
        """Send the notice of a stop, as soon as it is approved, to all who received something."""
        while self._state.facts.untold:
            known, notice = self._readings.count, self._state.facts.notice
            if notice and await self._distribute(notice):
                await self._readings.refresh()
            else:
                await workflow.wait_condition(lambda known=known: self._readings.count > known)  # type: ignore[misc]

    async def _move(self, phase: Phase) -> None:
        """Enter a phase and show it."""
        released_at = self._state.released_at
        if phase is Phase.RELEASING:
            released_at = released_at or workflow.now()
        self._state = self._state.model_copy(update={"phase": phase, "released_at": released_at})
        change = PhaseChange(action_id=self._action.action_id, phase=phase)
        await workflow.execute_activity_method(CaseActivities.record_phase, change, **FACTS)

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition, or for the end of the action, which raises."""
        await workflow.wait_condition(lambda: self._is_over or condition())
        if self._is_over:
            raise EndedError

    @property
    def _is_over(self) -> bool:
        """Tell whether the steps must end; not once they have, when only the notice is left to be sent."""
        facts, running = self._state.facts, self._state.phase not in ENDED
        return running and (facts.stopped or facts.rejected or self._state.close_decided)

    async def _read_facts(self) -> None:
        facts = await workflow.execute_activity_method(CaseActivities.read_facts, self._action, **FACTS)
        self._state = self._state.model_copy(update={"facts": facts})
        if not facts.on_hold:  # whether we saw the hold or not: a child may have met it at the gate
            await self._parts.nudge()
        if self._document:
            kept_in = self._is_over or self._ends or self._later.has_overruled(facts.signed)
            due = facts.model_copy(update={"signed": None}) if kept_in else facts
            await self._sidelines.follow(due, self._document)
        if not (self._is_over or self._ends or self._parts.hands_over):
            self._later.follow(facts.sign_on)
        if self._document and self._may_hand_over and is_long() and not self._later.is_under_way:
            await self._parts.hand_over(follow_up_workflow_id(self._document))

    def _refusal(self, decision: Decision) -> Refusal | None:
        if self._is_over:
            return Refusal.ALREADY_ENDED
        early = self._state.phase is not Phase.FOLLOWING_UP
        if decision is Decision.RELEASE and self._state.release_decided and early:
            return Refusal.ALREADY_RELEASED
        return refusal_of(decision, self._state.standing)

    def _refuse(self, decision: Decision, by: PersonDecision) -> None:
        refusal = Refusal.TOO_LATE if is_too_late(by.until) else self._refusal(decision)
        if refusal:
            raise refused(refusal)

    async def _decide(self, by: PersonDecision) -> CaseState:
        record = DecisionRecord(action_id=by.action_id, decision=by.decision, person_id=by.person_id)
        await workflow.execute_activity_method(CaseActivities.record_decision, record, **FACTS)
        return self._state

    @workflow.query
    def state(self) -> CaseState:
        """Return all that the workflow knows."""
        return self._state

    @workflow.signal
    async def nudge(self) -> None:
        """Read the facts again: something was committed. A run that is about to begin does so by itself."""
        if not self._goes_on:
            await self._readings.refresh()

    @workflow.update
    async def take_note(self, _by: PersonDecision) -> CaseState:
        """Take note of a decision that was committed: whatever restricts holds already."""
        await self._readings.refresh()
        return self._state

    @workflow.update
    async def release(self, by: PersonDecision) -> CaseState:
        """Let the document go out, whatever the sign-on window says; later, what was approved since."""
        request = self._state.facts.release
        if self._state.phase is Phase.FOLLOWING_UP and request:
            end = WindowEnd(document=request.document, person_id=by.person_id)
            await self._later.overrule(end, self._state.facts.sign_on)
            self._refuse(Decision.RELEASE, by)  # a stop, or its person's patience, may have ended meanwhile
            await self._sidelines.release(request)
        self._state = self._state.model_copy(update={"release_decided": True})
        return await self._decide(by)

    @workflow.update
    async def close(self, by: PersonDecision) -> CaseState:
        """End the action in order."""
        self._state = self._state.model_copy(update={"close_decided": True})
        return await self._decide(by)

    @release.validator
    def _validate_release(self, by: PersonDecision) -> None:
        self._refuse(Decision.RELEASE, by)

    @close.validator
    def _validate_close(self, by: PersonDecision) -> None:
        self._refuse(Decision.CLOSE, by)
