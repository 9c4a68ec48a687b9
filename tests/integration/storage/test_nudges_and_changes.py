import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import pytest

from local.postgres import EmbeddedPostgres
from models.lifecycle import Decision
from models.records import Addressee
from storage import records
from storage.changes import ChangeFeed
from storage.database import Database
from storage.records import UndeliveredNudge
from tests.integration.outbox_cases import Case, execute, make_case
from tests.waiting import until

PROMPTLY_SECONDS = 5


@pytest.fixture
async def case(database: Database) -> Case:
    return await make_case(database, attested=False)


async def request(case: Case, addressee: Addressee = Addressee.ACTION, number: int = 0) -> None:
    async with case.database.transaction() as session:
        await records.request_nudge(session, case.action.id, addressee, number)


async def undelivered(case: Case, limit: int = 100) -> list[UndeliveredNudge]:
    async with case.database.transaction() as session:
        return await records.undelivered_nudges(session, limit)


async def delivered(case: Case, nudge: UndeliveredNudge) -> None:
    async with case.database.transaction() as session:
        await records.nudge_delivered(session, nudge)


async def test_many_requests_are_one_nudge(case: Case) -> None:
    await asyncio.gather(*(request(case) for _ in range(10)))
    (nudge,) = await undelivered(case)
    assert (nudge.requested, nudge.reference) == (10, case.action.reference)
    await delivered(case, nudge)
    assert await undelivered(case) == []


async def test_a_nudge_that_is_requested_while_one_is_delivered_is_not_lost(case: Case) -> None:
    await request(case)
    (first,) = await undelivered(case)
    await request(case)
    await delivered(case, first)
    (second,) = await undelivered(case)
    assert second.requested == first.requested + 1
    await delivered(case, second)
    await delivered(case, first)  # a slow deliverer comes late
    assert await undelivered(case) == []


async def test_each_workflow_has_its_own_nudge(case: Case) -> None:
    await request(case)
    await request(case, Addressee.SIGN_ON, 1)
    await request(case, Addressee.SIGN_ON, 2)
    found = await undelivered(case)
    assert len({(nudge.addressee, nudge.document_number) for nudge in found}) == 3
    assert len(await undelivered(case, limit=2)) == 2
    await delivered(case, next(nudge for nudge in found if nudge.document_number == 1))
    assert {nudge.document_number for nudge in await undelivered(case)} == {0, 2}


async def test_a_nudge_of_a_transaction_that_was_rolled_back_is_not_asked_for(case: Case) -> None:
    async with case.database.transaction() as session:
        await records.request_nudge(session, case.action.id, Addressee.ACTION)
        await session.rollback()
    assert await undelivered(case) == []


@pytest.fixture
async def feed(database: Database) -> AsyncIterator[ChangeFeed]:
    made = ChangeFeed(database.url)
    running = asyncio.create_task(made.run())
    await asyncio.wait_for(made.anything.wait(), PROMPTLY_SECONDS)
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_change_wakes_those_who_wait_for_its_action_and_nobody_else(
    case: Case, feed: ChangeFeed
) -> None:
    waiting = [feed.next_change(case.action.id) for _ in range(3)]
    other = feed.next_change(uuid4())
    feed.anything.clear()
    await case.decide(Decision.HOLD)
    async with asyncio.timeout(PROMPTLY_SECONDS):
        for change in waiting:
            await change.wait()
        await feed.anything.wait()
    assert not other.is_set()
    assert not feed.next_change(case.action.id).is_set()


async def test_every_bell_is_rung_by_any_change_and_stopped_by_its_owner_alone(
    case: Case, feed: ChangeFeed
) -> None:
    first, second = feed.bell(), feed.bell()
    await case.decide(Decision.HOLD)
    async with asyncio.timeout(PROMPTLY_SECONDS):
        await first.wait()
        first.clear()
        await second.wait()
    feed.anything.clear()
    assert second.is_set()
    await case.decide(Decision.RESUME)
    await asyncio.wait_for(first.wait(), PROMPTLY_SECONDS)


async def test_a_change_is_told_at_its_commit_and_not_before(case: Case, feed: ChangeFeed) -> None:
    change = feed.next_change(case.action.id)
    async with case.database.transaction() as session:
        await records.announce(session, case.action.id)
        await execute(case.database, "SELECT pg_notify('acuerpa_changes', :id)", id=str(uuid4()))
        feed.anything.clear()
        assert not change.is_set()
    await asyncio.wait_for(change.wait(), PROMPTLY_SECONDS)


async def test_a_restart_of_postgresql_wakes_everybody_and_the_feed_goes_on(
    case: Case, feed: ChangeFeed, postgres: EmbeddedPostgres
) -> None:
    missed = [feed.next_change(case.action.id), feed.next_change(uuid4())]
    await asyncio.to_thread(postgres.stop)
    await asyncio.to_thread(postgres.start)
    async with asyncio.timeout(20):
        for change in missed:
            await change.wait()

    async def answers() -> bool:
        try:
            await case.database.ping()
        except Exception:  # noqa: BLE001 - whatever it is, ask again
            return False
        return True

    await until(answers)
    change = feed.next_change(case.action.id)
    await case.decide(Decision.HOLD)
    await asyncio.wait_for(change.wait(), PROMPTLY_SECONDS)
