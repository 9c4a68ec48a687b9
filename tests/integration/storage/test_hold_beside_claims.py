"""No send starts after a hold, stop or revocation commits (I2): real transactions beside each other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from models.lifecycle import Decision
from models.messages import Batch, DeliveryState
from models.outbox import Delivery
from storage import actions
from storage.database import Database
from storage.handing_over import Outcome
from tests.integration.outbox_cases import Case, add_members, execute, handed_over_alone, make_case
from tests.waiting import until


@pytest.fixture
async def case(database: Database) -> Case:
    await add_members(database, 300)
    return await make_case(database)


async def until_blocked(database: Database, waiting: asyncio.Task[object]) -> None:
    """Return when a transaction waits for another's lock."""
    query = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

    async def blocked() -> bool:
        return waiting.done() or bool(await execute(database, query))

    await until(blocked)


async def keep_claiming(case: Case, batch: Batch, stop: Callable[[], bool]) -> list[datetime]:
    """Claim, hand over and settle until told to stop; return the database's time of each hand-over."""
    handed_over: list[datetime] = []
    while not stop():
        claim_id = uuid4()
        for delivery in await case.claim(batch, claim_id, limit=4):
            async with case.database.transaction() as session:
                passed = await handed_over_alone(session, case.action.id, delivery.id, claim_id)
                moment = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
            state = DeliveryState.SENT if passed else DeliveryState.READY
            if passed:
                handed_over.append(moment)
            await case.settle(claim_id, Outcome(delivery.id, state))
    return handed_over


@pytest.mark.parametrize("decision", [Decision.HOLD, Decision.STOP])
async def test_nothing_is_handed_over_after_the_decision_is_committed(case: Case, decision: Decision) -> None:
    batch = await case.batch()
    over = False
    claimers = [asyncio.create_task(keep_claiming(case, batch, lambda: over)) for _ in range(6)]

    async def well_under_way() -> bool:
        return (await case.states(batch)).count(DeliveryState.SENT) >= 20

    await until(well_under_way)
    async with asyncio.timeout(10):  # readers of the gate must not starve a decision
        await case.decide(decision)
    committed_at = (await execute(case.database, "SELECT clock_timestamp()"))[0][0]
    waiting = (await case.states(batch)).count(DeliveryState.READY)
    assert waiting > 0
    for _ in range(20):
        assert await case.claim(batch, limit=1) == []
    over = True
    handed_over = [moment for moments in await asyncio.gather(*claimers) for moment in moments]
    assert max(handed_over) < committed_at
    sent = (await case.states(batch)).count(DeliveryState.SENT)
    assert sent == len(handed_over)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE urgent_action SET held_at = now()",
        "UPDATE consent SET revoked_at = now()",
        "INSERT INTO suppression SELECT DISTINCT fingerprint, 'x', now() FROM delivery",
        "DELETE FROM attestation",
    ],
)
async def test_a_claim_that_waited_for_a_decision_sees_all_that_it_changed(case: Case, change: str) -> None:
    batch = await case.batch()
    async with case.database.transaction() as session:
        assert await actions.action_by_reference(session, case.action.reference, lock=True)
        await session.execute(text(change))
        waiting = asyncio.create_task(case.claim(batch, limit=5))
        await until_blocked(case.database, waiting)
        assert not waiting.done()
    assert await waiting == []


async def test_a_hand_over_that_waited_for_a_stop_is_refused(case: Case) -> None:
    batch, claim_id = await case.batch(), uuid4()
    (delivery,) = await case.claim(batch, claim_id, limit=1)

    async def hand_over() -> bool:
        async with case.database.transaction() as session:
            return await handed_over_alone(session, case.action.id, delivery.id, claim_id)

    async with case.database.transaction() as session:
        assert await actions.action_by_reference(session, case.action.reference, lock=True)
        await session.execute(text("UPDATE urgent_action SET stopped_at = now()"))
        waiting = asyncio.create_task(hand_over())
        await until_blocked(case.database, waiting)
    assert not await waiting


async def test_a_decision_waits_for_a_hand_over_under_way(case: Case) -> None:
    batch, claim_id = await case.batch(), uuid4()
    (delivery,) = await case.claim(batch, claim_id, limit=1)
    async with case.database.transaction() as session:
        assert await handed_over_alone(session, case.action.id, delivery.id, claim_id)
        waiting = asyncio.create_task(case.decide(Decision.HOLD))
        await until_blocked(case.database, waiting)
        assert not waiting.done()
    await waiting


LOCKERS = 32


@pytest.fixture
async def roomy(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url, pool_size=LOCKERS)
    yield opened
    await opened.close()


class Crowd:
    """Senders that hand over again and again; the first keeps its first transaction open until `release`."""

    def __init__(self, case: Case, claim_id: UUID) -> None:
        self.passed = 0
        self.all_inside = asyncio.Barrier(LOCKERS + 1)
        self.decision_waits, self.release = asyncio.Event(), asyncio.Event()
        self._case, self._claim_id = case, claim_id

    async def keep_handing_over(self, number: int, delivery: Delivery) -> None:
        await self._hand_over(delivery, self._first_time if number else self._stay)
        while await self._hand_over(delivery, self._at_once):
            pass

    async def _hand_over(self, delivery: Delivery, inside: Callable[[], Awaitable[None]]) -> bool:
        async with self._case.database.transaction() as session:
            passed = await handed_over_alone(session, self._case.action.id, delivery.id, self._claim_id)
            self.passed += passed
            await inside()
        return passed

    async def _first_time(self) -> None:
        await self.all_inside.wait()
        await self.decision_waits.wait()

    async def _stay(self) -> None:
        await self._first_time()
        await self.release.wait()

    async def _at_once(self) -> None:
        """Commit."""


async def test_a_decision_waits_for_no_hand_over_that_began_after_it(roomy: Database) -> None:
    await add_members(roomy, LOCKERS)
    case, claim_id = await make_case(roomy), uuid4()
    crowd = Crowd(case, claim_id)
    deliveries = await case.claim(await case.batch(), claim_id, limit=LOCKERS)
    lockers = [asyncio.create_task(crowd.keep_handing_over(*one)) for one in enumerate(deliveries)]
    await crowd.all_inside.wait()
    decision = asyncio.create_task(case.decide(Decision.HOLD))
    await until_blocked(roomy, decision)
    crowd.decision_waits.set()

    async def all_others_queue_or_one_came_before() -> bool:
        return await queue_length(roomy) == LOCKERS or crowd.passed > LOCKERS

    await until(all_others_queue_or_one_came_before)
    crowd.release.set()
    await asyncio.gather(decision, *lockers)
    assert crowd.passed == LOCKERS


async def queue_length(database: Database) -> int:
    """Count the transactions that wait for an advisory lock."""
    query = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
    )
    return int((await execute(database, query))[0][0])
