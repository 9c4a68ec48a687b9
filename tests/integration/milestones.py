"""Days of a case that is followed up, and what falls due of them."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from models.columns import now
from models.follow_up_messages import Due, DueKind, FallDue
from models.messages import DispatchRequest, Purpose
from models.milestone_reminders import DEFAULTS, Dated, Offsets
from models.milestone_vocabulary import MilestoneKind, MilestoneState
from models.milestones import MilestoneEntry
from storage.due_rules import RULES
from storage.follow_up import FollowUps
from storage.milestones import Known, following, milestones_of, plan, write_down
from storage.reminders import Reminders
from tests.integration.outbox_cases import Case
from tests.integration.overdue import RULES as ALL_DAY
from tests.integration.overdue import fallen

DAY = timedelta(days=1)


async def planned(
    case: Case,
    date: Dated,
    kind: MilestoneKind = MilestoneKind.HEARING,
    offsets: Offsets | None = None,
    *,
    since: datetime | None = None,
    response_id: UUID | None = None,
) -> Known:
    """Write a day of a case down, as the API does; `since` is when that was."""
    reminders = offsets or DEFAULTS[kind]
    first = MilestoneEntry(
        milestone_id=uuid4(),
        number=1,
        state=MilestoneState.PLANNED,
        on_day=date.day,
        at_time=date.at,
        time_zone=date.zone,
        remind_before=list(reminders.before),
        remind_after=list(reminders.after),
        recorded_by=case.action.author_id,
        recorded_at=since or now(),
    )
    async with case.database.transaction() as session:
        return await plan(session, case.action.id, kind, first, response_id)


async def moved(
    case: Case, number: int, on: date, at: time | None = None, *, since: datetime | None = None
) -> Known:
    """Give a day another date."""
    async with case.database.transaction() as session:
        known = await _known(case, number)
        entry = following(known, MilestoneState.MOVED, case.action.author_id)
        entry.on_day, entry.at_time, entry.recorded_at = on, at, since or now()
        return await write_down(session, known, entry)


async def ended(case: Case, number: int, state: MilestoneState) -> None:
    """Write down what became of a day."""
    known = await _known(case, number)
    async with case.database.transaction() as session:
        await write_down(session, known, following(known, state, case.action.author_id))


async def _known(case: Case, number: int) -> Known:
    async with case.database.transaction() as session:
        known = await milestones_of(session, case.action.id)
    return next(one for one in known if one.milestone.number == number)


async def upcoming(case: Case, rules: Reminders = ALL_DAY) -> list[Due]:
    """List all reminders of days that are still to come, in order."""
    async with case.database.transaction() as session:
        followed = await FollowUps(session, rules).followed(case.document)
        assert followed
        found = await RULES[DueKind.MILESTONE].upcoming(session, followed)
    return sorted(found, key=lambda due: due.at)


async def done(case: Case, due: Due, at: datetime | None = None) -> tuple[DispatchRequest, ...]:
    """Have a reminder fall due, and note that its message is begun."""
    falling = FallDue(document=case.document, due=due, now=at or due.at)
    async with case.database.transaction() as session:
        told = await FollowUps(session, ALL_DAY).fall_due(falling)
    async with case.database.transaction() as session:
        await FollowUps(session, ALL_DAY).settle(falling)
    return told.rounds


async def reminder_of_hearing(case: Case) -> DispatchRequest:
    """Have the reminder of a hearing of the day before yesterday be the next that is sent."""
    today = datetime.now(UTC).date()
    await planned(case, Dated(today - 2 * DAY, time(10), "UTC"), since=now() - 30 * DAY)
    while True:
        told = await fallen(case)
        if told.rounds and told.rounds[0].purpose is Purpose.MILESTONE:
            return told.rounds[0]
