"""Messages in doubt that a coordinator has sent again, also where the action has ended."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ChildWorkflowError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.references import ResendingActivities
    from models.messages import ActionRef, DispatchRequest
    from workflows.activity_options import FACTS
    from workflows.addresses import distribution_workflow_id
    from workflows.children import Child, nudge
    from workflows.distribution import DistributionWorkflow
    from workflows.timers import happens_before

BEFORE_ANOTHER = timedelta(seconds=10)
"""How long after a distribution, or while one is under way, the same dispatch is looked at again."""


@workflow.defn
class ResendingWorkflow:
    """Has distributions run again until nothing of an action waits that is to be sent again."""

    @workflow.init
    def __init__(self, action: ActionRef) -> None:
        self._action = action
        self._nudges = 0
        self._under_way: Child | None = None

    @workflow.run
    async def run(self, action: ActionRef) -> None:
        """See to one dispatch after the other; a message leaves by its own, as the gate lets it."""
        before: DispatchRequest | None = None
        while True:
            seen = self._nudges
            due = await workflow.execute_activity_method(ResendingActivities.next_resending, action, **FACTS)
            if due.request is None and self._nudges == seen:
                break
            if due.request is not None:
                if due.request == before:
                    await happens_before(workflow.now() + BEFORE_ANOTHER, lambda: False)
                await self._distribute(due.request)
                before = due.request
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(action)
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _distribute(self, request: DispatchRequest) -> None:
        """Run a distribution to its end; one that is under way is told to look again."""
        name = distribution_workflow_id(request)
        try:
            child = await workflow.start_child_workflow(
                DistributionWorkflow.run, request, id=name, parent_close_policy=ParentClosePolicy.ABANDON
            )
        except WorkflowAlreadyStartedError:
            await nudge(workflow.get_external_workflow_handle(name))
            return
        self._under_way = child
        try:
            await child
        except ChildWorkflowError:
            workflow.logger.warning("a distribution was lost")
        self._under_way = None

    @workflow.signal
    async def nudge(self) -> None:
        """More is to be sent again, or a hold ended."""
        self._nudges += 1
        if self._under_way:
            await nudge(self._under_way)
