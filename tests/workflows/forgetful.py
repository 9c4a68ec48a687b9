"""A negative control: a follow-up that forgets what an earlier run of it left under way."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import FollowUpRequest
    from workflows.follow_up import FollowUpWorkflow
    from workflows.rounds import Rounds


@workflow.defn(name="FollowUpWorkflow")
class ForgetfulFollowUp(FollowUpWorkflow):
    """The follow-up, as it would be if it did not join the rounds of the run before."""

    @workflow.init
    def __init__(self, request: FollowUpRequest) -> None:
        super().__init__(request)
        self._rounds = Rounds(request.document)

    @workflow.run
    async def run(self, request: FollowUpRequest) -> None:
        await super().run(request)
