"""Receipts in the database: each counts once, in any order, and what it moves is told."""

from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import pytest

from models.delivery_receipts import SUPPRESSES, DeliveryReceipt, ReceiptKind
from models.lifecycle import Decision
from models.messages import DeliveryState, Purpose
from models.outbox import Delivery
from models.suppressions import LiftReason
from models.vocabulary import Channel
from storage.database import Database
from storage.delivery_receipts import SOFT_BOUNCES, take_early_receipts, take_receipts
from storage.handing_over import Outcome
from storage.suppressions import Lift, lift
from tests import factories
from tests.integration.outbox_cases import Case, execute, make_case

R, S = ReceiptKind, DeliveryState


@pytest.fixture
async def case(database: Database) -> Case:
    return await make_case(database)


async def sent(case: Case, state: DeliveryState = S.SENT, channel: Channel = Channel.EMAIL) -> list[Delivery]:
    """Freeze the statement and settle its messages of one channel, each with a reference."""
    batch, claim_id = await case.batch(channel=channel), uuid4()
    claimed = await case.claim(batch, claim_id)
    await case.settle(
        claim_id, *(Outcome(one.id, state, provider_reference=f"ref-{one.position}") for one in claimed)
    )
    return await case.deliveries(batch)


async def take(case: Case, *receipts: DeliveryReceipt, channel: Channel = Channel.EMAIL) -> None:
    await take_receipts(case.database, channel, "tests", receipts)


async def stands(case: Case, delivery: Delivery) -> tuple[str, str | None]:
    (row,) = await execute(
        case.database, "SELECT state, failure FROM delivery WHERE id = :id", id=delivery.id
    )
    return row.state, row.failure


async def suppressed(case: Case) -> list[tuple[object, ...]]:
    rows = await execute(case.database, "SELECT fingerprint, reason FROM suppression ORDER BY 1, 2")
    return [tuple(row) for row in rows]


async def events(case: Case) -> list[tuple[str, dict[str, object]]]:
    rows = await execute(
        case.database,
        "SELECT kind, detail FROM audit_event WHERE action_id = :id AND kind IN"
        " ('settled', 'address_suppressed') ORDER BY number",
        id=case.action.id,
    )
    return [(row.kind, row.detail) for row in rows]


async def test_a_message_arrives_and_the_trail_tells_so_once(case: Case) -> None:
    one, *_ = await sent(case)
    before = await events(case)
    for _ in range(3):
        await take(case, DeliveryReceipt(R.DELIVERED, one.id))
    assert await stands(case, one) == ("delivered", None)
    assert (await events(case))[len(before) :] == [("settled", {"states": {"delivered": [str(one.id)]}})]
    assert await suppressed(case) == []


async def test_what_was_in_doubt_is_known_by_a_receipt(case: Case) -> None:
    one, other, third, *_ = await sent(case, S.UNKNOWN)
    await take(case, DeliveryReceipt(R.DELIVERED, one.id), DeliveryReceipt(R.DEFERRED, other.id))
    await take(case, DeliveryReceipt(R.SOFT_BOUNCE, third.id))
    assert [await stands(case, which) for which in (one, other, third)] == [
        ("delivered", None),
        ("sent", None),
        ("bounced", "soft_bounce"),
    ]


async def test_what_ended_otherwise_stays_so(case: Case) -> None:
    batch, claim_id = await case.batch(), uuid4()
    claimed, ends = await case.claim(batch, claim_id), (S.FAILED, S.SUPPRESSED, S.CANCELLED)
    ended = list(zip(claimed, ends, strict=False))
    await case.settle(claim_id, *(Outcome(one.id, state) for one, state in ended))
    for one, state in ended:
        await take(case, *(DeliveryReceipt(kind, one.id) for kind in (R.DELIVERED, R.SOFT_BOUNCE)))
        assert (await stands(case, one))[0] == state


async def test_what_nobody_was_given_yet_is_moved_by_nothing_that_is_said_of_it(case: Case) -> None:
    one, *_ = await case.deliveries(await case.batch())
    await take(case, *(DeliveryReceipt(kind, one.id) for kind in R))
    assert await stands(case, one) == ("ready", None)
    assert await suppressed(case) == []


async def test_a_receipt_that_overtakes_the_sender_counts_and_the_sender_changes_nothing(case: Case) -> None:
    batch, claim_id = await case.batch(), uuid4()
    one, *_ = await case.claim(batch, claim_id)
    await take(case, DeliveryReceipt(R.DELIVERED, one.id))
    await case.settle(claim_id, Outcome(one.id, S.SENT))
    assert await stands(case, one) == ("delivered", None)


async def test_the_address_is_not_written_to_in_a_later_case(case: Case) -> None:
    kinds = (R.HARD_BOUNCE, R.COMPLAINED, R.OPTED_OUT)
    told = list(zip(await sent(case), kinds, strict=False))
    for one, kind in told * 2:
        await take(case, DeliveryReceipt(kind, one.id))
    reasons = [(one, SUPPRESSES[kind]) for one, kind in told]
    assert await suppressed(case) == sorted((one.fingerprint, reason) for one, reason in reasons)
    assert [detail for of, detail in await events(case) if of == "address_suppressed"] == [
        {"deliveries": [str(one.id)], "reason": reason} for one, reason in reasons
    ]
    later = await make_case(case.database)
    claimed = {delivery.fingerprint for delivery in await later.claim(await later.batch())}
    assert claimed
    assert not claimed & {one.fingerprint for one, _ in told}


async def test_a_hard_bounce_of_another_address_is_a_soft_one_of_ours(case: Case) -> None:
    one, other, *_ = await sent(case)
    theirs = factories.FINGERPRINT.of(Channel.EMAIL, "forwarded@elsewhere.example")
    await take(case, DeliveryReceipt(R.HARD_BOUNCE, one.id, about=frozenset({theirs})))
    await take(case, DeliveryReceipt(R.HARD_BOUNCE, other.id, about=frozenset({other.fingerprint, theirs})))
    assert await stands(case, one) == ("bounced", "soft_bounce")
    assert await suppressed(case) == [(other.fingerprint, "bounced")]


async def test_a_bounce_and_a_complaint_are_two_reasons_whichever_came_first(
    case: Case,
) -> None:
    one, other, *_ = await sent(case)
    for which, kinds in ((one, (R.HARD_BOUNCE, R.COMPLAINED)), (other, (R.COMPLAINED, R.HARD_BOUNCE))):
        for kind in kinds:
            await take(case, DeliveryReceipt(kind, which.id))
    both = ["complained", "bounced"]
    assert sorted(str(reason) for _, reason in await suppressed(case)) == sorted(both * 2)


async def test_an_old_receipt_that_comes_again_does_not_undo_a_lifting(case: Case) -> None:
    one, *_ = await sent(case)
    await take(case, DeliveryReceipt(R.HARD_BOUNCE, one.id))
    async with case.database.transaction() as session:
        assert await lift(session, one.fingerprint, Lift(case.action.author_id, LiftReason.MISTAKEN))
    await take(case, DeliveryReceipt(R.HARD_BOUNCE, one.id))
    assert await suppressed(case) == []


async def test_an_address_is_given_up_when_messages_keep_coming_back_for_a_week(case: Case) -> None:
    one, *_ = await sent(case)
    others = [await sent(await make_case(case.database)) for _ in range(SOFT_BOUNCES - 1)]
    same = [next(d for d in of if d.fingerprint == one.fingerprint) for of in others]
    for delivery in (one, *same[:-1]):
        await take(case, DeliveryReceipt(R.SOFT_BOUNCE, delivery.id))
    await execute(case.database, "UPDATE delivery_receipt SET received_at = now() - interval '8 days'")
    assert await suppressed(case) == []
    await take(case, DeliveryReceipt(R.SOFT_BOUNCE, same[-1].id))
    assert await suppressed(case) == [(one.fingerprint, "soft_bounces")]


@pytest.mark.parametrize("ago", [timedelta(days=6), timedelta(days=8)])
async def test_a_full_mailbox_is_not_given_up_within_a_week_nor_when_something_arrived(
    case: Case, ago: timedelta
) -> None:
    one, *_ = await sent(case)
    rows = [one]
    for _ in range(SOFT_BOUNCES):
        of = await sent(await make_case(case.database))
        rows.append(next(d for d in of if d.fingerprint == one.fingerprint))
    await take(case, DeliveryReceipt(R.SOFT_BOUNCE, rows[0].id))
    await execute(case.database, "UPDATE delivery_receipt SET received_at = now() - :ago", ago=ago)
    if ago > timedelta(days=7):
        await take(case, DeliveryReceipt(R.DELIVERED, rows[1].id))
    for delivery in rows[2:]:
        await take(case, DeliveryReceipt(R.SOFT_BOUNCE, delivery.id))
    assert await suppressed(case) == []


async def test_a_text_message_is_known_by_the_providers_reference_of_that_provider_alone(case: Case) -> None:
    one, *_ = await sent(case, channel=Channel.SMS)
    reference = one.provider_reference
    await take_receipts(case.database, Channel.SMS, "other", [DeliveryReceipt(R.DELIVERED, None, reference)])
    assert await stands(case, one) == ("sent", None)
    assert one.provider
    await take_receipts(
        case.database, Channel.SMS, one.provider, [DeliveryReceipt(R.DELIVERED, None, reference)]
    )
    assert await stands(case, one) == ("delivered", None)


async def test_a_receipt_of_one_channel_moves_nothing_of_another(case: Case) -> None:
    mail, *_ = await sent(case)
    await take(case, DeliveryReceipt(R.DELIVERED, mail.id, "ref-1"), channel=Channel.SMS)
    assert await stands(case, mail) == ("sent", None)


async def test_a_receipt_that_comes_before_the_reference_is_written_down_waits_for_it(case: Case) -> None:
    batch, claim_id = await case.batch(channel=Channel.SMS), uuid4()
    one, *_ = await case.claim(batch, claim_id)
    assert one.provider
    for _ in range(2):
        await take_receipts(
            case.database, Channel.SMS, one.provider, [DeliveryReceipt(R.DELIVERED, None, "early")]
        )
    assert await take_early_receipts(case.database) == 0
    await case.settle(claim_id, Outcome(one.id, S.SENT, provider_reference="early"))
    assert await take_early_receipts(case.database) == 1
    assert await stands(case, one) == ("delivered", None)
    assert await execute(case.database, "SELECT * FROM early_receipt") == []


async def test_a_receipt_that_nobody_waits_for_is_forgotten_after_a_day(database: Database) -> None:
    await take_receipts(database, Channel.SMS, "tests", [DeliveryReceipt(R.DELIVERED, None, "nobody")])
    await execute(database, "UPDATE early_receipt SET received_at = now() - interval '25 hours'")
    assert await take_early_receipts(database) == 0
    assert await execute(database, "SELECT * FROM early_receipt") == []


async def test_an_id_that_is_nobodys_changes_nothing(case: Case) -> None:
    before = await events(case)
    await take(case, DeliveryReceipt(R.COMPLAINED, UUID(int=9)))
    assert await events(case) == before


async def test_whatever_the_order_and_however_often_the_end_is_the_same(case: Case) -> None:
    deliveries, seed = (await sent(case, S.UNKNOWN))[:4], 7319
    random = Random(seed)  # noqa: S311 - a seed repeats a run
    for _ in range(4):
        told = [DeliveryReceipt(random.choice(list(R)), one.id) for one in deliveries for _ in range(3)]
        ends = {await _end(case, deliveries, random.sample(told * 2, len(told) * 2)) for _ in range(2)}
        assert len(ends) == 1, f"seed {seed}"


async def _end(
    case: Case, deliveries: list[Delivery], told: list[DeliveryReceipt]
) -> tuple[tuple[object, ...], ...]:
    """Take receipts some at a time, tell where that led, and forget it."""
    for start in range(0, len(told), 3):
        await take(case, *told[start : start + 3])
    end = (*[await stands(case, one) for one in deliveries], *await suppressed(case))
    await execute(case.database, "DELETE FROM delivery_receipt")
    await execute(case.database, "DELETE FROM suppression")
    again = "UPDATE delivery SET state = 'unknown', failure = NULL WHERE attempts > 0"
    await execute(case.database, again)
    return end


async def test_a_bounced_invitation_has_its_sign_on_count_again(case: Case) -> None:
    await case.open_sign_on()
    batch, claim_id = await case.batch(Purpose.INVITATION), uuid4()
    one, *_ = await case.claim(batch, claim_id)
    await case.settle(claim_id, Outcome(one.id, S.SENT))
    asked = "SELECT requested FROM pending_nudge WHERE action_id = :id AND addressee = 'sign_on'"
    assert await execute(case.database, asked, id=case.action.id) == []
    await take(case, DeliveryReceipt(R.SOFT_BOUNCE, one.id))
    assert await execute(case.database, asked, id=case.action.id) == [(1,)]


async def test_a_stop_and_a_close_keep_no_receipt_from_counting(case: Case) -> None:
    one, *_ = await sent(case)
    await case.decide(Decision.STOP)
    await take(case, DeliveryReceipt(R.DELIVERED, one.id))
    assert await stands(case, one) == ("delivered", None)
