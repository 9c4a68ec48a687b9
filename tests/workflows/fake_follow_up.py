"""The activities of a world that tell what is due in its follow-up, by the rules themselves."""

from datetime import time
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import references
from models.falling_due import after, in_order, next_of
from models.follow_up_messages import AskNextDue, Due, DueKind, FallDue, FallenDue, NextDue
from models.messages import DispatchRequest, Purpose
from models.milestone_reminders import Work, reminders
from models.reply_clocks import BY_MECHANISM, Answer, clock_of, ladder_of, next_rung
from models.response_vocabulary import ResponseKind
from tests.workflows.fakes import moment
from tests.workflows.world import DOCUMENT, World


class FakeFollowUp(references.FollowUpActivities):
    """What falls due of an action that was released."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn
    async def next_due(self, asking: AskNextDue) -> NextDue:
        assert asking.document == DOCUMENT
        world = self._world
        upcoming = NextDue(due=next_of(self._upcoming(), asking.now))
        await world.called("next_due")
        if not world.running:
            return NextDue(over=True)
        return NextDue() if world.on_hold else upcoming

    def _upcoming(self) -> list[Due]:
        world, subject = self._world, DOCUMENT.document_id
        plan, released_at = world.plan.follow_up, world.plan.released_at or world.released_at
        assert released_at
        asked = max([number for purpose, number in world.sheets if purpose is Purpose.CHECK_IN], default=0)
        settled = max(asked, world.fallen.get((DueKind.CHECK_IN, subject), 0))
        check_ins = [after(released_at, offset, world.zone) for offset in plan.check_ins]
        end = after(released_at, plan.expires_after, world.zone)
        replies = [due for subject in world.submitted for due in self._reply(subject)]
        return [
            *in_order(DueKind.CHECK_IN, subject, check_ins, settled=settled),
            *in_order(DueKind.EXPIRY, subject, [end], settled=0),
            *replies,
            *self._days(),
        ]

    def _days(self) -> list[Due]:
        """List the reminders of each date that holds, of somebody who works at any hour."""
        always = Work(time(9), lambda moment: moment, lambda moment: moment)
        return [
            Due(kind=DueKind.MILESTONE, subject=entry, number=one.number, at=one.at)
            for entry, (dated, offsets, since) in self._world.dates.items()
            for one in reminders(dated, offsets, since, always)
            if one.number > self._world.fallen.get((DueKind.MILESTONE, entry), 0)
        ]

    def _reply(self, submission: UUID) -> list[Due]:
        """Tell the next step of a submission; each that was proposed is decided about at once."""
        world = self._world
        mechanism, sent_at = world.submitted[submission]
        terms = BY_MECHANISM[mechanism]
        on = world.replied.get(submission)
        answers = [Answer(ResponseKind.POSITIVE, on)] if on else []
        clock = clock_of(terms, sent_at, answers, world.zone, sent_at)
        proposed = [due for due in world.done if due.subject == submission]
        decided = {due.number: due.at for due in proposed}
        following = next_rung(clock, ladder_of(None, terms), decided, world.zone)
        if following is None:
            return []
        return [Due(kind=DueKind.REPLY, subject=submission, number=following[0], at=following[1])]

    @activity.defn
    async def fall_due(self, falling: FallDue) -> FallenDue:
        world, due = self._world, falling.due
        await world.called("fall_due")
        if world.outage:
            outage, world.outage = world.outage, None
            raise ApplicationError("away", type="away", next_retry_delay=outage)
        if world.on_hold or due != next_of(self._upcoming(), max(falling.now, moment())):
            return FallenDue()
        world.done.append(due)
        if due.kind is DueKind.EXPIRY:
            return FallenDue(over=True)
        turns = {DueKind.REPLY: Purpose.REPLY_OVERDUE, DueKind.MILESTONE: Purpose.MILESTONE}
        number = sum(one.kind is due.kind for one in world.done) if due.kind in turns else due.number
        one = _round(turns.get(due.kind, Purpose.CHECK_IN), number)
        asking = world.asking if due.kind is DueKind.REPLY else DOCUMENT
        return FallenDue(rounds=(one.model_copy(update={"document": asking}),))

    @activity.defn
    async def settle_due(self, falling: FallDue) -> NextDue:
        due = falling.due
        self._world.fallen[due.kind, due.subject] = due.number
        await self._world.called("settle_due")
        return await self.next_due(AskNextDue(document=falling.document, now=falling.now))


def _round(purpose: Purpose, number: int) -> DispatchRequest:
    return DispatchRequest(document=DOCUMENT, purpose=purpose, round=number)
