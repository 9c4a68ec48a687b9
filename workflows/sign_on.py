"""The sign-on window of one document: invitations, reminders, and what ends it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.references import SignOnActivities
    from models.messages import Purpose, SignOnRequest, SignOnStatus
    from models.vocabulary import ReleasePolicy
    from workflows.activity_options import FACTS
    from workflows.readings import Readings
    from workflows.rounds import Rounds
    from workflows.timers import happens_before


@workflow.defn
class SignOnWorkflow:
    """Ends at quorum, when its time is over, or when the action goes on without it, as its plan says."""

    @workflow.init
    def __init__(self, request: SignOnRequest) -> None:
        self._document = request.document
        self._plan = request.plan
        self._status = SignOnStatus(invited=0, signed=0, answered=0)
        self._finished = False
        self._rounds = Rounds(request.document)
        self._readings = Readings(self._count_answers)

    @workflow.run
    async def run(self, request: SignOnRequest) -> SignOnStatus:
        """Invite, remind, and end the window."""
        opened = await workflow.execute_activity_method(SignOnActivities.open_sign_on, request, **FACTS)
        opened_at = opened.closes_at - self._plan.closes_after
        await self._rounds.begin(Purpose.INVITATION, 1)
        await self._readings.refresh()
        for number, offset in enumerate(self._plan.remind_after, start=1):
            if await happens_before(opened_at + offset, self._is_over) or workflow.now() >= opened.closes_at:
                break
            await self._rounds.begin(Purpose.SIGN_ON_REMINDER, number)
        await happens_before(opened.closes_at, self._is_over)
        await self._end()
        return self._status

    def _is_over(self) -> bool:
        at_quorum = self._plan.release is ReleasePolicy.AT_QUORUM_OR_CLOSE
        return self._finished or (at_quorum and self._status.signed >= self._plan.quorum)

    async def _end(self) -> None:
        """Close the window; messages still under way end at the gate and do not keep the release waiting."""
        await workflow.execute_activity_method(SignOnActivities.end_sign_on, self._document, **FACTS)
        await self._readings.refresh()
        await self._rounds.dismiss()
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _count_answers(self) -> None:
        self._status = await workflow.execute_activity_method(
            SignOnActivities.count_answers, self._document, **FACTS
        )

    @workflow.query
    def status(self) -> SignOnStatus:
        """Return how the partners have answered, as far as the workflow knows."""
        return self._status

    @workflow.signal
    async def nudge(self) -> None:
        """Count the answers again; a hold may have ended as well."""
        await self._readings.refresh()
        await self._rounds.nudge()

    @workflow.signal
    def finish(self) -> None:
        """End the window now."""
        self._finished = True
