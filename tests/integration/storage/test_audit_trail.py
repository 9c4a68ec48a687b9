"""The audit trail under concurrency, through rollbacks, and for every message."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import pytest

from models.lifecycle import Decision
from models.messages import Batch, DeliveryState, Purpose
from models.records import Addressee, EventKind
from models.vocabulary import Channel
from storage import answers, claims, handing_over, outbox, records
from storage.action_lock import share_action
from storage.audit import chain_page
from storage.cancelling import cancel_outstanding
from storage.database import Database
from storage.handing_over import Outcome, Settled
from tests.integration.audit_trails import broken, sound_trail, told_states, trail
from tests.integration.outbox_cases import Case, add_members, execute, handed_over_alone, make_case
from tests.integration.sign_links import SIGNED, opened, sign_link

READY, SENT, FAILED, UNKNOWN = (
    DeliveryState.READY,
    DeliveryState.SENT,
    DeliveryState.FAILED,
    DeliveryState.UNKNOWN,
)
CROWD = 50


@pytest.fixture
async def roomy(database_url: str) -> AsyncIterator[Database]:
    """A database with a connection for each of a crowd."""
    opened = Database(database_url, pool_size=CROWD)
    yield opened
    await opened.close()


async def note(case: Case, kind: EventKind = EventKind.SIGNED, **detail: object) -> None:
    async with case.database.transaction() as session:
        await records.record(session, case.action.id, kind, detail=detail)


async def test_fifty_transactions_at_once_on_a_new_action_make_one_chain_without_gaps(
    roomy: Database,
) -> None:
    case = await make_case(roomy, attested=False)
    together = asyncio.Barrier(CROWD)

    async def take_part(number: int) -> None:
        async with roomy.transaction() as session:
            await share_action(session, case.action.id)
            await together.wait()
            await records.record(session, case.action.id, EventKind.SIGNED, detail={"number": number})
            await records.request_nudge(session, case.action.id, Addressee.SIGN_ON, 1)

    await asyncio.gather(*(take_part(number) for number in range(CROWD)))
    events = await sound_trail(roomy, case.action.id)
    assert [event.number for event in events] == list(range(1, CROWD + 1))
    assert {event.detail["number"] for event in events} == set(range(CROWD))


async def test_a_transaction_that_is_rolled_back_leaves_no_gap(case: Case) -> None:
    before = len(await sound_trail(case.database, case.action.id))
    with suppress(ZeroDivisionError):
        async with case.database.transaction() as session:
            await records.record(session, case.action.id, EventKind.SIGNED)
            raise ZeroDivisionError
    await note(case)
    assert len(await sound_trail(case.database, case.action.id)) == before + 1


async def test_two_actions_have_chains_of_their_own(case: Case) -> None:
    other = await make_case(case.database, attested=False)
    await note(other)
    await note(case)
    assert len(await sound_trail(case.database, other.action.id)) == 1
    assert len(await sound_trail(case.database, case.action.id)) == 3


async def test_the_timeline_and_the_revision_leave_messages_out(case: Case) -> None:
    batch = await case.batch()
    async with case.database.transaction() as session:
        kinds = [event.kind for event in await records.timeline(session, case.action.id)]
        revision = await records.revision(session, case.action.id)
    await send_all(case, batch)
    await note(case, EventKind.PRIVATE_READ)
    async with case.database.transaction() as session:
        later = [event.kind for event in await records.timeline(session, case.action.id)]
        assert await records.revision(session, case.action.id) == revision
    assert kinds == [EventKind.ATTESTED, EventKind.ATTESTED, EventKind.DISPATCH_FROZEN]
    assert later == [*kinds, EventKind.PRIVATE_READ]


async def test_an_action_without_events_has_revision_zero(database: Database) -> None:
    case = await make_case(database, attested=False)
    async with database.transaction() as session:
        assert await records.revision(session, case.action.id) == 0


async def send_all(case: Case, batch: Batch) -> None:
    claim_id = uuid4()
    for delivery in await case.claim(batch, claim_id):
        await case.settle(claim_id, Outcome(delivery.id, SENT))


async def states_in_database(case: Case) -> dict[str, str]:
    rows = await execute(case.database, "SELECT id, state FROM delivery")
    return {str(row.id): row.state for row in rows}


async def last_event(case: Case) -> tuple[int, str, object]:
    event = (await sound_trail(case.database, case.action.id))[-1]
    return event.number, event.kind, event.detail


async def test_a_claim_and_its_outcomes_are_an_event_each(case: Case) -> None:
    batch, claim_id = await case.batch(), uuid4()
    number, *_ = await last_event(case)
    first, second, third = (one.id for one in await case.claim(batch, claim_id, limit=3))
    claimed = {"claim_id": str(claim_id), "deliveries": [str(first), str(second), str(third)]}
    assert await last_event(case) == (number + 1, "claimed", claimed)
    await case.settle(claim_id, Outcome(first, SENT), Outcome(second, READY), Outcome(third, FAILED, "busy"))
    settled = {"states": {"sent": [str(first)], "ready": [str(second)], "failed": [str(third)]}}
    assert await last_event(case) == (number + 2, "settled", settled)


async def nothing(case: Case, batch: Batch) -> None:
    async with case.database.transaction() as session:
        await claims.recover(session, batch, uuid4(), repeatable=False)
        await claims.finish_batch(session, batch)
        await handing_over.settle(session, case.action.id, [])
        await handing_over.settle(session, case.action.id, [Settled(uuid4(), Outcome(uuid4(), SENT))])
    async with case.database.transaction() as session:
        await claims.claim(session, batch, uuid4(), after=batch.last, limit=5, provider="smtp")


async def test_where_nothing_changes_nothing_is_written_down(case: Case) -> None:
    batch, zombie = await case.batch(), uuid4()
    (first,) = await case.claim(batch, zombie, limit=1)
    async with case.database.transaction() as session:
        assert await handed_over_alone(session, case.action.id, first.id, zombie)
        await claims.recover(session, batch, uuid4(), repeatable=False)
    before = await last_event(case)
    assert before[2] == {"states": {"unknown": [str(first.id)]}}
    await nothing(case, batch)
    await case.settle(zombie, Outcome(first.id, UNKNOWN, "line_broke"), Outcome(first.id, READY))
    assert await last_event(case) == before


async def test_what_a_large_dispatch_ends_with_is_told_in_events_of_bounded_size(database: Database) -> None:
    await add_members(database, 2500)
    case = await make_case(database)
    await case.freeze()
    await case.decide(Decision.STOP)
    async with database.transaction() as session:
        await cancel_outstanding(session, case.action.id)
    events = await sound_trail(database, case.action.id)
    sizes = [len(one.detail["states"]["cancelled"]) for one in events if one.kind == "settled"]
    assert sizes[:-1] == [1000, 1000]
    assert told_states(events) == await states_in_database(case)


async def test_the_chain_tells_the_last_state_of_every_message_by_whatever_way_it_came(
    database: Database,
) -> None:
    await add_members(database, 30)
    case = await make_case(database)
    batch = await case.batch()
    await play(case, batch)
    events = await sound_trail(database, case.action.id)
    told, states = told_states(events), await states_in_database(case)
    assert told == {delivery: state for delivery, state in states.items() if state != "ready"}
    assert set(told.values()) >= {"sent", "failed", "unknown", "suppressed", "cancelled"}
    assert "@" not in str(events)


async def play(case: Case, batch: Batch) -> None:
    """Send some, lose some to a dead sender, suppress one, give the rest up, and stop."""
    claim_id = uuid4()
    taken = await case.claim(batch, claim_id, limit=8)
    await case.settle(claim_id, *(Outcome(one.id, SENT) for one in taken[:4]), Outcome(taken[4].id, READY))
    async with case.database.transaction() as session:
        assert await handed_over_alone(session, case.action.id, taken[5].id, claim_id)
    async with case.database.transaction() as session:
        await claims.recover(session, batch, uuid4(), repeatable=False)
    waiting = [one for one in await case.deliveries(batch) if one.state is READY]
    async with case.database.transaction() as session:
        await handing_over.suppress(session, case.action.id, [waiting[-1].id], "no_such_address")
        await claims.finish_batch(session, batch)
        await claims.give_up(session, batch.model_copy(update={"last": waiting[5].position}))
    part = await case.freeze(Purpose.CHECK_IN)
    async with case.database.transaction() as session:
        await outbox.end_dispatch(session, part)
    await case.decide(Decision.STOP)
    async with case.database.transaction() as session:
        await claims.finish_batch(session, batch)


async def test_senders_signers_and_decisions_beside_each_other_never_wait_in_a_circle(
    roomy: Database,
) -> None:
    """PostgreSQL ends a circle with an error, which would fail the test."""
    await add_members(roomy, 120)
    case = await make_case(roomy)
    await case.open_sign_on()
    batch, texts = await case.batch(), await case.batch(channel=Channel.SMS)
    tokens = [await sign_link(case, slug) for slug in ("casa-manantial", "red-del-volcan")]
    over = asyncio.Event()

    async def again_and_again(act: Callable[[], Awaitable[None]]) -> None:
        while not over.is_set():
            await act()

    work = [lambda: send_some(case, batch)] * 4 + [
        lambda: send_some(case, texts),
        lambda: finish(case, batch),
    ]
    busy = [asyncio.create_task(again_and_again(act)) for act in work]
    await asyncio.gather(*(sign(case, token) for token in tokens * 3))
    for decision in (Decision.HOLD, Decision.RESUME) * 4:
        await case.decide(decision)
    over.set()
    await asyncio.gather(*busy)
    events = await sound_trail(roomy, case.action.id)
    kinds = [event.kind for event in events]
    assert (kinds.count("signed"), kinds.count("held"), kinds.count("resumed")) == (2, 4, 4)
    told = told_states(events)
    assert told
    assert {one: (await states_in_database(case))[one] for one in told} == told


async def send_some(case: Case, batch: Batch) -> None:
    claim_id = uuid4()
    taken = await case.claim(batch, claim_id, limit=3)
    await case.settle(claim_id, *(Outcome(one.id, SENT if one.position % 2 else READY) for one in taken))


async def finish(case: Case, batch: Batch) -> None:
    async with case.database.transaction() as session:
        await claims.recover(session, batch, uuid4(), repeatable=True)
    async with case.database.transaction() as session:
        await claims.finish_batch(session, batch)


async def sign(case: Case, token: str) -> None:
    async with opened(case, token) as (session, link):
        await answers.answer(session, link, SIGNED)


TAMPERING = {
    "alter": 'UPDATE audit_event SET detail = \'{"digest": "00"}\' WHERE number = 2',
    "blame somebody else": "UPDATE audit_event SET person_id = NULL WHERE number = 1",
    "another kind": "UPDATE audit_event SET kind = 'no_such_kind' WHERE number = 2",
    "another time": "UPDATE audit_event SET at = at - interval '1 microsecond' WHERE number = 2",
    "no time at all": "UPDATE audit_event SET at = 'infinity' WHERE number = 2",
    "a detail of another shape": "UPDATE audit_event SET detail = '[1.50]' WHERE number = 2",
    "delete": "DELETE FROM audit_event WHERE number = 2",
    "delete the first": "DELETE FROM audit_event WHERE number = 1",
    "delete the last": "DELETE FROM audit_event WHERE number = 4",
    "delete all": "DELETE FROM audit_event",
    "a negative number": "UPDATE audit_event SET number = -1 WHERE number = 2",
    "forget the end": "DELETE FROM audit_chain",
    "another end": "UPDATE audit_chain SET head = sha256('x')",
    "insert": """
        INSERT INTO audit_event (action_id, kind, at, detail, number, previous, hash)
        SELECT action_id, 'signed', at, '{}', 5, hash, sha256('x') FROM audit_event WHERE number = 4""",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
async def test_tampering_is_found_and_read_without_an_error(case: Case, statement: str) -> None:
    await note(case)
    await note(case, EventKind.DECLINED, turn=1)
    await sound_trail(case.database, case.action.id)
    await execute(case.database, statement.replace(":", r"\:"))
    assert broken(await trail(case.database, case.action.id))


async def test_what_is_read_in_pages_is_what_is_read_at_once(case: Case) -> None:
    for turn in range(5):
        await note(case, turn=turn)
    whole = await trail(case.database, case.action.id)
    paged: list[object] = []
    async with case.database.transaction() as session:
        for after in range(0, 7, 3):
            page = await chain_page(session, case.action.id, after, 3)
            assert page.head == whole.head
            paged += page.events
    assert paged == whole.events
