"""What is told about answers: to whom, when, and what keeps it in."""

import pytest
from sqlmodel import select

from models.columns import now
from models.lifecycle import Decision
from models.messages import Batch, DeliveryState, DispatchRequest, Purpose
from models.outbox import Delivery
from models.vocabulary import Answer, SignatureVisibility
from storage import freezing, outbox
from storage.answers import GivenAnswer
from storage.cancelling import cancel_outstanding
from storage.records import undelivered_nudges
from tests.integration.outbox_cases import EVERYTHING, Case, execute
from tests.integration.receipts import due, register
from tests.integration.sign_links import DECLINED, answered

WITHDRAWN = GivenAnswer(Answer.WITHDRAWN, SignatureVisibility.PUBLIC, "Ana")
OFFICE = "oficina@manantial.example"


@pytest.fixture
async def case(case: Case) -> Case:
    """A case that partners may sign."""
    await case.open_sign_on()
    await register(case, "casa-manantial", OFFICE)
    return case


async def frozen(case: Case) -> list[Delivery]:
    """Freeze the round that is due, and return its messages."""
    request = await due(case)
    assert request
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        found = await session.exec(select(Delivery).where(Delivery.dispatch_id == dispatched.dispatch_id))
        return list(found)


async def claimable(case: Case, delivery: Delivery) -> bool:
    """Tell whether the gate lets a message of the newest round out."""
    batch = await batch_of(case, delivery)
    return [one.id for one in await case.claim(batch)] == [delivery.id]


async def batch_of(case: Case, delivery: Delivery) -> Batch:
    request = DispatchRequest(document=case.document, purpose=Purpose.ANSWER_RECEIPT, round=1)
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        (batch,) = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    assert batch.dispatch_id == delivery.dispatch_id
    return batch


async def test_an_answer_is_told_at_the_registered_address_in_the_language_of_the_partner(case: Case) -> None:
    signature = await answered(case, "casa-manantial")
    (receipt,) = await frozen(case)
    assert (receipt.address, receipt.language, receipt.signature_id) == (OFFICE, "es", signature.id)
    assert receipt.invitation_id == signature.invitation_id
    assert await claimable(case, receipt)


async def test_what_was_told_is_not_told_again(case: Case) -> None:
    assert await due(case) is None
    await answered(case, "casa-manantial")
    await frozen(case)
    assert await due(case) is None


async def test_of_several_answers_before_a_round_the_last_one_alone_is_told(case: Case) -> None:
    await answered(case, "casa-manantial")
    last = await answered(case, "casa-manantial", WITHDRAWN)
    (receipt,) = await frozen(case)
    assert receipt.signature_id == last.id


async def test_answers_of_several_partners_are_told_in_one_round(case: Case) -> None:
    for slug in ("casa-manantial", "sisters-of-the-river"):
        await answered(case, slug)
    await answered(case, "red-del-volcan", DECLINED)
    assert len(await frozen(case)) == 3
    assert await due(case) is None


async def test_a_receipt_that_an_answer_overtakes_before_it_left_stays_in_and_the_answer_is_told(
    case: Case,
) -> None:
    await answered(case, "casa-manantial")
    (receipt,) = await frozen(case)
    await answered(case, "casa-manantial", WITHDRAWN)
    assert not await claimable(case, receipt)
    following = await due(case)
    assert following
    assert following.round == 2


async def test_a_receipt_does_not_go_to_an_address_that_was_registered_before(case: Case) -> None:
    await answered(case, "casa-manantial")
    (receipt,) = await frozen(case)
    await register(case, "casa-manantial", "nueva@manantial.example")
    assert not await claimable(case, receipt)
    await execute(case.database, "UPDATE delivery SET state = 'cancelled' WHERE id = :id", id=receipt.id)
    (again,) = await frozen(case)
    assert again.address == "nueva@manantial.example"


async def test_a_hold_keeps_receipts_back_and_they_go_out_after_it(case: Case) -> None:
    await answered(case, "casa-manantial")
    (receipt,) = await frozen(case)
    await answered(case, "red-del-volcan")
    await case.decide(Decision.HOLD)
    assert await due(case) is None
    assert not await claimable(case, receipt)
    await case.decide(Decision.RESUME)
    assert await due(case) is not None
    assert await claimable(case, receipt)


async def test_a_resumption_has_receipts_looked_at_again(case: Case) -> None:
    await case.decide(Decision.HOLD)
    await case.decide(Decision.RESUME)
    async with case.database.transaction() as session:
        told = [one.addressee for one in await undelivered_nudges(session, EVERYTHING)]
    assert "receipts" in told


async def test_a_stop_ends_receipts(case: Case) -> None:
    await answered(case, "casa-manantial")
    (receipt,) = await frozen(case)
    await answered(case, "red-del-volcan")
    await case.decide(Decision.STOP)
    assert await due(case) is None
    assert not await claimable(case, receipt)


async def test_the_close_of_an_action_does_not_end_receipts(case: Case) -> None:
    await answered(case, "casa-manantial")
    (receipt,) = await frozen(case)
    await answered(case, "red-del-volcan")
    change = "UPDATE urgent_action SET closed_at = :at WHERE id = :id"
    await execute(case.database, change, at=now(), id=case.action.id)
    assert await due(case) is not None
    assert await claimable(case, receipt)


async def test_a_receipt_that_was_cancelled_at_the_close_is_made_out_again(case: Case) -> None:
    await answered(case, "casa-manantial")
    (receipt,) = await frozen(case)
    change = "UPDATE delivery SET state = :state WHERE id = :id"
    await execute(case.database, change, state=DeliveryState.CANCELLED, id=receipt.id)
    assert (await frozen(case))[0].signature_id == receipt.signature_id


async def test_what_was_answered_before_there_were_receipts_is_not_told(case: Case) -> None:
    signature = await answered(case, "casa-manantial")
    change = "UPDATE signature SET wants_receipt = false WHERE id = :id"
    await execute(case.database, change, id=signature.id)
    assert await due(case) is None


async def test_an_answer_has_the_sign_on_and_the_receipts_told(case: Case) -> None:
    await answered(case, "casa-manantial")
    async with case.database.transaction() as session:
        told = {(one.addressee, one.document_number) for one in await undelivered_nudges(session, EVERYTHING)}
    assert {("sign_on", 1), ("receipts", 0)} <= told


@pytest.mark.parametrize(("ended", "state"), [("closed_at", "ready"), ("stopped_at", "cancelled")])
async def test_what_is_cancelled_at_the_end_of_an_action(case: Case, ended: str, state: str) -> None:
    await answered(case, "casa-manantial")
    (receipt,) = await frozen(case)
    change = f"UPDATE urgent_action SET {ended} = now() WHERE id = :id"
    await execute(case.database, change, id=case.action.id)
    async with case.database.transaction() as session:
        await cancel_outstanding(session, case.action.id)
    query = "SELECT state FROM delivery WHERE id = :id"
    assert await execute(case.database, query, id=receipt.id) == [(state,)]
