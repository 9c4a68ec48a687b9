"""The follow-up of a released document: what falls due until the action expires or is closed."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.references import FollowUpActivities
    from models.follow_up_messages import AskNextDue, Due, FallDue, NextDue
    from models.messages import FollowUpRequest, Purpose
    from workflows.activity_options import FACTS
    from workflows.histories import is_long
    from workflows.rounds import Rounds
    from workflows.timers import happens_before

BY_THE_FACTS = "what-is-due-is-read-from-the-facts"


@workflow.defn
class FollowUpWorkflow:
    """Asks what is due next, waits for it, and has it done; changed dates and ended holds come as nudges."""

    @workflow.init
    def __init__(self, request: FollowUpRequest) -> None:
        self._finished = self._hands_over = False
        self._nudges = self._seen = 0
        self._document = request.document
        self._rounds = Rounds(request.document, request.rounds)

    @workflow.run
    async def run(self, request: FollowUpRequest) -> FollowUpRequest | None:
        """Do what falls due until the action expires, is closed, or begins again with another document.

        Where the action itself goes on in another run, it is handed what that one's follow-up begins with.
        """
        if workflow.patched(BY_THE_FACTS):
            while not self._finished:
                await self._follow()
                if going_on := await self._going_on(request):
                    return going_on
        else:
            await self._ask_by_the_plan(request)
        await self._rounds.dismiss()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return None

    async def _follow(self) -> None:
        """Wait for what is due and have it done, until the follow-up is over or its history long."""
        following = await self._next_due()
        while not (self._finished or self._hands_over or following.over or is_long()):
            if await self._is_disturbed(following.due.at if following.due else None):
                following = await self._next_due()
            elif following.due:
                following = await self._fall_due(following.due)
        if following.over:
            self._finished = True

    async def _next_due(self) -> NextDue:
        self._seen = self._nudges
        asking = AskNextDue(document=self._document, now=workflow.now())
        return await workflow.execute_activity_method(FollowUpActivities.next_due, asking, **FACTS)

    async def _is_disturbed(self, until: datetime | None) -> bool:
        """Wait until something is due, which may be never; tell whether something changed before."""
        if until:
            return await happens_before(until, self._has_changed)
        await workflow.wait_condition(self._has_changed)
        return True

    def _has_changed(self) -> bool:
        return self._finished or self._hands_over or self._nudges > self._seen

    async def _fall_due(self, due: Due) -> NextDue:
        """Have it done, and begin its messages; it is settled only then, so that no lost run loses them."""
        falling = FallDue(document=self._document, due=due, now=workflow.now())
        fallen = await workflow.execute_activity_method(FollowUpActivities.fall_due, falling, **FACTS)
        if fallen.over:
            return NextDue(over=True)
        if not fallen.rounds:
            return await self._next_due()
        for one in fallen.rounds:
            await self._rounds.send(one)
        return await workflow.execute_activity_method(FollowUpActivities.settle_due, falling, **FACTS)

    async def _going_on(self, request: FollowUpRequest) -> FollowUpRequest | None:
        """Go on in another run, unless it is over; the rounds under way are joined by it.

        Returns what that run begins with, where it is for the action to begin it.
        """
        if self._finished:
            return None
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._finished:
            return None
        going_on = request.model_copy(update={"rounds": self._rounds.under_way()})
        if not self._hands_over:
            workflow.continue_as_new(going_on)
        return going_on

    async def _ask_by_the_plan(self, request: FollowUpRequest) -> None:
        """Send each check-in when it is due, as cases do that were released before facts were asked."""
        for number, offset in enumerate(request.plan.check_ins, start=1):
            if await happens_before(request.released_at + offset, self._is_finished):
                break
            await self._rounds.begin(Purpose.CHECK_IN, number)
        await happens_before(request.released_at + request.plan.expires_after, self._is_finished)

    def _is_finished(self) -> bool:
        return self._finished

    @workflow.signal
    async def nudge(self) -> None:
        """A hold ended, or dates changed: send what was kept back, and ask again what is due."""
        self._nudges += 1
        await self._rounds.nudge()

    @workflow.signal
    def finish(self) -> None:
        """Ask no more."""
        self._finished = True

    @workflow.signal
    def hand_over(self) -> None:
        """End, and leave what is pending to the follow-up that the action begins in its next run."""
        self._hands_over = True
