import pytest

from models.lifecycle import Decision
from models.messages import DeliveryState, Purpose
from storage import claims, outbox, sign_on
from storage.database import Database
from tests.integration.outbox_cases import Case, execute, handed_over_alone, make_case
from tests.integration.sign_links import answered

ANSWERED = "amparo@manantial.example"


@pytest.fixture
async def case(database: Database) -> Case:
    made = await make_case(database)
    await made.open_sign_on()
    return made


async def answer(case: Case) -> None:
    await answered(case, "casa-manantial")


@pytest.mark.parametrize("purpose", [Purpose.INVITATION, Purpose.SIGN_ON_REMINDER])
async def test_an_answered_invitation_is_not_sent_any_more(case: Case, purpose: Purpose) -> None:
    batch = await case.batch(purpose)
    await answer(case)
    addresses = {delivery.address for delivery in await case.claim(batch)}
    assert ANSWERED not in addresses
    assert len(addresses) == batch.last - batch.first


async def test_a_reminder_that_was_claimed_before_the_answer_is_not_handed_over_after_it(case: Case) -> None:
    batch = await case.batch(Purpose.SIGN_ON_REMINDER)
    claimed = {delivery.address: delivery for delivery in await case.claim(batch)}
    await answer(case)
    passed = {}
    for address, delivery in claimed.items():
        assert delivery.claim_id
        async with case.database.transaction() as session:
            passed[address] = await handed_over_alone(session, case.action.id, delivery.id, delivery.claim_id)
    assert [address for address, open_ in passed.items() if not open_] == [ANSWERED]


async def test_nobody_is_invited_after_the_window_closed(case: Case) -> None:
    batch = await case.batch(Purpose.INVITATION)
    async with case.database.transaction() as session:
        await sign_on.end_sign_on(session, case.document)
    assert await case.claim(batch) == []
    async with case.database.transaction() as session:
        outcome = await claims.finish_batch(session, batch)
    assert (outcome.sent, outcome.ended, outcome.waiting) == (0, batch.last, 0)
    assert {one.failure for one in await case.deliveries(batch)} == {"no_longer_wanted"}


async def test_the_statement_goes_out_after_the_window_closed(case: Case) -> None:
    async with case.database.transaction() as session:
        await sign_on.end_sign_on(session, case.document)
    batch = await case.batch()
    assert len(await case.claim(batch)) == batch.last


async def test_what_a_hold_kept_back_is_cancelled_when_its_dispatch_ends(case: Case) -> None:
    dispatched = await case.freeze(Purpose.INVITATION)
    batch = await case.batch(Purpose.INVITATION)
    await case.decide(Decision.HOLD)
    for _repetition in range(2):
        async with case.database.transaction() as session:
            outcome = await outbox.end_dispatch(session, dispatched)
        assert outcome.counts == {DeliveryState.CANCELLED: dispatched.size}
    assert set(await case.states(batch)) == {DeliveryState.CANCELLED}
    events = await execute(case.database, "SELECT detail FROM audit_event WHERE kind = 'dispatch_ended'")
    counts = {"cancelled": dispatched.size}
    assert events == [({"dispatch_id": str(dispatched.dispatch_id), "counts": counts},)]
