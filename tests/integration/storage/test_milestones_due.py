"""What falls due of days of a case: before them and after them, by the date that holds."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from models.columns import now
from models.follow_up_messages import DueKind
from models.lifecycle import Decision
from models.messages import DeliveryState, Purpose
from models.milestone_reminders import Dated, Offsets
from models.milestone_vocabulary import MilestoneKind, MilestoneState
from models.response_vocabulary import ResponseKind
from models.working_hours import working_hours
from storage import claims, freezing, outbox
from storage.database import Database
from storage.follow_up import FollowUps
from storage.reminders import Reminders
from tests.integration.followed import followed_case
from tests.integration.milestones import done, ended, moved, planned, reminder_of_hearing, upcoming
from tests.integration.outbox_cases import EVERYTHING, Case, execute
from tests.integration.overdue import PROSECUTOR, respond

MADRID = "Europe/Madrid"
DAY = timedelta(days=1)
WRITTEN_AT = datetime(2030, 3, 2, 12, tzinfo=UTC)
HEARING = Dated(date(2030, 4, 2), time(10, 30), MADRID)
MOVED_ON = datetime(2030, 3, 28, 12, tzinfo=UTC)


@pytest.fixture
async def case(database: Database) -> Case:
    followed = await followed_case(database)
    await execute(
        database,
        "UPDATE urgent_action SET policy = jsonb_set(policy, '{follow_up,expires_after}', '\"P900D\"')",
    )
    return followed


def madrid(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(MADRID))  # type: ignore[arg-type,misc]


async def due_at(case: Case) -> list[datetime]:
    return [due.at for due in await upcoming(case)]


async def next_of_milestones(case: Case, at: datetime) -> datetime | None:
    """Return when the next reminder is due, seen from a moment; missed ones of a day are one."""
    everything = Reminders(5, working_hours("mon-sun 00:00-23:59"), "UTC")
    async with case.database.transaction() as session:
        found = (await FollowUps(session, everything).next_due(case.document, at)).due
    return found.at if found and found.kind is DueKind.MILESTONE else None


async def test_a_hearing_is_reminded_of_to_the_minute_across_summer_time(case: Case) -> None:
    """The clocks of Madrid change on 31 March 2030, between the reminders."""
    await planned(case, HEARING, since=WRITTEN_AT)
    assert await due_at(case) == [
        madrid(2030, 3, 26, 10, 30),
        madrid(2030, 4, 1, 10, 30),
        madrid(2030, 4, 3, 10, 30),
    ]


async def test_a_hearing_moved_twice_is_reminded_of_by_its_last_date_alone(case: Case) -> None:
    """What was sent of the first date suppresses nothing of the second, though that comes sooner."""
    await planned(case, HEARING, since=WRITTEN_AT)
    first, *_ = await upcoming(case)
    assert len(await done(case, first)) == 1
    await moved(case, 1, date(2030, 4, 20), time(9), since=MOVED_ON)
    assert await due_at(case) == [
        madrid(2030, 4, 13, 9),
        madrid(2030, 4, 19, 9),
        madrid(2030, 4, 21, 9),
    ]
    await moved(case, 1, date(2030, 4, 5), time(12), since=MOVED_ON + timedelta(hours=1))
    again = await upcoming(case)
    assert [due.at for due in again] == [
        madrid(2030, 3, 29, 12),
        madrid(2030, 4, 4, 12),
        madrid(2030, 4, 6, 12),
    ]
    sent = [await done(case, due) for due in again]
    assert [one.round for rounds in sent for one in rounds] == [2, 3, 4]
    assert await upcoming(case) == []


async def test_working_hours_and_holidays_are_those_of_the_coordinator(case: Case) -> None:
    office = Reminders(5, working_hours("mon-fri 09:00-18:00"), "UTC")
    await execute(
        case.database, "UPDATE person SET time_zone = 'America/Mexico_City' WHERE id = :id",
        id=case.action.author_id,
    )  # fmt: skip
    await execute(case.database, "UPDATE urgent_action SET urgency = 'standard'")
    await planned(case, HEARING, since=WRITTEN_AT, offsets=Offsets((DAY,), (DAY,)))
    mexico = ZoneInfo("America/Mexico_City")
    found = [due.at.astimezone(mexico) for due in await upcoming(case, office)]
    assert found == [datetime(2030, 3, 29, 9, tzinfo=mexico), datetime(2030, 4, 3, 9, tzinfo=mexico)]


async def test_what_was_missed_in_nine_days_is_one_reminder_of_a_day(case: Case) -> None:
    hearing = Dated(date(2030, 4, 2), time(10), "UTC")
    await planned(case, hearing, since=WRITTEN_AT, offsets=Offsets((4 * DAY, 2 * DAY, DAY), (DAY,)))
    back = datetime(2030, 4, 7, 8, tzinfo=UTC)
    assert await next_of_milestones(case, back) == datetime(2030, 4, 3, 10, tzinfo=UTC)
    last = (await upcoming(case))[-1]
    assert len(await done(case, last, back)) == 1
    assert await upcoming(case) == []


async def test_of_what_was_held_only_its_outcome_is_asked_and_of_what_is_over_nothing(case: Case) -> None:
    await planned(case, HEARING, since=WRITTEN_AT)
    await ended(case, 1, MilestoneState.HELD)
    assert await due_at(case) == [madrid(2030, 4, 3, 10, 30)]
    for state in (MilestoneState.DONE, MilestoneState.CANCELLED):
        await planned(case, HEARING, since=WRITTEN_AT)
        await ended(case, 2 if state is MilestoneState.DONE else 3, state)
    await ended(case, 1, MilestoneState.DONE)
    assert await upcoming(case) == []


async def test_nothing_is_due_of_a_day_during_a_hold_or_after_the_end(case: Case) -> None:
    await planned(case, HEARING, since=WRITTEN_AT)
    (first, *_) = await upcoming(case)
    await case.decide(Decision.HOLD)
    assert await next_of_milestones(case, first.at) is None
    assert await done(case, first) == ()
    await case.decide(Decision.RESUME)
    assert await next_of_milestones(case, first.at - DAY) == first.at
    await case.decide(Decision.STOP)
    assert await next_of_milestones(case, first.at) is None


async def test_a_reminder_that_was_sent_is_not_sent_again_after_a_reopening(case: Case) -> None:
    await planned(case, HEARING, since=WRITTEN_AT)
    first, second, third = await upcoming(case)
    await done(case, first)
    another = await followed_case(case.database)
    await execute(
        case.database,
        "UPDATE fallen_due SET document_id = :document",
        document=another.document.document_id,
    )
    assert await upcoming(case) == [second, third]


async def test_a_pledge_is_asked_about_until_a_positive_response_that_counts(case: Case) -> None:
    pledge = await respond(case, PROSECUTOR, ResponseKind.PLEDGE)
    await _pledged(case, pledge)
    promised = await due_at(case)
    assert [at.date() for at in promised] == [date(2030, 4, 16), date(2030, 4, 29)]
    await respond(case, PROSECUTOR, ResponseKind.TOKEN)
    assert await due_at(case) == promised
    kept = await respond(case, PROSECUTOR, ResponseKind.POSITIVE)
    assert await due_at(case) == []
    await respond(case, PROSECUTOR, ResponseKind.TOKEN, corrects=kept)
    assert await due_at(case) == promised


async def _pledged(case: Case, pledge: UUID) -> None:
    day = Dated(date(2030, 4, 15), None, "UTC")
    await planned(case, day, MilestoneKind.PLEDGE, since=WRITTEN_AT, response_id=pledge)


async def test_the_reminder_goes_to_the_coordinator_alone(case: Case) -> None:
    request = await reminder_of_hearing(case)
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        (batch,) = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    assert [row.recipient_id for row in await case.claim(batch)] == [case.action.author_id]


@pytest.mark.parametrize("change", ["moved", "cancelled", "done"])
async def test_a_frozen_reminder_is_cancelled_at_the_gate_once_its_date_holds_no_more(
    case: Case, change: str
) -> None:
    request = await reminder_of_hearing(case)
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        (batch,) = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    if change == "moved":
        await moved(case, 1, now().date() + 9 * DAY)
    else:
        await ended(case, 1, MilestoneState(change))
    assert await case.claim(batch) == []
    async with case.database.transaction() as session:
        await claims.finish_batch(session, batch)
    rows = await execute(
        case.database,
        "SELECT delivery.state, failure FROM delivery JOIN dispatch ON dispatch.id = dispatch_id"
        " WHERE purpose = :purpose",
        purpose=Purpose.MILESTONE,
    )
    assert [tuple(row) for row in rows] == [(DeliveryState.CANCELLED, "no_longer_wanted")]
