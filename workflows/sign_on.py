"""The sign-on window of one document: invitations, reminders, and what ends it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.references import SignOnActivities
    from models.lifecycle import Refusal
    from models.messages import Purpose
    from models.sign_on_messages import (
        SignOnOpened,
        SignOnProgress,
        SignOnRequest,
        SignOnStatus,
        WindowChange,
        WindowEnd,
    )
    from models.vocabulary import ReleasePolicy
    from workflows.activity_options import FACTS
    from workflows.histories import is_long
    from workflows.readings import Readings
    from workflows.refusals import is_too_late, refused
    from workflows.rounds import Rounds
    from workflows.timers import happens_before

BETWEEN_ROUNDS = timedelta(minutes=1)
"""The least time between two rounds of invitations: what fails in one second is not told of ten times."""

COLLAPSES = "missed-reminders-become-one"
CONTINUES = "long-windows-continue-as-new"


@workflow.defn
class SignOnWorkflow:
    """Ends at quorum, when its time is over, by hand, or when the action goes on without it."""

    @workflow.init
    def __init__(self, request: SignOnRequest) -> None:
        self._document = request.document
        self._plan = request.plan
        self._status = SignOnStatus(invited=0, signed=0, answered=0)
        self._closes_at = self._opened_at = self._asked_at = workflow.now()
        self._progress = request.progress or SignOnProgress(reminded=0, invited=1, alarmed=0, rounds=())
        self._unasked = self._uncounted = self._finished = self._continues = False
        self._changes = 0
        self._turn = asyncio.Lock()
        self._rounds = Rounds(request.document, self._progress.rounds)
        self._readings = Readings(self._count_answers)

    @workflow.run
    async def run(self, request: SignOnRequest) -> SignOnStatus:
        """Invite, remind, and end the window."""
        self._continues = workflow.patched(CONTINUES)
        opened = await workflow.execute_activity_method(SignOnActivities.open_sign_on, request, **FACTS)
        self._take_up(opened)
        if request.progress is None:
            await self._rounds.begin(Purpose.INVITATION, 1)
        await self._readings.refresh()
        while not self._is_over():
            await self._keep_open()
            await self._continue_as_new(request)
        await self._end()
        return self._status

    def _take_up(self, opened: SignOnOpened) -> None:
        self._closes_at = opened.closes_at
        self._opened_at = opened.opened_at or opened.closes_at - self._plan.closes_after
        self._finished = self._finished or opened.ended

    async def _keep_open(self) -> None:
        """Do what falls due until the window is over or its history long; a change begins the wait anew."""
        while not self._is_over() and not self._is_long():
            if self._uncounted:
                self._uncounted = False
                await self._readings.refresh()
                continue
            seen = self._changes
            moment, fall_due = self._next_due()
            await happens_before(moment, lambda seen=seen: self._is_disturbed(seen))  # type: ignore[misc]
            async with self._turn:  # a change that is under way comes first
                if not self._is_disturbed(seen):
                    await fall_due()

    def _next_due(self) -> tuple[datetime, Callable[[], Awaitable[None]]]:
        """Return what is to be done next, and when; past its end a window is only closed."""
        steps = [(self._closes_at, self._close)]
        if workflow.now() < self._closes_at:
            if self._progress.reminded < len(self._plan.remind_after):
                steps.append((self._reminder_at(self._progress.reminded), self._remind))
            if self._unasked:
                steps.append((self._asked_at + BETWEEN_ROUNDS, self._invite_again))
        return min(steps, key=lambda step: step[0])

    def _reminder_at(self, place: int) -> datetime:
        """Return when a reminder is due: counted from the opening, however long the window became since."""
        return self._opened_at + self._plan.remind_after[place]

    def _is_over(self) -> bool:
        at_quorum = self._plan.release is ReleasePolicy.AT_QUORUM_OR_CLOSE
        return self._finished or (at_quorum and self._status.signed >= self._plan.quorum)

    def _is_long(self) -> bool:
        return self._continues and is_long()

    def _is_disturbed(self, seen: int) -> bool:
        return self._is_over() or self._is_long() or self._uncounted or self._changes > seen

    async def _close(self) -> None:
        self._finished = True

    async def _remind(self) -> None:
        """Remind once, whatever offsets have passed: what was missed while nothing ran becomes one."""
        reminded = self._progress.reminded + 1
        while (
            reminded < len(self._plan.remind_after)
            and self._reminder_at(reminded) <= workflow.now()
            and workflow.patched(COLLAPSES)
        ):
            reminded += 1
        self._note(reminded=reminded)
        await self._rounds.begin(Purpose.SIGN_ON_REMINDER, reminded)

    async def _invite_again(self) -> None:
        """Ask those whom nothing reached, by their next contacts if need be, and tell of those missed."""
        self._unasked, self._asked_at = False, workflow.now()
        again = await workflow.execute_activity_method(SignOnActivities.invite_again, self._document, **FACTS)
        for turn in again.alarms:
            if turn > self._progress.alarmed:
                self._note(alarmed=turn)
                await self._rounds.begin(Purpose.INVITATION_ALARM, turn)
        if again.round and again.round > self._progress.invited:
            self._note(invited=again.round)
            await self._rounds.begin(Purpose.INVITATION, again.round)

    def _note(self, **reached: int) -> None:
        self._progress = self._progress.model_copy(update=reached)

    async def _continue_as_new(self, request: SignOnRequest) -> None:
        """Go on in another run, unless the window is over; the rounds under way are joined by it."""
        if self._is_over():
            return
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self._is_over():
            progress = self._progress.model_copy(update={"rounds": self._rounds.under_way()})
            workflow.continue_as_new(request.model_copy(update={"progress": progress}))

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
        if self._status.unasked and not self._unasked:
            self._unasked = True
            self._changes += 1

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
    def recount(self) -> None:
        """Count again: somebody answered, was not reached, or was invited. The rounds see it at the gate.

        No handler waits for it, so that however many come, a run can be followed by another.
        """
        self._uncounted = True

    @workflow.signal
    def finish(self) -> None:
        """End the window now."""
        self._finished = True

    @workflow.update
    async def change_window(self, change: WindowChange) -> SignOnStatus:
        """Close at another moment, later or earlier."""
        async with self._turn:
            if self._is_over():
                raise refused(Refusal.NO_WINDOW)
            await workflow.execute_activity_method(SignOnActivities.change_window, change, **FACTS)
            self._closes_at = change.closes_at
            self._changes += 1
        await self._rounds.nudge()
        return self._status

    @workflow.update
    async def end_window(self, end: WindowEnd) -> SignOnStatus:
        """End the window by hand."""
        async with self._turn:
            if self._is_over():
                raise refused(Refusal.NO_WINDOW)
            await workflow.execute_activity_method(SignOnActivities.end_by_hand, end, **FACTS)
            self._finished = True
        return self._status

    @change_window.validator
    def _validate_change(self, change: WindowChange) -> None:
        self._validate(change.until)
        if change.closes_at <= workflow.now():
            raise refused(Refusal.CLOSES_IN_THE_PAST)

    @end_window.validator
    def _validate_end(self, end: WindowEnd) -> None:
        self._validate(end.until)

    def _validate(self, until: datetime | None) -> None:
        if is_too_late(until):
            raise refused(Refusal.TOO_LATE)
        if self._is_over():
            raise refused(Refusal.NO_WINDOW)
