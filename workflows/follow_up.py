"""The follow-up of a released document: check-ins until it expires or is closed."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import FollowUpRequest, Purpose
    from workflows.rounds import Rounds
    from workflows.timers import happens_before


@workflow.defn
class FollowUpWorkflow:
    """Asks the coordinator for news at the case's offsets from the release."""

    @workflow.init
    def __init__(self, request: FollowUpRequest) -> None:
        self._finished = False
        self._rounds = Rounds(request.document)

    @workflow.run
    async def run(self, request: FollowUpRequest) -> None:
        """Send each check-in when it is due, and return when the action expires."""
        for number, offset in enumerate(request.plan.check_ins, start=1):
            if await happens_before(request.released_at + offset, self._is_finished):
                break
            await self._rounds.begin(Purpose.CHECK_IN, number)
        await happens_before(request.released_at + request.plan.expires_after, self._is_finished)
        await self._rounds.dismiss()
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _is_finished(self) -> bool:
        return self._finished

    @workflow.signal
    async def nudge(self) -> None:
        """A hold ended: send what it kept back."""
        await self._rounds.nudge()

    @workflow.signal
    def finish(self) -> None:
        """Ask no more."""
        self._finished = True
