"""What providers may be given by all workers together, by the clock of the database."""

import asyncio
import time
from bisect import bisect_left
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest

from models.messages import Batch, DeliveryState
from models.providers import Limits
from storage import providers
from storage.database import Database
from storage.limited_claims import LimitedClaim, Terms, claim_within
from storage.providers import Allowance
from tests.integration.outbox_cases import Case, execute

RELAY, SECOND = "relay", "second"
SLOW = Limits(RELAY, per_second=0.001)
NOTHING = timedelta(0)


async def allow(database: Database, *offers: Limits, wanted: int = 8) -> Allowance:
    async with database.transaction() as session:
        return await providers.allow(session, offers, wanted)


async def claim_some(case: Case, batch: Batch, limits: Limits, most: int = 8) -> LimitedClaim:
    async with case.database.transaction() as session:
        return await claim_within(
            session, batch, uuid4(), Terms(RELAY, [limits]), after=batch.first - 1, limit=most
        )


async def go_back(database: Database, seconds: float) -> None:
    """Have time pass for the bucket."""
    passed = timedelta(seconds=seconds)
    await execute(database, "UPDATE provider SET refilled_at = refilled_at - :passed", passed=passed)


async def test_without_limits_a_claim_takes_as_many_as_it_wants(database: Database) -> None:
    assert await allow(database, Limits(RELAY), wanted=5000) == Allowance(RELAY, 5000)


async def test_an_empty_bucket_says_how_long_until_the_next_message(database: Database) -> None:
    limits = Limits(RELAY, per_second=2)
    assert (await allow(database, limits)).messages == 1
    empty = await allow(database, limits)
    assert (empty.messages, empty.by_limit) == (0, True)
    assert timedelta(seconds=0.2) < empty.wait <= timedelta(seconds=0.5)
    await go_back(database, empty.wait.total_seconds())
    assert (await allow(database, limits)).messages == 1


async def test_a_bucket_holds_a_part_of_a_seconds_messages_and_no_more(database: Database) -> None:
    limits = Limits(RELAY, per_second=200)
    assert (await allow(database, limits, wanted=500)).messages == 40
    await go_back(database, 3600)
    assert (await allow(database, limits, wanted=500)).messages == 40
    await go_back(database, 3600)
    assert (await allow(database, limits, wanted=4)).messages == 4


async def test_a_limit_below_one_a_second_is_a_wait_between_messages(database: Database) -> None:
    assert (await allow(database, SLOW)).messages == 1
    assert timedelta(seconds=990) < (await allow(database, SLOW)).wait <= timedelta(seconds=1000)


async def test_a_days_limit_ends_with_the_day_of_utc(database: Database) -> None:
    limits = Limits(RELAY, per_day=10)
    assert [(await allow(database, limits)).messages for _ in range(2)] == [8, 2]
    spent = await allow(database, limits)
    assert (spent.messages, spent.by_limit) == (0, True)
    (midnight,) = await execute(
        database,
        "SELECT (date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day') AT TIME ZONE 'UTC' - now()",
    )
    assert abs(spent.wait - midnight[0]) < timedelta(minutes=1)
    await execute(database, "UPDATE provider SET day = day - 1")
    assert (await allow(database, limits)).messages == 8


async def test_a_claim_that_fails_takes_nothing(case: Case, batch: Batch) -> None:
    async def fail() -> None:
        async with case.database.transaction() as session:
            taken = await claim_within(session, batch, uuid4(), Terms(RELAY, [SLOW]), after=0, limit=3)
            assert len(taken.deliveries) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert DeliveryState.SENDING not in await case.states(batch)
    assert (await claim_some(case, batch, SLOW)).allowance.messages == 1


async def test_a_claim_takes_no_more_messages_than_the_bucket_holds(case: Case, batch: Batch) -> None:
    limits = Limits(RELAY, per_second=15)
    taken = await claim_some(case, batch, limits)
    assert len(taken.deliveries) == limits.burst == 3
    assert {one.provider for one in taken.deliveries} == {RELAY}
    assert (await case.states(batch)).count(DeliveryState.SENDING) == 3


async def test_what_a_claim_finds_no_messages_for_goes_back(case: Case, batch: Batch) -> None:
    limits, size = Limits(RELAY, per_second=2000, per_day=1000), batch.last - batch.first + 1
    taken = await claim_some(case, batch, limits, most=90)
    assert (taken.allowance.messages, len(taken.deliveries)) == (90, size)
    kept = "SELECT taken_today, round(tokens) FROM provider"
    assert await execute(case.database, kept) == [(size, 400 - size)]


async def test_workers_at_the_same_time_stay_within_a_second_and_come_close_to_it(database_url: str) -> None:
    limits, granted = Limits(RELAY, per_second=100), list[float]()
    workers = [Database(database_url) for _ in range(2)]
    ends = time.monotonic() + 2.5

    async def work(database: Database) -> None:
        while time.monotonic() < ends:
            async with database.transaction() as session:
                allowance = await providers.allow(session, [limits], 8)
                at = time.monotonic()
                granted.extend([at] * allowance.messages)
            await asyncio.sleep(allowance.wait.total_seconds())

    await asyncio.gather(*(work(worker) for worker in workers for _ in range(4)))
    for worker in workers:
        await worker.close()
    assert most_in_a_second(sorted(granted)) <= 100
    assert len(granted) >= 2.5 * 100 * 0.5


def most_in_a_second(moments: Sequence[float]) -> int:
    """Return how many moments the fullest second holds that begins with one of them."""
    return max(bisect_left(moments, start + 1) - place for place, start in enumerate(moments))


async def test_a_provider_that_wants_a_pause_is_given_nothing_by_anybody(database: Database) -> None:
    await allow(database, Limits(RELAY))
    async with database.transaction() as session:
        await providers.pause(session, RELAY, timedelta(seconds=20))
        await providers.pause(session, RELAY, timedelta(seconds=5))
    waiting = await allow(database, Limits(RELAY), Limits(SECOND))
    assert (waiting.provider, waiting.messages, waiting.by_limit) == (RELAY, 0, False)
    assert timedelta(seconds=15) < waiting.wait <= timedelta(seconds=20)


async def test_the_next_provider_is_asked_where_the_first_wants_a_long_pause(database: Database) -> None:
    await allow(database, Limits(RELAY))
    async with database.transaction() as session:
        await providers.pause(session, RELAY, timedelta(minutes=10))
    assert (await allow(database, Limits(RELAY), Limits(SECOND))).provider == SECOND


async def test_the_next_provider_is_asked_where_the_day_of_the_first_is_spent(database: Database) -> None:
    offers = Limits(RELAY, per_day=8), Limits(SECOND, per_day=8)
    assert [(await allow(database, *offers)).provider for _ in range(2)] == [RELAY, SECOND]
    assert (await allow(database, *offers)).messages == 0
