"""When an action expires, when its coordinator is warned, and how its end is moved."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.actions import UrgentAction
from models.follow_up_messages import DueKind, FallenDue
from models.lifecycle import Decision, Phase, Refusal
from models.messages import DispatchRequest, Purpose
from models.working_hours import working_hours
from storage import actions, extending
from storage.database import Database
from storage.records import undelivered_nudges
from storage.reminders import Reminders
from storage.standing import plan_of
from tests.integration.followed import ALL_DAY, DAY, RELEASED_AT, done, due_of, followed_case, next_due
from tests.integration.outbox_cases import Case, execute

END = RELEASED_AT + 42 * DAY
MEXICO = "America/Mexico_City"
OFFICE = Reminders(5, working_hours("mon-fri 09:00-18:00"), MEXICO)


@pytest.fixture
async def case(database: Database) -> Case:
    return await followed_case(database)


async def extend(case: Case, until: datetime) -> Refusal | None:
    async with case.database.transaction() as session:
        action = await actions.action_by_reference(session, case.action.reference, lock=True)
        assert isinstance(action, UrgentAction)
        return await extending.extend(session, action, until, case.action.author_id, "UTC")


async def test_the_coordinator_is_warned_a_week_before_the_end(case: Case) -> None:
    warning = await due_of(case, DueKind.EXPIRY_WARNING)
    assert warning.at == END - 7 * DAY
    asked = DispatchRequest(document=case.document, purpose=Purpose.EXPIRY_WARNING, round=1)
    assert await done(case, warning) == FallenDue(rounds=(asked,))
    assert (await due_of(case, DueKind.EXPIRY)).at == END


async def test_a_case_may_say_how_long_before_its_end_she_is_warned(case: Case) -> None:
    await execute(
        case.database,
        "UPDATE urgent_action SET policy = jsonb_set(policy, '{follow_up,warn_before}', '\"P2D\"')",
    )
    assert (await due_of(case, DueKind.EXPIRY_WARNING)).at == END - 2 * DAY


async def test_what_lasts_no_longer_than_its_warning_expires_without_one(case: Case) -> None:
    await execute(
        case.database,
        "UPDATE urgent_action SET policy = jsonb_set(policy, '{follow_up,expires_after}', '\"P7D\"')",
    )
    assert (await due_of(case, DueKind.EXPIRY)).at == RELEASED_AT + 7 * DAY


async def test_after_an_outage_over_both_she_is_warned_first_and_has_a_day(case: Case) -> None:
    late = END + 9 * DAY
    warning = await due_of(case, DueKind.EXPIRY_WARNING, late)
    await done(case, warning, late)
    await execute(case.database, "UPDATE fallen_due SET fallen_at = :late", late=late)
    assert (await due_of(case, DueKind.EXPIRY, late)).at == late + DAY


async def test_an_extension_plans_a_new_warning_and_a_new_end_and_tells_the_workflow(case: Case) -> None:
    await done(case, await due_of(case, DueKind.EXPIRY_WARNING))
    assert await extend(case, END + 42 * DAY) is None
    warning = await due_of(case, DueKind.EXPIRY_WARNING, END)
    assert warning.at == END + 35 * DAY
    fallen = await done(case, warning)
    assert [one.round for one in fallen.rounds] == [2]
    assert (await due_of(case, DueKind.EXPIRY)).at == END + 42 * DAY
    async with case.database.transaction() as session:
        assert [nudge.addressee for nudge in await undelivered_nudges(session, 10)] == ["action"]
    ((kind, person),) = await execute(
        case.database, "SELECT kind, person_id FROM audit_event WHERE kind = 'extended'"
    )
    assert (kind, person) == ("extended", case.action.author_id)


@pytest.mark.parametrize("moved", [timedelta(0), timedelta(days=-1), timedelta(days=30 * 366)])
async def test_an_action_is_extended_to_a_later_moment_within_reason(case: Case, moved: timedelta) -> None:
    assert await extend(case, END + moved) is Refusal.EXPIRES_NO_LATER


async def test_what_was_not_released_is_not_extended(case: Case) -> None:
    await execute(case.database, "UPDATE urgent_action SET phase = 'signing', released_at = NULL")
    assert await extend(case, END + DAY) is Refusal.NOT_FOLLOWED_UP


async def in_mexico(case: Case, urgency: str, rules: Reminders = OFFICE) -> datetime:
    """Return when the first thing is due to a coordinator in Mexico, by her clock."""
    await execute(case.database, "UPDATE urgent_action SET urgency = :urgency", urgency=urgency)
    await execute(case.database, "UPDATE person SET time_zone = :zone", zone=MEXICO)
    due = (await next_due(case, rules=rules)).due
    assert due
    return due.at.astimezone(ZoneInfo(MEXICO))


def mexican(month: int, day: int, hour: int) -> datetime:
    return datetime(2030, month, day, hour, tzinfo=ZoneInfo(MEXICO))


async def test_a_check_in_of_a_saturday_waits_for_monday(database: Database) -> None:
    case = await followed_case(database, "P1D")
    assert await in_mexico(case, "urgent") == mexican(3, 4, 9)


async def test_a_check_in_of_a_public_holiday_waits_for_the_next_day(database: Database) -> None:
    case = await followed_case(database, "P17D")
    assert await in_mexico(case, "standard") == mexican(3, 19, 9)


async def test_check_ins_of_an_immediate_case_wait_for_nobody(database: Database) -> None:
    case = await followed_case(database, "P1D")
    assert await in_mexico(case, "immediate") == mexican(3, 2, 10)


async def test_a_check_in_that_is_counted_in_hours_is_asked_at_its_hour(database: Database) -> None:
    case = await followed_case(database, "PT20H")
    assert await in_mexico(case, "urgent") == mexican(3, 2, 6)


async def test_at_work_a_check_in_is_asked_when_it_is_due(database: Database) -> None:
    case = await followed_case(database, "P3D")
    assert await in_mexico(case, "urgent", ALL_DAY) == mexican(3, 4, 10)


async def test_what_sleeps_is_reopened_and_its_workflow_told(case: Case) -> None:
    async with case.database.transaction() as session:
        await actions.record_phase(session, case.action.id, Phase.DORMANT)
    assert (await next_due(case)).over
    await case.decide(Decision.REOPEN)
    ((phase, closed_at, released_at),) = await execute(
        case.database, "SELECT phase, closed_at, released_at FROM urgent_action"
    )
    assert (phase, closed_at, released_at) == ("verifying", None, None)
    async with case.database.transaction() as session:
        assert "action" in [nudge.addressee for nudge in await undelivered_nudges(session, 10)]


@pytest.mark.parametrize(("written", "sleeps"), [("sleep", True), ("close", False), (None, False)])
async def test_the_plan_of_a_case_tells_whether_it_sleeps(
    case: Case, written: str | None, *, sleeps: bool
) -> None:
    if written:
        await execute(
            case.database,
            "UPDATE urgent_action SET policy = jsonb_set(policy, '{follow_up,when_expired}',"
            " to_jsonb(CAST(:written AS text)))",
            written=written,
        )
    async with case.database.transaction() as session:
        assert (await plan_of(session, case.action.id)).follow_up.sleeps is sleeps
