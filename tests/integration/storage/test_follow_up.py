"""What is due in the follow-up of a stored case, and what becomes of it."""

import pytest

from models.follow_up_messages import DueKind, FallenDue, NextDue
from models.lifecycle import Decision
from models.messages import DispatchRequest, Purpose
from storage.database import Database
from tests.integration.followed import (
    DAY,
    RELEASED_AT,
    done,
    due_of,
    fall_due,
    followed_case,
    next_due,
    settle,
)
from tests.integration.outbox_cases import Case, execute


@pytest.fixture
async def case(database: Database) -> Case:
    return await followed_case(database, "P1D", "P3D", "P7D", "P14D", "P28D", "P41D")


async def test_the_first_check_in_is_due_a_day_after_the_release(case: Case) -> None:
    due = await due_of(case, DueKind.CHECK_IN)
    assert (due.number, due.at) == (1, RELEASED_AT + DAY)


async def test_a_check_in_that_fell_due_is_a_round_of_its_number_and_the_next_follows(case: Case) -> None:
    due = await due_of(case, DueKind.CHECK_IN)
    asked = DispatchRequest(document=case.document, purpose=Purpose.CHECK_IN, round=1)
    assert await fall_due(case, due) == FallenDue(rounds=(asked,))
    await settle(case, due)
    assert (await due_of(case, DueKind.CHECK_IN)).number == 2


async def test_what_fell_due_and_was_not_settled_falls_due_again_and_is_written_down_once(case: Case) -> None:
    due = await due_of(case, DueKind.CHECK_IN)
    first = await fall_due(case, due)
    assert (await due_of(case, DueKind.CHECK_IN)) == due
    assert await fall_due(case, due) == first
    rows = await execute(case.database, "SELECT number, round, settled_at FROM fallen_due")
    assert [tuple(row) for row in rows] == [(1, 1, None)]


async def test_check_ins_sent_before_they_were_written_down_are_not_sent_again(case: Case) -> None:
    await case.freeze(Purpose.CHECK_IN, turn=2)
    assert (await due_of(case, DueKind.CHECK_IN)).number == 3


async def test_after_an_outage_the_last_check_in_missed_is_the_only_one_asked(case: Case) -> None:
    late = RELEASED_AT + 9 * DAY
    due = await due_of(case, DueKind.CHECK_IN, late)
    assert due.number == 3
    await fall_due(case, due, late)
    await settle(case, due)
    following = await due_of(case, DueKind.CHECK_IN, late)
    assert following.at > late


async def test_nothing_is_due_during_a_hold_and_all_is_planned_again_after_it(case: Case) -> None:
    due = await due_of(case, DueKind.CHECK_IN)
    await case.decide(Decision.HOLD)
    assert await next_due(case, due.at) == NextDue()
    assert await fall_due(case, due) == FallenDue()
    assert await execute(case.database, "SELECT 1 FROM fallen_due") == []
    await case.decide(Decision.RESUME)
    assert await due_of(case, DueKind.CHECK_IN, due.at) == due


async def test_what_is_not_due_any_more_brings_nothing_about(case: Case) -> None:
    due = await due_of(case, DueKind.CHECK_IN)
    await execute(case.database, "UPDATE urgent_action SET released_at = released_at + interval '1 hour'")
    assert await fall_due(case, due) == FallenDue()


async def test_at_its_end_an_action_expires_whatever_else_was_missed(case: Case) -> None:
    late = RELEASED_AT + 60 * DAY
    warned = RELEASED_AT + 36 * DAY
    while (missed := (await next_due(case, warned)).due) and missed.at <= warned:
        await done(case, missed, warned)
    due = await due_of(case, DueKind.EXPIRY, late)
    assert due.at == RELEASED_AT + 42 * DAY
    assert await fall_due(case, due, late) == FallenDue(over=True)
    assert await due_of(case, DueKind.EXPIRY, late) == due, "a run that was lost at it finds it again"


@pytest.mark.parametrize("column", ["closed_at", "stopped_at", "rejected_at"])
async def test_the_follow_up_of_an_action_that_ended_is_over(case: Case, column: str) -> None:
    due = await due_of(case, DueKind.CHECK_IN)
    await execute(case.database, f"UPDATE urgent_action SET {column} = now()")
    assert await next_due(case) == NextDue(over=True)
    assert await fall_due(case, due) == FallenDue(over=True)


async def test_the_follow_up_of_a_document_that_another_one_leads_is_over(case: Case) -> None:
    await execute(case.database, "UPDATE urgent_action SET leading_document = 2")
    assert await next_due(case) == NextDue(over=True)
