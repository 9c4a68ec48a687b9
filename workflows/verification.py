"""The verification of one document: who is asked, reminded, and asked next while nobody takes the case."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.references import VerificationActivities
    from models.messages import Purpose
    from models.verification_messages import AskVerifiers, VerificationStatus, Verifying
    from workflows.activity_options import FACTS
    from workflows.readings import Readings
    from workflows.rounds import Rounds
    from workflows.timers import happens_before

BETWEEN_ALARMS = timedelta(days=1)
"""The least time between two turns when nobody is left to be asked."""


@workflow.defn
class VerificationWorkflow:
    """Asks the duty list turn by turn, until enough people have confirmed what there is to confirm."""

    @workflow.init
    def __init__(self, verifying: Verifying) -> None:
        self._verification = verifying.verification
        self._status = VerificationStatus(asked=0, acknowledged=0, answered=0, wanted=True)
        self._finished = False
        self._rounds = Rounds(verifying.verification.document)
        self._readings = Readings(self._count)

    @workflow.run
    async def run(self, verifying: Verifying) -> None:
        """Ask, remind and escalate until it is verified, or until another cycle takes its place."""
        await self._readings.refresh()
        turn = verifying.turn
        while not self._is_over():
            await self._take(turn)
            turn += 1
            if workflow.info().is_continue_as_new_suggested() and not self._is_over():
                await self._rounds.dismiss()
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(verifying.model_copy(update={"turn": turn}))
        await self._rounds.dismiss()
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _take(self, turn: int) -> None:
        """Ask the next on the list, remind everybody once, and be patient with whoever takes the case."""
        plan, cycle = self._verification.plan, self._verification.cycle
        asking = AskVerifiers(verification=self._verification, round=turn)
        asked = await workflow.execute_activity_method(VerificationActivities.ask_verifiers, asking, **FACTS)
        purpose = Purpose.VERIFICATION if asked.asked else Purpose.VERIFICATION_ALARM
        await self._rounds.begin(purpose, turn, cycle)
        await self._readings.refresh()
        began = workflow.now()
        if await happens_before(began + plan.remind_after, self._is_over):
            return
        await self._rounds.begin(Purpose.VERIFICATION_REMINDER, turn, cycle)
        patience = plan.escalate_after if asked.asked else max(plan.escalate_after, BETWEEN_ALARMS)
        await self._be_patient(patience, patience - plan.remind_after)

    async def _be_patient(self, patience: timedelta, at_first: timedelta) -> None:
        """Wait until nobody has taken the case for so long; each acknowledgement begins the wait anew."""
        until = workflow.now() + at_first
        taken = self._status.acknowledged
        while await happens_before(until, lambda taken=taken: self._is_taken(taken)):  # type: ignore[misc]
            if self._is_over():
                return
            taken = self._status.acknowledged
            until = workflow.now() + patience

    def _is_taken(self, before: int) -> bool:
        return self._is_over() or self._status.acknowledged > before

    def _is_over(self) -> bool:
        return self._finished or not self._status.wanted

    async def _count(self) -> None:
        self._status = await workflow.execute_activity_method(
            VerificationActivities.count_verifiers, self._verification, **FACTS
        )

    @workflow.query
    def status(self) -> VerificationStatus:
        """Return how the verifiers have answered, as far as the workflow knows."""
        return self._status

    @workflow.signal
    async def nudge(self) -> None:
        """Count again; a hold may have ended as well."""
        await self._readings.refresh()
        await self._rounds.nudge()

    @workflow.signal
    def finish(self) -> None:
        """Ask nobody any more."""
        self._finished = True
