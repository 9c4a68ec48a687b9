"""What is told about answers, round by round: each gathers the answers since the one before."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.references import ReceiptActivities
    from models.messages import ActionRef, DispatchRequest
    from workflows.activity_options import FACTS
    from workflows.addresses import distribution_workflow_id
    from workflows.children import nudge
    from workflows.distribution import DistributionWorkflow
    from workflows.timers import happens_before

BETWEEN_ROUNDS = timedelta(minutes=1)
"""So long a partner may change its answer, and is told of the last one only."""

_Round = workflow.ChildWorkflowHandle[DistributionWorkflow, object]


@workflow.defn
class ReceiptsWorkflow:
    """Lives while something is to be told about the answers of an action, also after its end."""

    @workflow.init
    def __init__(self, action: ActionRef) -> None:
        self._action = action
        self._nudges = 0
        self._rounds: list[_Round] = []

    @workflow.run
    async def run(self, action: ActionRef) -> None:
        """Send round after round, and see each through."""
        while True:
            seen = self._nudges
            due = await workflow.execute_activity_method(ReceiptActivities.next_receipts, action, **FACTS)
            if due.request:
                await self._begin(due.request)
                await happens_before(workflow.now() + BETWEEN_ROUNDS, lambda: False)
            elif not self._under_way and self._nudges == seen:
                break
            else:
                await workflow.wait_condition(lambda seen=seen: self._nudges > seen or not self._under_way)  # type: ignore[misc]
            if workflow.info().is_continue_as_new_suggested() and not self._under_way:
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(action)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @property
    def _under_way(self) -> list[_Round]:
        return [one for one in self._rounds if not one.done()]

    async def _begin(self, request: DispatchRequest) -> None:
        """Start a round; one that an earlier, lost run left under way ends by itself."""
        self._rounds = self._under_way
        try:
            self._rounds.append(
                await workflow.start_child_workflow(
                    DistributionWorkflow.run,
                    request,
                    id=distribution_workflow_id(request),
                    parent_close_policy=ParentClosePolicy.ABANDON,
                )
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.info("a round is under way")

    @workflow.signal
    async def nudge(self) -> None:
        """Something was answered, or a hold ended."""
        self._nudges += 1
        for one in self._under_way:
            await nudge(one)
