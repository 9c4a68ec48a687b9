"""The process of one urgent action, from intake to its end."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.references import CaseActivities
    from models.lifecycle import ENDED, Decision, Phase, Refusal, refusal_of
    from models.messages import (
        ActionOutcome,
        ActionRef,
        CasePlan,
        CaseState,
        DecisionRecord,
        DecisionRefused,
        DispatchRequest,
        FollowUpRequest,
        PersonDecision,
        PhaseChange,
        Purpose,
        SignOnRequest,
    )
    from models.vocabulary import ReleasePolicy
    from workflows.activity_options import FACTS
    from workflows.addresses import (
        distribution_workflow_id,
        follow_up_workflow_id,
        sign_on_workflow_id,
    )
    from workflows.children import dismiss, nudge
    from workflows.distribution import DistributionWorkflow
    from workflows.follow_up import FollowUpWorkflow
    from workflows.readings import Readings
    from workflows.sign_on import SignOnWorkflow

DECISION_REFUSED = "decision_refused"

_STEP_AT = {Phase.SIGNING: 1, Phase.RELEASING: 2, Phase.FOLLOWING_UP: 3}

Child = workflow.ChildWorkflowHandle[Any, Any]


class _EndedError(Exception):
    """The action was stopped or closed while a step waited."""


@workflow.defn
class UrgentActionWorkflow:
    """Carries one action through its phases; decisions arrive as updates, changed facts as nudges."""

    @workflow.init
    def __init__(self, action: ActionRef) -> None:
        self._action = action
        self._state = CaseState()
        self._children: list[Child] = []
        self._readings = Readings(self._read_facts)

    @workflow.run
    async def run(self, action: ActionRef) -> ActionOutcome:
        """Carry the action to its end; a run after a lost one goes on at the phase that was reached."""
        plan = await workflow.execute_activity_method(CaseActivities.plan_case, action, **FACTS)
        if plan.reached in ENDED:
            return ActionOutcome(phase=plan.reached)
        await self._readings.refresh()
        steps = (self._verify, self._sign_on, self._release, self._follow_up)
        try:
            for step in steps[_STEP_AT.get(plan.reached, 0) :]:
                await step(plan)
        except _EndedError:
            workflow.logger.info("ended by decision")
        await self._end()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ActionOutcome(phase=self._state.phase)

    async def _verify(self, plan: CasePlan) -> None:
        await self._move(Phase.VERIFYING)
        await self._until(lambda: self._refusal(Decision.RELEASE) is not Refusal.ATTESTATIONS_MISSING)
        if plan.sign_on is None:
            await self._until(lambda: self._state.release_decided)

    async def _sign_on(self, plan: CasePlan) -> None:
        if plan.sign_on is None:
            return
        await self._move(Phase.SIGNING)
        request = SignOnRequest(document=plan.document, plan=plan.sign_on)
        child = await workflow.start_child_workflow(
            SignOnWorkflow.run,
            request,
            id=sign_on_workflow_id(plan.document.reference, plan.document.number),
        )
        async with self._open(child):
            await self._until(lambda: child.done() or self._state.release_decided)
        if plan.sign_on.release is ReleasePolicy.BY_HAND:
            await self._until(lambda: self._state.release_decided)

    async def _release(self, plan: CasePlan) -> None:
        await self._until(lambda: not self._state.on_hold)
        await self._move(Phase.RELEASING)
        while not await self._distribute(plan):
            workflow.logger.error("the gate refused the release: consent or attestations are missing")
            known = self._readings.count
            await self._until(lambda known=known: self._readings.count > known)  # type: ignore[misc]

    async def _distribute(self, plan: CasePlan) -> bool:
        request = DispatchRequest(document=plan.document, purpose=Purpose.STATEMENT, round=1)
        child = await workflow.start_child_workflow(
            DistributionWorkflow.run, request, id=distribution_workflow_id(request)
        )
        async with self._open(child):
            await self._until(child.done)
        return (await child).permitted

    async def _follow_up(self, plan: CasePlan) -> None:
        await self._move(Phase.FOLLOWING_UP)
        released_at = plan.released_at or self._state.released_at or workflow.now()
        request = FollowUpRequest(document=plan.document, plan=plan.follow_up, released_at=released_at)
        child = await workflow.start_child_workflow(
            FollowUpWorkflow.run, request, id=follow_up_workflow_id(plan.document)
        )
        async with self._open(child):
            await self._until(child.done)

    async def _end(self) -> None:
        await workflow.execute_activity_method(CaseActivities.cancel_outstanding, self._action, **FACTS)
        await self._move(Phase.STOPPED if self._state.stopped else Phase.CLOSED)

    async def _move(self, phase: Phase) -> None:
        """Enter a phase and show it."""
        released_at = workflow.now() if phase is Phase.RELEASING else self._state.released_at
        self._state = self._state.model_copy(update={"phase": phase, "released_at": released_at})
        change = PhaseChange(action_id=self._action.action_id, phase=phase)
        await workflow.execute_activity_method(CaseActivities.record_phase, change, **FACTS)

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition, or for the end of the action, which raises."""
        await workflow.wait_condition(lambda: self._over or condition())
        if self._over:
            raise _EndedError

    @property
    def _over(self) -> bool:
        return self._state.stopped or self._state.close_decided

    @asynccontextmanager
    async def _open(self, child: Child) -> AsyncIterator[None]:
        """Keep a child informed while a step waits for it, and let it finish with the step."""
        self._children.append(child)
        try:
            yield
        finally:
            await dismiss(child)
            await workflow.wait([child])
            self._children.remove(child)

    async def _read_facts(self) -> None:
        facts = await workflow.execute_activity_method(CaseActivities.read_facts, self._action, **FACTS)
        resumed = self._state.on_hold and not facts.on_hold
        self._state = self._state.model_copy(update=facts.model_dump())
        if resumed:
            for child in list(self._children):
                await nudge(child)

    def _refusal(self, decision: Decision) -> Refusal | None:
        if decision is Decision.RELEASE and self._state.release_decided:
            return Refusal.ALREADY_RELEASED
        return refusal_of(decision, self._state.standing)

    def _refuse(self, decision: Decision) -> None:
        refusal = self._refusal(decision)
        if refusal:
            raise ApplicationError(
                refusal.value, DecisionRefused(refusal=refusal), type=DECISION_REFUSED, non_retryable=True
            )

    def _refuse_ended(self) -> None:
        if self._state.phase in ENDED:
            self._refuse(Decision.CLOSE)

    async def _decide(self, decision: Decision, by: PersonDecision) -> CaseState:
        record = DecisionRecord(action_id=by.action_id, decision=decision, person_id=by.person_id)
        await workflow.execute_activity_method(CaseActivities.record_decision, record, **FACTS)
        return self._state

    @workflow.query
    def state(self) -> CaseState:
        """Return all that the workflow knows."""
        return self._state

    @workflow.signal
    async def nudge(self) -> None:
        """Read the facts again: something was committed."""
        await self._readings.refresh()

    @workflow.update
    async def attest(self, _by: PersonDecision) -> CaseState:
        """Take note of an attestation that was committed."""
        await self._readings.refresh()
        return self._state

    @workflow.update
    async def hold(self, _by: PersonDecision) -> CaseState:
        """Take note of a hold that was committed."""
        await self._readings.refresh()
        return self._state

    @workflow.update
    async def resume(self, _by: PersonDecision) -> CaseState:
        """Take note that a hold was ended."""
        await self._readings.refresh()
        return self._state

    @workflow.update
    async def stop(self, _by: PersonDecision) -> CaseState:
        """Take note of a stop that was committed."""
        await self._readings.refresh()
        return self._state

    @workflow.update
    async def release(self, by: PersonDecision) -> CaseState:
        """Let the document go out, whatever the sign-on window says."""
        self._state = self._state.model_copy(update={"release_decided": True})
        return await self._decide(Decision.RELEASE, by)

    @workflow.update
    async def close(self, by: PersonDecision) -> CaseState:
        """End the action in order."""
        self._state = self._state.model_copy(update={"close_decided": True})
        return await self._decide(Decision.CLOSE, by)

    @attest.validator
    def _validate_attest(self, _by: PersonDecision) -> None:
        self._refuse_ended()

    @hold.validator
    def _validate_hold(self, _by: PersonDecision) -> None:
        self._refuse_ended()

    @resume.validator
    def _validate_resume(self, _by: PersonDecision) -> None:
        self._refuse_ended()

    @stop.validator
    def _validate_stop(self, _by: PersonDecision) -> None:
        self._refuse_ended()

    @release.validator
    def _validate_release(self, by: PersonDecision) -> None:  # noqa: ARG002
        self._refuse(Decision.RELEASE)

    @close.validator
    def _validate_close(self, by: PersonDecision) -> None:  # noqa: ARG002
        self._refuse(Decision.CLOSE)
