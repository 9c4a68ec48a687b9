"""When a provider is given nothing more, who takes over, and how it comes back."""

import asyncio
from datetime import timedelta

import pytest

from models.providers import Limits
from storage import providers
from storage.database import Database
from storage.providers import FAILURES_TO_OPEN, Allowance
from tests.integration.outbox_cases import execute

RELAY, SECOND = Limits("relay"), Limits("second")
OPEN_FOR = """
    SELECT openings, CAST(extract(epoch FROM probe_at - clock_timestamp()) AS float)
    FROM provider WHERE name = 'relay'
"""


async def allow(database: Database, *offers: Limits) -> Allowance:
    async with database.transaction() as session:
        return await providers.allow(session, offers or (RELAY, SECOND), 8)


async def fail(database: Database, messages: int, *, at_once: bool = False, probe: bool = False) -> bool:
    async with database.transaction() as session:
        return await providers.has_failed(session, "relay", messages, at_once=at_once, probe=probe)


async def serve(database: Database) -> bool:
    async with database.transaction() as session:
        return await providers.was_served(session, "relay")


async def become_due(database: Database) -> None:
    """Have the time of the next probe come."""
    await execute(database, "UPDATE provider SET probe_at = clock_timestamp() WHERE name = 'relay'")


@pytest.fixture
async def known(database: Database) -> Database:
    """A database in which both are known, and nothing is wrong with them."""
    await allow(database)
    return database


async def test_enough_failures_in_a_row_open_the_circuit_and_the_next_takes_over(known: Database) -> None:
    assert not await fail(known, FAILURES_TO_OPEN - 1)
    assert (await allow(known)).provider == "relay"
    assert await fail(known, 1)
    assert (await allow(known)) == Allowance("second", 8)


async def test_one_message_that_was_served_ends_the_row(known: Database) -> None:
    await fail(known, FAILURES_TO_OPEN - 1)
    assert not await serve(known)
    assert not await fail(known, FAILURES_TO_OPEN - 1)
    assert (await allow(known)).provider == "relay"


async def test_refused_credentials_open_it_at_once(known: Database) -> None:
    assert await fail(known, 1, at_once=True)
    assert (await allow(known)).provider == "second"


async def test_where_nobody_can_take_over_the_wait_ends_with_the_next_probe(known: Database) -> None:
    await fail(known, FAILURES_TO_OPEN)
    waiting = await allow(known, RELAY)
    assert (waiting.messages, waiting.is_open) == (0, True)
    assert timedelta(seconds=1) < waiting.wait <= providers.FIRST_PROBE


async def test_one_message_tries_whether_it_is_back_however_many_ask(known: Database) -> None:
    await fail(known, FAILURES_TO_OPEN)
    await become_due(known)
    asked = await asyncio.gather(*(allow(known) for _ in range(6)))
    probes = [one for one in asked if one.provider == "relay"]
    assert [(one.messages, one.is_open) for one in probes] == [(1, True)]
    assert {one.provider for one in asked if one.messages == 8} == {"second"}


async def test_a_probe_that_is_served_closes_it(known: Database) -> None:
    await fail(known, FAILURES_TO_OPEN)
    await become_due(known)
    assert (await allow(known)).is_open
    assert await serve(known)
    assert await allow(known) == Allowance("relay", 8)


async def test_each_probe_that_fails_doubles_the_time_to_the_next(known: Database) -> None:
    await fail(known, FAILURES_TO_OPEN)
    lasts = []
    for _ in range(6):
        (row,) = await execute(known, OPEN_FOR)
        lasts.append(round(row[1]))
        await become_due(known)
        await allow(known)
        assert not await fail(known, 1, probe=True)
    assert lasts == [2, 4, 8, 16, 30, 30]


async def test_a_failure_of_a_message_that_was_under_way_when_it_opened_does_not_prolong_it(
    known: Database,
) -> None:
    await fail(known, FAILURES_TO_OPEN)
    before = await execute(known, OPEN_FOR)
    assert not await fail(known, 30)
    ((openings, seconds),) = await execute(known, OPEN_FOR)
    assert openings == before[0][0] == 1
    assert seconds <= before[0][1]


async def test_a_probe_for_which_there_was_no_message_may_be_made_again(known: Database) -> None:
    await fail(known, FAILURES_TO_OPEN)
    await become_due(known)
    async with known.transaction() as session:
        allowance = await providers.allow(session, (RELAY, SECOND), 8)
        await providers.give_back(session, allowance, 0)
    assert (await allow(known)).is_open


async def test_a_probe_keeps_within_the_limits(known: Database) -> None:
    slow = Limits("relay", per_second=0.001)
    await allow(known, slow)
    await fail(known, FAILURES_TO_OPEN)
    await become_due(known)
    assert (await allow(known, slow, SECOND)).provider == "second"
