"""The budget of text messages: all workers keep it together, for each reserve and beginning of numbers."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from models.columns import now
from models.messages import Batch, DeliveryState, Purpose
from models.outbox import Delivery
from models.sms_budget import SmsBudget, SmsReserve
from models.vocabulary import Channel, Urgency
from storage import claims, handing_over, sms_budget
from storage.database import Database
from storage.handing_over import Outcome
from tests.integration.outbox_cases import EVERYTHING, Case, add_members, execute, make_case

ZONE = "America/Mexico_City"
MEMBERS = 12
SOMEBODY_ELSES = "+5295100000"


def budget(total: int, *prefixes: tuple[str, int]) -> SmsBudget:
    return SmsBudget(total, prefixes, ZONE)


@pytest.fixture
async def case(database: Database) -> Case:
    await add_members(database, MEMBERS, channel=Channel.SMS)
    made = await make_case(database)
    await execute(
        database, "DELETE FROM contact_address WHERE address LIKE '+1202555011%' AND channel = 'sms'"
    )
    return made


@pytest.fixture
async def batch(case: Case) -> Batch:
    """The texts of its statement."""
    return await case.batch(channel=Channel.SMS)


async def claim(case: Case, batch: Batch, most: SmsBudget | None, limit: int = EVERYTHING) -> list[Delivery]:
    async with case.database.transaction() as session:
        return await claims.claim(
            session, batch, uuid4(), after=batch.first - 1, limit=limit, provider="sms", sms_budget=most
        )


async def used(database: Database) -> dict[tuple[str, str], int]:
    rows = await execute(database, "SELECT reserve, prefix, messages FROM sms_use")
    return {(row.reserve, row.prefix): row.messages for row in rows}


async def test_what_is_over_the_budget_waits_until_tomorrow_and_says_why(case: Case, batch: Batch) -> None:
    claimed = await claim(case, batch, budget(5), limit=3)
    claimed += await claim(case, batch, budget(5), limit=3)
    assert len(claimed) == 5
    waiting = [one for one in await case.deliveries(batch) if one.state is DeliveryState.READY]
    soon = now() + sms_budget.LOOK_AGAIN
    assert {one.failure for one in waiting} == {"sms_budget"}
    assert all(one.not_before and now() < one.not_before <= soon for one in waiting)
    assert len(waiting) == MEMBERS - 5
    assert await claim(case, batch, budget(5)) == []
    events = await execute(case.database, "SELECT detail FROM audit_event WHERE kind = 'texts_put_off'")
    assert [event.detail["count"] for event in events] == [MEMBERS - 5]
    async with case.database.transaction() as session:
        outcome = await claims.finish_batch(session, batch)
    assert (outcome.waiting, outcome.put_off) == (5, MEMBERS - 5)


async def test_what_waited_leaves_the_next_day(case: Case, batch: Batch) -> None:
    first = {one.id for one in await claim(case, batch, budget(5))}
    await execute(case.database, "UPDATE sms_use SET day = day - 1")
    await execute(case.database, "UPDATE delivery SET not_before = now() WHERE not_before IS NOT NULL")
    second = {one.id for one in await claim(case, batch, budget(5))}
    assert len(second) == 5
    assert not first & second


async def test_who_raises_the_budget_need_not_wait_until_tomorrow_and_is_told_once(
    case: Case, batch: Batch
) -> None:
    for most, taken in ((5, 5), (5, 0), (7, 2)):
        assert len(await claim(case, batch, budget(most))) == taken
        await execute(case.database, "UPDATE delivery SET not_before = now() WHERE not_before IS NOT NULL")
    events = await execute(case.database, "SELECT detail FROM audit_event WHERE kind = 'texts_put_off'")
    assert [event.detail["count"] for event in events] == [MEMBERS - 5]


async def test_what_is_over_the_budget_waits_no_longer_than_until_tomorrow(
    case: Case, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms_budget, "LOOK_AGAIN", timedelta(days=3))
    await claim(case, batch, budget(0))
    tomorrow = datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, datetime.min.time(), ZoneInfo(ZONE))
    assert {one.not_before for one in await case.deliveries(batch)} == {midnight}


async def test_each_beginning_of_numbers_has_its_own_and_the_longest_counts(case: Case, batch: Batch) -> None:
    await execute(
        case.database,
        "UPDATE delivery SET address = :to || position WHERE position % 2 = 0",
        to=SOMEBODY_ELSES,
    )
    claimed = await claim(case, batch, budget(100, ("+1", 50), ("+1202", 2), ("*", 3)))
    assert sorted(one.address[:5] for one in claimed) == ["+1202"] * 2 + ["+5295"] * 3
    assert await used(case.database) == {("ordinary", "+1202"): 2, ("ordinary", "*"): 3}


async def test_the_total_bounds_the_sum_of_all_beginnings(case: Case, batch: Batch) -> None:
    await execute(
        case.database,
        "UPDATE delivery SET address = :to || position WHERE position % 2 = 0",
        to=SOMEBODY_ELSES,
    )
    assert len(await claim(case, batch, budget(5, ("+1", 4), ("*", 4)))) == 5


async def test_a_message_is_counted_once_a_day_however_often_it_is_tried(case: Case, batch: Batch) -> None:
    for _ in range(3):
        claim_id = uuid4()
        async with case.database.transaction() as session:
            claimed = await claims.claim(
                session, batch, claim_id, after=batch.first - 1, limit=4, provider="sms", sms_budget=budget(4)
            )
        assert len(claimed) == 4
        await case.settle(claim_id, *(Outcome(one.id, DeliveryState.READY, "busy") for one in claimed))
    assert await used(case.database) == {("ordinary", "*"): 4}


async def test_what_the_gate_refuses_takes_no_room(case: Case, batch: Batch) -> None:
    refused = (await case.deliveries(batch))[:3]
    async with case.database.transaction() as session:
        await handing_over.suppress(session, case.action.id, [one.id for one in refused], "no_such_address")
    claimed = await claim(case, batch, budget(2))
    assert len(claimed) == 2
    assert not {one.id for one in refused} & {one.id for one in claimed}


async def test_mails_have_no_budget(case: Case) -> None:
    mails = await case.batch()
    assert len(await claim(case, mails, budget(0))) == mails.last - mails.first + 1
    assert await used(case.database) == {}


async def test_without_a_budget_nothing_is_counted(case: Case, batch: Batch) -> None:
    assert len(await claim(case, batch, None)) == MEMBERS
    assert await used(case.database) == {}


@pytest.mark.parametrize(
    ("purpose", "urgency", "reserve"),
    [
        (Purpose.STATEMENT, Urgency.IMMEDIATE, SmsReserve.ORDINARY),
        (Purpose.STOP_NOTICE, Urgency.STANDARD, SmsReserve.URGENT),
        (Purpose.VERIFICATION, Urgency.IMMEDIATE, SmsReserve.URGENT),
        (Purpose.VERIFICATION_REMINDER, Urgency.IMMEDIATE, SmsReserve.URGENT),
        (Purpose.VERIFICATION, Urgency.URGENT, SmsReserve.ORDINARY),
    ],
)
async def test_a_notice_and_what_asks_verifiers_at_once_have_a_reserve_of_their_own(
    case: Case, batch: Batch, purpose: Purpose, urgency: Urgency, reserve: SmsReserve
) -> None:
    await execute(case.database, "UPDATE dispatch SET purpose = :purpose", purpose=purpose)
    await execute(case.database, "UPDATE urgent_action SET urgency = :urgency", urgency=urgency)
    async with case.database.transaction() as session:
        day = await sms_budget.open_day(session, batch, budget(1000))
    assert day
    assert day.reserve is reserve


@pytest.mark.parametrize(("spent", "left"), [(SmsReserve.ORDINARY, 0), (SmsReserve.URGENT, 2)])
async def test_one_reserve_that_is_used_up_leaves_the_other_whole(
    case: Case, batch: Batch, spent: SmsReserve, left: int
) -> None:
    await execute(
        case.database,
        "INSERT INTO sms_use (day, reserve, prefix, messages) VALUES (:day, :reserve, '*', 1000)",
        day=budget(2).day_of(now()),
        reserve=spent,
    )
    assert len(await claim(case, batch, budget(2))) == left


async def blocked(database: Database) -> bool:
    """Wait until a transaction waits for an advisory lock, or does not for two seconds."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    for _ in range(40):
        if (await execute(database, waiting))[0].count:
            return True
        await asyncio.sleep(0.05)
    return False


async def two_workers(case: Case, batch: Batch) -> tuple[bool, int]:
    """Have a worker claim while another's claim is not committed; tell whether it waited, and the sum."""
    half = batch.first + MEMBERS // 2
    one, other = batch.model_copy(update={"last": half - 1}), batch.model_copy(update={"first": half})
    async with case.database.transaction() as session:
        first = await claims.claim(
            session, one, uuid4(), after=0, limit=EVERYTHING, provider="sms", sms_budget=budget(7)
        )
        second = asyncio.create_task(claim(case, other, budget(7)))
        waited = await blocked(case.database)
    return waited, len(first) + len(await second)


async def test_two_workers_at_once_never_exceed_it(case: Case, batch: Batch) -> None:
    assert await two_workers(case, batch) == (True, 7)


async def test_without_the_lock_two_workers_would_exceed_it(
    case: Case, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms_budget, "_ONE_AT_A_TIME", text("SELECT now() AS moment"))
    waited, claimed = await two_workers(case, batch)
    assert not waited
    assert claimed > 7
