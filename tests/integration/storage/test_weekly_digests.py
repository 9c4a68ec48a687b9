"""Whose weekly digest is due: once a week, by her clocks, and none where there is nothing to tell."""

import asyncio
from datetime import time, timedelta
from uuid import uuid4

import pytest

from models.lifecycle import Decision
from models.messages import DeliveryState, Purpose
from models.vocabulary import Role
from models.weekly import Weekly, week_of
from storage import cancelling, freezing, outbox
from storage.database import Database
from tests.factories import add_key, add_person
from tests.integration.digests import WEEK, ZONE, ask, coordinator_of, this_monday
from tests.integration.outbox_cases import EVERYTHING, Case, execute
from tests.integration.overdue import overdue_case

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def case(database: Database) -> Case:
    case = await overdue_case(database)
    await coordinator_of(case)
    return case


async def decided(case: Case) -> list[tuple[object, bool]]:
    rows = await execute(
        case.database, "SELECT week, document_id IS NULL FROM weekly_digest ORDER BY week, person_id"
    )
    return [tuple(row) for row in rows]


async def test_it_is_due_on_her_monday_at_nine_and_not_before(case: Case) -> None:
    due = this_monday() + WEEK
    before = await ask(case, due - MINUTE)
    assert (before.requests, before.next_at) == ((), due)
    (request,) = (await ask(case, due)).requests
    assert (request.purpose, request.document.document_id) == (Purpose.DIGEST, case.document.document_id)
    assert await decided(case) == [(week_of(due, ZONE), False)]


async def test_what_is_not_under_way_is_told_again_and_what_is_frozen_is_not(case: Case) -> None:
    (request,) = (await ask(case, this_monday())).requests
    assert (await ask(case, this_monday() + HOUR)).requests == (request,)
    async with case.database.transaction() as session:
        frozen = await freezing.freeze(session, request)
    assert frozen.size == 1
    assert (await ask(case, this_monday() + HOUR)).requests == ()
    assert len(await decided(case)) == 1


async def test_ten_who_ask_at_once_get_the_same_digest(case: Case) -> None:
    asked = await asyncio.gather(*(ask(case, this_monday()) for _ in range(10)))
    assert {one.requests for one in asked} == {asked[0].requests}
    assert len(asked[0].requests) == 1
    assert len(await decided(case)) == 1


async def test_where_there_is_nothing_to_tell_nothing_is_sent_that_week(case: Case) -> None:
    await execute(case.database, "UPDATE urgent_action SET closed_at = now(), phase = 'closed'")
    assert (await ask(case, this_monday())).requests == ()
    await execute(case.database, "UPDATE urgent_action SET closed_at = NULL, phase = 'following_up'")
    assert (await ask(case, this_monday() + HOUR)).requests == ()
    assert await decided(case) == [(week_of(this_monday(), ZONE), True)]
    assert len((await ask(case, this_monday() + WEEK)).requests) == 1


async def test_after_an_outage_of_nine_days_only_that_of_the_week_is_due(case: Case) -> None:
    late = this_monday() + 9 * timedelta(days=1)
    assert len((await ask(case, late)).requests) == 1
    assert await decided(case) == [(week_of(late, ZONE), False)]


async def test_on_another_day_of_the_week_the_week_before_is_not_made_up_for(case: Case) -> None:
    friday = Weekly(4, time(9))
    told = await ask(case, this_monday(), friday)
    assert told.requests == ()
    assert await decided(case) == []


@pytest.mark.parametrize(
    "gone",
    [
        "UPDATE api_key SET revoked_at = now()",
        "UPDATE person SET roles = '{verifier}'",
        "UPDATE person SET created_at = now()",
    ],
    ids=["no key", "no coordinator", "she came since"],
)
async def test_nobody_else_gets_one(case: Case, gone: str) -> None:
    await execute(case.database, gone)
    assert (await ask(case, this_monday())).requests == ()
    assert await decided(case) == []


async def test_two_coordinators_have_one_each_of_a_case_that_somebody_left_behind(case: Case) -> None:
    await execute(case.database, "UPDATE api_key SET revoked_at = now()")
    async with case.database.transaction() as session:
        for _ in range(2):
            await add_key(session, await add_person(session, Role.COORDINATOR))
    await execute(case.database, "UPDATE person SET created_at = now() - interval '1 year'")
    first, second = (await ask(case, this_monday())).requests
    assert first.document == second.document
    assert first.round != second.round


@pytest.mark.parametrize("decision", [Decision.HOLD, Decision.STOP, Decision.CLOSE])
async def test_what_becomes_of_the_case_that_keeps_it_holds_no_digest_back(
    case: Case, decision: Decision
) -> None:
    (request,) = (await ask(case, this_monday())).requests
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        (batch,) = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    if decision is Decision.CLOSE:
        await execute(case.database, "UPDATE urgent_action SET closed_at = now(), phase = 'closed'")
    else:
        await case.decide(decision)
    async with case.database.transaction() as session:
        await cancelling.cancel_outstanding(session, case.action.id)
    assert await case.states(batch) == [DeliveryState.READY]
    assert len(await case.claim(batch, uuid4())) == 1
