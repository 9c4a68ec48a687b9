"""Whom a claim takes a message for, and that what one provider may have taken goes to no other one."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from models.lifecycle import Decision
from models.messages import Batch, DeliveryState, Dispatched, Purpose
from models.outbox import Delivery
from storage import claims, outbox
from storage.audiences import RECIPIENTS
from storage.cancelling import cancel_outstanding
from storage.handing_over import Outcome
from tests.integration.outbox_cases import Case, execute, handed_over_alone

READY, SENT, UNKNOWN = DeliveryState.READY, DeliveryState.SENT, DeliveryState.UNKNOWN
CANCELLED, FAILED = DeliveryState.CANCELLED, DeliveryState.FAILED
FIRST, SECOND = "first.example", "second.example"


async def put_off(case: Case, batch: Batch, *, in_doubt: bool) -> Delivery:
    """Have the first message of a batch claimed for the first provider and put off."""
    claim_id = uuid4()
    (claimed,) = await case.claim(batch, claim_id, limit=1, provider=FIRST)
    await case.settle(claim_id, Outcome(claimed.id, READY, "busy", in_doubt=in_doubt))
    return claimed


async def first_row(case: Case, batch: Batch) -> Delivery:
    return (await case.deliveries(batch))[0]


@pytest.mark.parametrize("state", [SENT, UNKNOWN, FAILED])
async def test_a_message_that_came_to_an_end_names_the_provider_it_was_claimed_for(
    case: Case, batch: Batch, state: DeliveryState
) -> None:
    claim_id = uuid4()
    (claimed,) = await case.claim(batch, claim_id, limit=1, provider=SECOND)
    assert claimed.provider == SECOND
    await case.settle(claim_id, Outcome(claimed.id, state, provider_reference="SM1"))
    kept = await first_row(case, batch)
    assert (kept.provider, kept.provider_reference) == (SECOND, "SM1")


async def test_what_a_provider_refused_for_now_goes_to_the_next_one(case: Case, batch: Batch) -> None:
    refused = await put_off(case, batch, in_doubt=False)
    assert (await first_row(case, batch)).provider is None
    taken = await case.claim(batch, limit=1, provider=SECOND)
    assert [one.id for one in taken] == [refused.id]


async def test_what_a_provider_may_have_taken_is_never_claimed_for_another_one(
    case: Case, batch: Batch
) -> None:
    doubted = await put_off(case, batch, in_doubt=True)
    others = await case.claim(batch, provider=SECOND)
    assert len(others) == batch.last - batch.first
    assert doubted.id not in {one.id for one in others}
    assert [one.id for one in await case.claim(batch, provider=FIRST)] == [doubted.id]


async def test_what_a_sender_died_with_after_the_hand_over_stays_with_its_provider(
    case: Case, batch: Batch
) -> None:
    handed_over, claimed = await case.claim(batch, limit=2, provider=FIRST)
    assert handed_over.claim_id
    async with case.database.transaction() as session:
        assert await handed_over_alone(session, case.action.id, handed_over.id, handed_over.claim_id)
        await claims.recover(session, batch, uuid4(), repeatable=True)
    found = {one.id: (one.state, one.provider) for one in await case.deliveries(batch)}
    assert (found[handed_over.id], found[claimed.id]) == ((READY, FIRST), (READY, None))


async def give_up(case: Case, batch: Batch) -> None:
    async with case.database.transaction() as session:
        await claims.give_up(session, batch)


async def end(case: Case, batch: Batch) -> None:
    dispatched = Dispatched(action_id=batch.action_id, dispatch_id=batch.dispatch_id, size=0)
    async with case.database.transaction() as session:
        await outbox.end_dispatch(session, dispatched)


async def stop(case: Case, batch: Batch) -> None:
    await case.decide(Decision.STOP)
    async with case.database.transaction() as session:
        await claims.finish_batch(session, batch)


async def stop_and_cancel(case: Case, _batch: Batch) -> None:
    await case.decide(Decision.STOP)
    async with case.database.transaction() as session:
        await cancel_outstanding(session, case.action.id)


@pytest.mark.parametrize(
    ("ending", "others"),
    [(give_up, FAILED), (end, CANCELLED), (stop, CANCELLED), (stop_and_cancel, CANCELLED)],
)
async def test_what_ends_while_a_provider_may_have_it_is_unknown(
    case: Case,
    batch: Batch,
    ending: Callable[[Case, Batch], Awaitable[None]],
    others: DeliveryState,
) -> None:
    await put_off(case, batch, in_doubt=True)
    await ending(case, batch)
    states = await case.states(batch)
    assert (states[0], set(states[1:])) == (UNKNOWN, {others})


async def test_a_stop_is_told_to_whoever_may_have_got_something(case: Case, batch: Batch) -> None:
    doubted = await put_off(case, batch, in_doubt=True)
    reached = f"SELECT address FROM ({RECIPIENTS[Purpose.STOP_NOTICE]}) AS reached"
    assert await execute(case.database, reached, action_id=case.action.id) == [(doubted.address,)]
