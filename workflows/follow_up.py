"""The follow-up of a released document: check-ins until it expires or is closed."""

from typing import Any

from temporalio import workflow
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from models.messages import DispatchRequest, FollowUpRequest, Purpose
    from workflows.addresses import distribution_workflow_id
    from workflows.children import dismiss, nudge
    from workflows.distribution import DistributionWorkflow
    from workflows.timers import happens_before


@workflow.defn
class FollowUpWorkflow:
    """Asks the coordinator for news at the case's offsets from the release."""

    @workflow.init
    def __init__(self, request: FollowUpRequest) -> None:
        self._document = request.document
        self._finished = False
        self._rounds: list[workflow.ChildWorkflowHandle[Any, Any]] = []

    @workflow.run
    async def run(self, request: FollowUpRequest) -> None:
        """Send each check-in when it is due, and return when the action expires."""
        for number, offset in enumerate(request.plan.check_ins, start=1):
            if await happens_before(request.released_at + offset, self._is_finished):
                break
            await self._check_in(number)
        await happens_before(request.released_at + request.plan.expires_after, self._is_finished)
        for child in self._rounds:
            await dismiss(child)

    def _is_finished(self) -> bool:
        return self._finished

    async def _check_in(self, number: int) -> None:
        request = DispatchRequest(document=self._document, purpose=Purpose.CHECK_IN, round=number)
        child = await workflow.start_child_workflow(
            DistributionWorkflow.run,
            request,
            id=distribution_workflow_id(request),
            parent_close_policy=ParentClosePolicy.ABANDON,
        )
        self._rounds.append(child)

    @workflow.signal
    async def nudge(self) -> None:
        """A hold ended: send what it kept back."""
        for child in list(self._rounds):
            await nudge(child)

    @workflow.signal
    def finish(self) -> None:
        """Ask no more."""
        self._finished = True
