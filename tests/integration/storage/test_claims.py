import asyncio
from uuid import UUID, uuid4

import pytest

from models.lifecycle import Decision
from models.messages import Batch, BatchOutcome, DeliveryState, Purpose
from models.outbox import Delivery
from storage import claims, handing_over
from storage.cancelling import cancel_outstanding
from storage.handing_over import Outcome
from tests.integration.outbox_cases import Case, execute, handed_over_alone, make_case

READY, SENDING, SENT = DeliveryState.READY, DeliveryState.SENDING, DeliveryState.SENT
FAILED, UNKNOWN, CANCELLED = DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.CANCELLED


async def hand_over(case: Case, delivery: Delivery) -> bool:
    assert delivery.claim_id
    async with case.database.transaction() as session:
        return await handed_over_alone(session, case.action.id, delivery.id, delivery.claim_id)


async def recover(case: Case, batch: Batch, *, repeatable: bool = False) -> None:
    async with case.database.transaction() as session:
        await claims.recover(session, batch, uuid4(), repeatable=repeatable)


async def finish(case: Case, batch: Batch) -> BatchOutcome:
    async with case.database.transaction() as session:
        return await claims.finish_batch(session, batch)


async def give_up(case: Case, batch: Batch) -> BatchOutcome:
    async with case.database.transaction() as session:
        return await claims.give_up(session, batch)


async def delivery(case: Case, batch: Batch, delivery_id: UUID) -> Delivery:
    return next(one for one in await case.deliveries(batch) if one.id == delivery_id)


async def test_a_claim_takes_the_next_rows_behind_a_position_in_order(case: Case, batch: Batch) -> None:
    first = await case.claim(batch, limit=3)
    assert [one.position for one in first] == [batch.first, batch.first + 1, batch.first + 2]
    assert {(one.state, one.attempts, one.handed_over_at) for one in first} == {(SENDING, 1, None)}
    async with case.database.transaction() as session:
        behind = await claims.claim(session, batch, uuid4(), after=batch.first + 4, limit=2, provider="smtp")
    assert [one.position for one in behind] == [batch.first + 5, batch.first + 6]


async def test_a_claim_stays_within_its_range_and_its_channel(case: Case, batch: Batch) -> None:
    part = batch.model_copy(update={"first": batch.first + 1, "last": batch.first + 2})
    assert [one.position for one in await case.claim(part)] == [part.first, part.last]
    assert {one.channel for one in await case.claim(batch)} == {batch.channel}


async def test_two_claimers_never_get_the_same_row(case: Case, batch: Batch) -> None:
    async def take_all() -> list[UUID]:
        taken: list[UUID] = []
        while found := await case.claim(batch, limit=2):
            taken += [one.id for one in found]
        return taken

    taken = [one for some in await asyncio.gather(*(take_all() for _ in range(8))) for one in some]
    # A row locked by one claimer may be skipped by another, and its claim may have failed: ask once more.
    taken += await take_all()
    assert len(taken) == len(set(taken)) == batch.last - batch.first + 1


async def test_what_a_sender_died_with_before_the_hand_over_is_ready_again(case: Case, batch: Batch) -> None:
    claimed = await case.claim(batch, limit=3)
    await recover(case, batch)
    assert {(one.state, one.settled_at) for one in await case.deliveries(batch)} == {(READY, None)}
    again = await case.claim(batch, limit=3)
    assert [one.id for one in again] == [one.id for one in claimed]
    assert {one.attempts for one in again} == {2}


async def test_what_a_sender_died_with_after_the_hand_over_is_unknown_and_stays_so(
    case: Case, batch: Batch
) -> None:
    first, second = await case.claim(batch, limit=2)
    assert await hand_over(case, first)
    await recover(case, batch)
    kept = await delivery(case, batch, first.id)
    assert (kept.state, kept.failure) == (UNKNOWN, "sender_died")
    assert kept.settled_at
    assert [one.id for one in await case.claim(batch, limit=1)] == [second.id]


async def test_a_provider_that_knows_our_ids_gets_what_was_handed_over_again(
    case: Case, batch: Batch
) -> None:
    (first,) = await case.claim(batch, limit=1)
    assert await hand_over(case, first)
    await recover(case, batch, repeatable=True)
    kept = await delivery(case, batch, first.id)
    assert (kept.state, kept.settled_at) == (READY, None)


async def test_a_recovery_leaves_its_own_claim_and_what_has_ended_alone(case: Case, batch: Batch) -> None:
    claim_id = uuid4()
    first, _second = await case.claim(batch, claim_id, limit=2)
    await case.settle(claim_id, Outcome(first.id, SENT))
    async with case.database.transaction() as session:
        await claims.recover(session, batch, claim_id, repeatable=False)
    assert (await case.states(batch))[:2] == [SENT, SENDING]
    await recover(case, batch)
    assert (await case.states(batch))[:2] == [SENT, READY]


async def test_a_zombie_neither_hands_over_nor_settles_what_was_claimed_anew(
    case: Case, batch: Batch
) -> None:
    zombie, successor = uuid4(), uuid4()
    (old,) = await case.claim(batch, zombie, limit=1)
    await recover(case, batch)
    assert not await hand_over(case, old)
    (new,) = await case.claim(batch, successor, limit=1)
    assert not await hand_over(case, old)
    await case.settle(zombie, Outcome(old.id, FAILED, "message_refused"))
    assert (await delivery(case, batch, new.id)).state is SENDING
    await case.settle(successor, Outcome(new.id, SENT, provider_reference="250 kept"))
    await case.settle(zombie, Outcome(old.id, FAILED, "message_refused"))
    kept = await delivery(case, batch, new.id)
    assert (kept.state, kept.failure, kept.provider_reference) == (SENT, None, "250 kept")


@pytest.mark.parametrize(("late", "expected"), [(SENT, SENT), (FAILED, FAILED), (READY, UNKNOWN)])
async def test_a_zombie_may_say_what_became_of_an_unknown_message_but_not_make_it_wait(
    case: Case, batch: Batch, late: DeliveryState, expected: DeliveryState
) -> None:
    zombie = uuid4()
    (old,) = await case.claim(batch, zombie, limit=1)
    assert await hand_over(case, old)
    await recover(case, batch)
    await case.settle(zombie, Outcome(old.id, late))
    assert (await delivery(case, batch, old.id)).state is expected


async def test_outcomes_are_settled_as_a_group(case: Case, batch: Batch) -> None:
    claim_id = uuid4()
    first, second, third = await case.claim(batch, claim_id, limit=3)
    await case.settle(
        claim_id,
        Outcome(first.id, SENT, provider_reference="250"),
        Outcome(second.id, FAILED, "no_such_address"),
        Outcome(third.id, READY, "busy"),
    )
    found = {one.id: (one.state, one.failure, one.settled_at is None) for one in await case.deliveries(batch)}
    assert found[first.id] == (SENT, None, False)
    assert found[second.id] == (FAILED, "no_such_address", False)
    assert found[third.id] == (READY, "busy", True)
    await case.settle(claim_id, Outcome(first.id, FAILED, "busy"))
    assert (await delivery(case, batch, first.id)).state is SENT


async def test_messages_that_are_held_back_are_counted_in_the_trail_and_told_to_the_workflow(
    case: Case, batch: Batch
) -> None:
    claim_id = uuid4()
    found = await case.claim(batch, claim_id, limit=3)
    nudges = "SELECT coalesce(sum(requested), 0) FROM pending_nudge WHERE addressee = 'action'"
    (before,) = await execute(case.database, nudges)
    await case.settle(claim_id, Outcome(found[0].id, SENT))
    assert await execute(case.database, nudges) == [before]
    held = [Outcome(one.id, DeliveryState.PARKED, "names_somebody") for one in found[1:]]
    await case.settle(claim_id, *held)
    events = "SELECT action_id, detail FROM audit_event WHERE kind = 'messages_parked'"
    assert await execute(case.database, events) == [(case.action.id, {"count": 2})]
    assert await execute(case.database, nudges) == [(before[0] + 1,)]


async def test_a_finished_batch_is_counted_and_what_the_gate_refuses_for_good_is_ended(
    case: Case, batch: Batch
) -> None:
    claim_id = uuid4()
    first, second = await case.claim(batch, claim_id, limit=2)
    await case.settle(claim_id, Outcome(first.id, SENT), Outcome(second.id, FAILED, "message_refused"))
    await execute(
        case.database,
        "INSERT INTO suppression SELECT fingerprint, 'x', now() FROM delivery WHERE address = :address",
        address="hannah@friends.example",
    )
    await execute(case.database, "DELETE FROM document_text WHERE language = 'en'")
    outcome = await finish(case, batch)
    rows = await case.deliveries(batch)
    ended = {one.address: (one.state, one.failure) for one in rows if one.state is not READY}
    assert ended["hannah@friends.example"] == (DeliveryState.SUPPRESSED, "address_suppressed")
    assert ended["newsdesk@lantern.example"] == (CANCELLED, "not_permitted")
    waiting = [one for one in rows if one.state is READY]
    assert outcome == BatchOutcome(sent=1, ended=len(ended) - 1, waiting=len(waiting), on_hold=False)
    assert waiting


async def test_a_batch_is_not_done_while_another_attempt_has_a_message_in_hand(
    case: Case, batch: Batch
) -> None:
    zombie = uuid4()
    (held,) = await case.claim(batch, zombie, limit=1)
    claim_id = uuid4()
    rest = await case.claim(batch, claim_id)
    await case.settle(claim_id, *(Outcome(one.id, SENT) for one in rest))
    outcome = await finish(case, batch)
    assert (outcome.sent, outcome.ended, outcome.waiting) == (len(rest), 0, 1)
    await case.settle(zombie, Outcome(held.id, SENT))
    assert (await finish(case, batch)).waiting == 0


async def test_a_hold_keeps_back_and_ends_nothing(case: Case, batch: Batch) -> None:
    await case.decide(Decision.HOLD)
    await execute(case.database, "DELETE FROM document_text")
    outcome = await finish(case, batch)
    assert (outcome.on_hold, outcome.waiting, outcome.ended) == (True, batch.last - batch.first + 1, 0)
    await case.decide(Decision.RESUME)
    outcome = await finish(case, batch)
    assert (outcome.on_hold, outcome.waiting) == (False, 0)


async def test_a_stop_ends_what_waits_even_on_hold(case: Case, batch: Batch) -> None:
    await case.decide(Decision.HOLD)
    await case.decide(Decision.STOP)
    assert (await finish(case, batch)).waiting == 0
    rows = await case.deliveries(batch)
    assert {(one.state, one.failure) for one in rows} == {(CANCELLED, "action_ended")}


async def test_what_is_given_up_failed_or_is_unknown_if_a_dead_sender_had_handed_it_over(
    case: Case, batch: Batch
) -> None:
    claim_id = uuid4()
    sent, handed_over, _claimed = await case.claim(batch, claim_id, limit=3)
    await case.settle(claim_id, Outcome(sent.id, SENT))
    assert await hand_over(case, handed_over)
    outcome = await give_up(case, batch)
    states = await case.states(batch)
    assert states[:3] == [SENT, UNKNOWN, FAILED]
    assert set(states[3:]) == {FAILED}
    assert (outcome.sent, outcome.ended, outcome.waiting) == (1, len(states) - 1, 0)
    assert not await hand_over(case, _claimed)


async def test_an_ended_action_cancels_every_message_that_was_not_claimed(case: Case, batch: Batch) -> None:
    other = await make_case(case.database)
    other_batch = await other.batch()
    await case.claim(batch, limit=1)
    async with case.database.transaction() as session:
        await cancel_outstanding(session, case.action.id)
    states = await case.states(batch)
    assert (states[0], set(states[1:])) == (SENDING, {CANCELLED})
    assert set(await other.states(other_batch)) == {READY}


async def test_an_end_that_is_no_stop_cancels_what_a_stop_would_leave(case: Case) -> None:
    asked = await case.batch(Purpose.LEAK_ALARM)
    async with case.database.transaction() as session:
        await cancel_outstanding(session, case.action.id)
    assert set(await case.states(asked)) == {CANCELLED}


async def test_a_stop_leaves_the_alarm_of_messages_held_back(case: Case, batch: Batch) -> None:
    asked = await case.batch(Purpose.LEAK_ALARM)
    await case.decide(Decision.STOP)
    async with case.database.transaction() as session:
        await cancel_outstanding(session, case.action.id)
    assert set(await case.states(asked)) == {READY}
    assert set(await case.states(batch)) == {CANCELLED}


async def test_an_address_is_suppressed_once_and_for_every_action(case: Case, batch: Batch) -> None:
    first = (await case.deliveries(batch))[0]
    for _repetition in range(2):
        async with case.database.transaction() as session:
            await handing_over.suppress(session, case.action.id, [first.id], "no_such_address")
    told = "SELECT detail->'deliveries' FROM audit_event WHERE kind = 'address_suppressed'"
    assert await execute(case.database, told) == [([str(first.id)],)]
    assert first.address not in {one.address for one in await case.claim(batch)}
    other = await make_case(case.database)
    assert first.address not in {one.address for one in await other.claim(await other.batch())}
