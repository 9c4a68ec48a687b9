"""A batch bounds what is done for it: its positions, its dispatch, its channel and its action."""

from uuid import uuid4

from models.messages import Batch, DeliveryState, Purpose
from models.vocabulary import Channel
from storage import claims
from tests.integration.outbox_cases import Case, execute, make_case

READY, SENDING = DeliveryState.READY, DeliveryState.SENDING
FAILED, CANCELLED = DeliveryState.FAILED, DeliveryState.CANCELLED


async def test_a_claim_takes_nothing_of_another_channel_or_dispatch(case: Case, batch: Batch) -> None:
    wide = batch.model_copy(update={"first": 1, "last": 10_000})
    other = await case.batch(Purpose.CHECK_IN)
    claimed = await case.claim(wide)
    assert {(one.channel, one.dispatch_id) for one in claimed} == {(batch.channel, batch.dispatch_id)}
    assert set(await case.states(other)) == {READY}


async def neighbours_of(case: Case, batch: Batch) -> list[tuple[Case, Batch]]:
    """Return what differs from a batch in its positions, its dispatch, its channel, or its action."""
    other = await make_case(case.database)
    return [
        (case, batch.model_copy(update={"first": batch.last + 1, "last": 10_000})),
        (case, await case.batch(Purpose.CHECK_IN)),
        (case, await case.batch(channel=Channel.SMS)),
        (other, await other.batch()),
    ]


async def test_what_a_recovery_or_a_giving_up_finds_is_of_its_batch(case: Case, batch: Batch) -> None:
    part = batch.model_copy(update={"last": batch.first + 2})
    neighbours = await neighbours_of(case, part)
    for owner, one in neighbours:
        await owner.claim(one)
    await case.claim(part, limit=1)
    async with case.database.transaction() as session:
        await claims.recover(session, part, uuid4(), repeatable=False)
    assert set(await case.states(part)) == {READY}
    async with case.database.transaction() as session:
        await claims.give_up(session, part)
    assert set(await case.states(part)) == {FAILED}
    assert [set(await owner.states(one)) for owner, one in neighbours] == [{SENDING}] * 4


async def test_what_a_finished_batch_refuses_is_of_its_own(case: Case, batch: Batch) -> None:
    part = batch.model_copy(update={"last": batch.first + 2})
    neighbours = await neighbours_of(case, part)
    await case.claim(part, limit=1)
    await execute(case.database, "UPDATE urgent_action SET returned_at = now()")
    async with case.database.transaction() as session:
        assert (await claims.finish_batch(session, part)).waiting == 1
    assert await case.states(part) == [SENDING, CANCELLED, CANCELLED]
    assert [set(await owner.states(one)) for owner, one in neighbours] == [{READY}] * 4


async def test_what_is_refused_in_another_dispatch_or_action_ends_nothing_here(
    case: Case, batch: Batch
) -> None:
    check_in, other = await case.batch(Purpose.CHECK_IN), await make_case(case.database)
    for ended, whose in (("returned_at", case), ("stopped_at", other)):
        change = f"UPDATE urgent_action SET {ended} = now() WHERE id = :case"
        await execute(case.database, change, case=whose.action.id)
    async with case.database.transaction() as session:
        await claims.finish_batch(session, check_in)
    assert set(await case.states(check_in)) == set(await case.states(batch)) == {READY}
