"""Negative controls: workflows that forget what an earlier run of theirs left under way, or that they end."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import ActionOutcome, FollowUpRequest
    from models.run_messages import ActionRun
    from workflows.follow_up import FollowUpWorkflow
    from workflows.rounds import Rounds
    from workflows.sidelines import Sidelines
    from workflows.urgent_action import UrgentActionWorkflow


@workflow.defn(name="FollowUpWorkflow")
class ForgetfulFollowUp(FollowUpWorkflow):
    """The follow-up, as it would be if it did not join the rounds of the run before."""

    @workflow.init
    def __init__(self, request: FollowUpRequest) -> None:
        super().__init__(request)
        self._rounds = Rounds(request.document)

    @workflow.run
    async def run(self, request: FollowUpRequest) -> FollowUpRequest | None:
        return await super().run(request)


@workflow.defn(name="UrgentActionWorkflow")
class ForgetfulAction(UrgentActionWorkflow):
    """The action, as it would be if it did not join what goes out beside it."""

    @workflow.init
    def __init__(self, action: ActionRun) -> None:
        super().__init__(action)
        self._sidelines = Sidelines()

    @workflow.run
    async def run(self, action: ActionRun) -> ActionOutcome:
        return await super().run(action)


@workflow.defn(name="FollowUpWorkflow")
class HastyFollowUp(FollowUpWorkflow):
    """The follow-up, as if an end of the action always came just after it had handed over."""

    @workflow.init
    def __init__(self, request: FollowUpRequest) -> None:
        super().__init__(request)

    @workflow.run
    async def run(self, request: FollowUpRequest) -> FollowUpRequest | None:
        return await super().run(request)

    async def _going_on(self, request: FollowUpRequest) -> FollowUpRequest | None:
        self._finished = self._finished and not self._hands_over
        return await super()._going_on(request)
