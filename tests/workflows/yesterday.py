"""Workflows as an earlier version had them, for actions that are under way when the next one is installed."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import FollowUpRequest
    from workflows.follow_up import FollowUpWorkflow


@workflow.defn(name="FollowUpWorkflow")
class FollowUpByThePlan(FollowUpWorkflow):
    """The follow-up before it read what is due from the facts, and marked its histories with that."""

    @workflow.init
    def __init__(self, request: FollowUpRequest) -> None:
        super().__init__(request)

    @workflow.run
    async def run(self, request: FollowUpRequest) -> None:
        await self._ask_by_the_plan(request)
        await self._rounds.dismiss()
        await workflow.wait_condition(workflow.all_handlers_finished)
