"""Messages in doubt: listed, sent again through the gate, or settled, each with a record."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from models.lifecycle import Decision
from models.messages import DeliveryState, Dispatched, Purpose
from models.outbox import Delivery
from models.vocabulary import Channel
from storage import cancelling, outbox
from storage.database import Database
from storage.handing_over import Outcome
from storage.in_doubt import DoubtDecision, InDoubt, decide_doubt, in_doubt, next_resending
from tests.integration.outbox_cases import Case, changed_text, execute, handed_over_alone, make_case

S = DeliveryState


@pytest.fixture
async def case(database: Database) -> Case:
    return await make_case(database)


async def doubted(case: Case, purpose: Purpose = Purpose.STATEMENT) -> list[Delivery]:
    """Freeze messages, send all mails of them, and lose what became of the first two."""
    batch, claim_id = await case.batch(purpose), uuid4()
    claimed = await case.claim(batch, claim_id)
    known = [Outcome(one.id, S.SENT) for one in claimed[2:]]
    lost = [Outcome(one.id, S.UNKNOWN, "connection_lost_at_the_end") for one in claimed[:2]]
    await case.settle(claim_id, *known, *lost)
    return claimed[:2]


async def decide(case: Case, decision: DoubtDecision, *deliveries: Delivery) -> int:
    ids = [one.id for one in deliveries] or None
    async with case.database.transaction() as session:
        return await decide_doubt(session, case.action.id, decision, case.action.author_id, ids)


async def listed(case: Case, after: UUID | None = None, limit: int = 10) -> list[InDoubt]:
    async with case.database.transaction() as session:
        return await in_doubt(session, case.action.id, after, limit)


async def states(case: Case, *deliveries: Delivery) -> list[str]:
    found = await execute(
        case.database,
        "SELECT id, state FROM delivery WHERE id = ANY(:ids)",
        ids=[one.id for one in deliveries],
    )
    by_id = {row.id: row.state for row in found}
    return [by_id[one.id] for one in deliveries]


async def decisions(case: Case) -> list[dict[str, object]]:
    rows = await execute(
        case.database,
        "SELECT detail, person_id FROM audit_event WHERE kind = 'doubt_decided' ORDER BY number",
    )
    assert {row.person_id for row in rows} <= {case.action.author_id}
    return [row.detail for row in rows]


async def nudged(case: Case) -> int:
    asked = "SELECT coalesce(sum(requested), 0) FROM pending_nudge WHERE addressee = 'resending'"
    return int((await execute(case.database, asked))[0][0])


async def test_what_is_in_doubt_or_parked_is_listed_with_its_reason_page_by_page(case: Case) -> None:
    first, second = await doubted(case)
    await execute(
        case.database,
        "UPDATE delivery SET state = 'parked', failure = 'names_somebody' WHERE id = :id",
        id=second.id,
    )
    told = [(one.id, one.state, one.failure) for one in await listed(case)]
    assert told == [
        (first.id, "unknown", "connection_lost_at_the_end"),
        (second.id, "parked", "names_somebody"),
    ]
    assert [one.id for one in await listed(case, limit=1)] == [first.id]
    assert [one.id for one in await listed(case, first.id)] == [second.id]


async def test_one_that_is_sent_again_is_claimed_once_more_under_its_id_and_the_rest_is_not(
    case: Case,
) -> None:
    first, second = await doubted(case)
    assert await decide(case, DoubtDecision.RESEND, first) == 1
    assert await decide(case, DoubtDecision.RESEND, first) == 0
    assert await states(case, first, second) == ["ready", "unknown"]
    assert await nudged(case) == 1
    async with case.database.transaction() as session:
        request = await next_resending(session, case.action.id)
    assert request is not None
    assert (request.document, request.purpose, request.round) == (case.document, Purpose.STATEMENT, 1)
    again = await case.claim(await case.batch())
    assert [one.id for one in again] == [first.id]
    assert again[0].attempts == 2
    assert await decisions(case) == [{"decision": "resend", "count": 1, "deliveries": [str(first.id)]}]


async def test_all_are_settled_at_once_and_what_is_known_stays(case: Case) -> None:
    first, second = await doubted(case)
    assert await decide(case, DoubtDecision.SENT, first) == 1
    assert await decide(case, DoubtDecision.FAILED) == 1
    assert await states(case, first, second) == ["sent", "failed"]
    assert await decide(case, DoubtDecision.FAILED) == 0
    assert [one["decision"] for one in await decisions(case)] == ["sent", "failed"]
    assert await nudged(case) == 0
    assert await listed(case) == []


async def test_an_invitation_that_is_settled_as_failed_turns_to_the_next_contact(case: Case) -> None:
    await case.open_sign_on()
    await doubted(case, Purpose.INVITATION)
    await decide(case, DoubtDecision.FAILED)
    asked = "SELECT addressee FROM pending_nudge WHERE action_id = :id"
    assert ("sign_on",) in await execute(case.database, asked, id=case.action.id)


async def test_messages_of_another_action_are_left_alone(case: Case) -> None:
    first, _ = await doubted(case)
    other = await make_case(case.database)
    assert await decide(other, DoubtDecision.SENT, first) == 0
    assert await decide(other, DoubtDecision.RESEND) == 0
    assert await states(case, first) == ["unknown"]


async def test_what_the_gate_refuses_for_good_stays_in_doubt(case: Case) -> None:
    first, second = await doubted(case)
    await execute(
        case.database,
        "INSERT INTO suppression (fingerprint, reason, suppressed_at) VALUES (:address, 'complained', now())",
        address=first.fingerprint,
    )
    assert await decide(case, DoubtDecision.RESEND) == 1
    assert await states(case, first, second) == ["unknown", "ready"]
    await decide(case, DoubtDecision.SENT, first)
    await case.decide(Decision.STOP)
    assert await decide(case, DoubtDecision.RESEND) == 0


async def test_a_changed_text_is_not_sent_again_in_its_old_wording(case: Case) -> None:
    await doubted(case)
    await changed_text(case)
    assert await decide(case, DoubtDecision.RESEND) == 0


async def test_on_hold_it_waits_and_a_resumption_has_it_go_on(case: Case) -> None:
    first, _ = await doubted(case)
    await case.decide(Decision.HOLD)
    assert await decide(case, DoubtDecision.RESEND, first) == 1
    batch = await case.batch()
    assert await case.claim(batch) == []
    await case.decide(Decision.RESUME)
    assert await nudged(case) == 2
    assert [one.id for one in await case.claim(batch)] == [first.id]


async def test_a_stop_before_it_is_sent_again_puts_it_in_doubt_again_and_its_reader_is_told(
    case: Case,
) -> None:
    first, _ = await doubted(case)
    await execute(case.database, "UPDATE delivery SET provider = NULL WHERE id = :id", id=first.id)
    await decide(case, DoubtDecision.RESEND, first)
    await case.decide(Decision.STOP)
    async with case.database.transaction() as session:
        await cancelling.cancel_outstanding(session, case.action.id)
    assert await states(case, first) == ["unknown"]


async def test_the_end_of_a_distribution_leaves_what_is_to_be_sent_again_for_the_next(case: Case) -> None:
    first, _ = await doubted(case)
    await decide(case, DoubtDecision.RESEND, first)
    dispatched = Dispatched(action_id=case.action.id, dispatch_id=first.dispatch_id, size=0)
    async with case.database.transaction() as session:
        await outbox.end_dispatch(session, dispatched)
    assert await states(case, first) == ["ready"]
    async with case.database.transaction() as session:
        planned = await outbox.plan_dispatch(session, dispatched, 500)
    assert [(one.first, one.last) for one in planned.batches if one.channel is Channel.EMAIL] == [
        (first.position, first.position)
    ]


async def test_a_late_word_of_the_first_sender_changes_nothing_of_what_is_sent_again(case: Case) -> None:
    batch, lost = await case.batch(), uuid4()
    first, *_ = await case.claim(batch, lost)
    await case.settle(lost, Outcome(first.id, S.UNKNOWN))
    await decide(case, DoubtDecision.RESEND, first)
    await case.settle(lost, Outcome(first.id, S.FAILED, "message_refused"))
    assert await states(case, first) == ["ready"]
    async with case.database.transaction() as session:
        assert not await handed_over_alone(session, case.action.id, first.id, lost)


async def test_a_further_round_of_the_release_holds_nobody_who_was_in_doubt(case: Case) -> None:
    first, second = await doubted(case)
    await decide(case, DoubtDecision.RESEND)
    again = uuid4()
    await case.claim(await case.batch(), again)
    await case.settle(again, Outcome(first.id, S.CANCELLED), Outcome(second.id, S.SENT))
    await execute(
        case.database,
        "UPDATE dispatch SET frozen_at = frozen_at - :ago",
        ago=timedelta(minutes=1),
    )
    dispatched = await case.freeze(turn=2)
    addresses = await execute(
        case.database,
        "SELECT fingerprint FROM delivery WHERE dispatch_id = :id",
        id=dispatched.dispatch_id,
    )
    assert not {first.fingerprint, second.fingerprint} & {row.fingerprint for row in addresses}
