"""What is due where targets do not answer: proposed once, and sent when a person approved it."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from models.follow_up_messages import DueKind, FallenDue
from models.lifecycle import Decision
from models.messages import DeliveryState, DispatchRequest, Purpose
from models.reply_vocabulary import StepKind, StepState
from models.response_vocabulary import ResponseKind
from storage import claims, freezing, outbox
from storage.database import Database
from tests import factories
from tests.integration.outbox_cases import EVERYTHING, Case, execute, make_case
from tests.integration.overdue import (
    DAY,
    EMBASSY,
    MECHANISM,
    PROSECUTOR,
    SENT_AT,
    approve,
    approved_letter,
    decided,
    due,
    fall,
    fallen,
    overdue_case,
    respond,
    settle,
    step_of,
    target_id,
)


@pytest.fixture
async def case(database: Database) -> Case:
    return await overdue_case(database)


async def test_the_target_whose_time_ends_first_is_due_at_the_minute(case: Case) -> None:
    first = await due(case, SENT_AT)
    assert first
    assert (first.kind, first.subject, first.number) == (
        DueKind.REPLY,
        await target_id(case, MECHANISM),
        1,
    )
    assert first.at == SENT_AT + 10 * DAY


async def test_a_delivery_that_is_known_starts_the_clock_when_it_arrived(case: Case) -> None:
    await execute(
        case.database,
        "INSERT INTO delivery_receipt (delivery_id, kind, fingerprint, received_at)"
        " SELECT id, 'delivered', fingerprint, :at FROM delivery WHERE recipient_id = :target",
        at=SENT_AT + timedelta(hours=3),
        target=await target_id(case, MECHANISM),
    )
    first = await due(case, SENT_AT)
    assert first
    assert first.at == SENT_AT + 10 * DAY + timedelta(hours=3)


@pytest.mark.parametrize("state", ["bounced", "failed", "unknown", "ready", "suppressed", "cancelled"])
async def test_what_is_not_known_to_have_gone_out_starts_no_clock(case: Case, state: str) -> None:
    await execute(case.database, "UPDATE delivery SET state = :state", state=state)
    end = await due(case)
    assert end
    assert end.kind is DueKind.EXPIRY_WARNING


async def test_a_step_is_proposed_once_and_the_coordinator_told_however_often_a_run_is_lost(
    case: Case,
) -> None:
    one = await due(case)
    assert one
    notice = DispatchRequest(document=case.document, purpose=Purpose.REPLY_OVERDUE, round=1)
    for _lost in range(2):
        assert await fall(case, one) == FallenDue(rounds=(notice,))
        assert await due(case) == one
    rows = await execute(case.database, "SELECT step, number, state, due_at, digest FROM escalation_step")
    assert [tuple(row) for row in rows] == [("reminder", 1, "proposed", SENT_AT + 10 * DAY, None)]
    (event,) = await execute(case.database, "SELECT detail FROM audit_event WHERE kind = 'reply_overdue'")
    assert (event.detail["target"], event.detail["step"]) == (MECHANISM, "reminder")
    await settle(case, one)
    following = await due(case)
    assert following
    assert following.subject == await target_id(case, PROSECUTOR)


async def test_the_notice_goes_to_the_coordinator_alone(case: Case) -> None:
    await fallen(case)
    batch = await case.batch(Purpose.REPLY_OVERDUE)
    assert [row.recipient_id for row in await case.claim(batch)] == [case.action.author_id]


async def test_nothing_follows_of_a_target_before_a_person_decided_and_then_in_its_time(case: Case) -> None:
    for _target in (MECHANISM, PROSECUTOR):
        await fallen(case)
    end = await due(case)
    assert end
    assert end.kind is DueKind.EXPIRY_WARNING
    step = await step_of(case, MECHANISM)
    await decided(case, step.id, StepState.DISMISSED)
    following = await due(case)
    assert following
    assert (following.kind, following.number) == (DueKind.REPLY, 2)
    step = await step_of(case, MECHANISM)
    assert step.decided_at
    assert following.at == step.decided_at + 10 * DAY


@pytest.mark.parametrize("kind", [ResponseKind.POSITIVE, ResponseKind.PLEDGE, ResponseKind.OBSTRUCTION])
async def test_nothing_is_due_of_a_target_that_answered(case: Case, kind: ResponseKind) -> None:
    await respond(case, MECHANISM, kind)
    one = await due(case)
    assert one
    assert one.subject == await target_id(case, PROSECUTOR)
    await respond(case, PROSECUTOR, kind)
    end = await due(case)
    assert end
    assert end.kind is DueKind.EXPIRY_WARNING


async def test_a_token_stops_nothing_and_neither_does_what_was_corrected(case: Case) -> None:
    await respond(case, MECHANISM, ResponseKind.TOKEN)
    wrong = await respond(case, MECHANISM)
    await respond(case, MECHANISM, ResponseKind.TOKEN, corrects=wrong)
    one = await due(case)
    assert one
    assert one.subject == await target_id(case, MECHANISM)


async def test_nothing_is_proposed_during_a_hold_or_after_the_end(case: Case) -> None:
    one = await due(case)
    assert one
    await case.decide(Decision.HOLD)
    assert await due(case) is None
    assert await fall(case, one) == FallenDue()
    await case.decide(Decision.RESUME)
    assert await due(case) == one
    await case.decide(Decision.STOP)
    assert (await fall(case, one)).over
    assert await execute(case.database, "SELECT 1 FROM escalation_step") == []


async def test_an_approved_letter_goes_to_its_addressee_alone(case: Case) -> None:
    request = await approved_letter(case)
    assert request.purpose is Purpose.REPLY_REMINDER
    (claimed,) = await case.claim(await case.batch(Purpose.REPLY_REMINDER))
    assert claimed.recipient_id == await target_id(case, MECHANISM)
    assert claimed.address == "urgente@mecanismo.example"


async def test_a_letter_that_went_out_is_not_due_again(case: Case) -> None:
    await approved_letter(case)
    one = await due(case)
    assert one
    assert one.kind is DueKind.REPLY_LETTER
    await settle(case, one)
    following = await due(case)
    assert following is None or following.kind is not DueKind.REPLY_LETTER


async def test_an_answer_that_comes_before_the_claim_cancels_the_letter(case: Case) -> None:
    await approved_letter(case)
    batch = await case.batch(Purpose.REPLY_REMINDER)
    await respond(case, MECHANISM)
    assert await case.claim(batch) == []
    async with case.database.transaction() as session:
        await claims.finish_batch(session, batch)
    (row,) = await case.deliveries(batch)
    assert (row.state, row.failure) == (DeliveryState.CANCELLED, "no_longer_wanted")


async def test_a_letter_waits_for_the_end_of_a_hold(case: Case) -> None:
    await approved_letter(case)
    batch = await case.batch(Purpose.REPLY_REMINDER)
    await case.decide(Decision.HOLD)
    assert await case.claim(batch) == []
    assert await case.states(batch) == [DeliveryState.READY]
    await case.decide(Decision.RESUME)
    assert len(await case.claim(batch)) == 1


def with_ladder(*steps: dict[str, object]) -> dict[str, object]:
    return {**factories.case_tree(), "escalation": list(steps)}


async def test_a_declared_ladder_leads_from_a_reminder_to_another_target_and_into_the_open(
    database: Database,
) -> None:
    case = await overdue_case(
        database,
        with_ladder(
            {"after": "P0D", "step": "reminder"},
            {"after": "P0D", "step": "embassy", "target": EMBASSY},
            {"step": "publish_silence"},
        ),
    )
    await respond(case, PROSECUTOR)
    taken = []
    for _rung in range(3):
        await fallen(case)
        step = await step_of(case, MECHANISM)
        taken.append((step.number, step.step, step.addressee_id))
        await decided(case, step.id, StepState.DONE)
    assert taken == [
        (1, StepKind.REMINDER, await target_id(case, MECHANISM)),
        (2, StepKind.EMBASSY, await target_id(case, EMBASSY)),
        (3, StepKind.PUBLISH_SILENCE, None),
    ]
    end = await due(case)
    assert end
    assert end.kind is DueKind.EXPIRY_WARNING


async def test_a_letter_to_an_embassy_goes_there_in_its_language(database: Database) -> None:
    ladder = with_ladder({"step": "embassy", "target": EMBASSY})
    case = await overdue_case(database, ladder)
    await approved_letter(case)
    (claimed,) = await case.claim(await case.batch(Purpose.REPLY_REMINDER))
    assert (claimed.address, claimed.language) == ("human.rights@nordania.example", "en")


async def test_two_letters_are_two_rounds_that_go_each_to_its_own(case: Case) -> None:
    for number in (MECHANISM, PROSECUTOR):
        await fallen(case)
        await approve(case, (await step_of(case, number)).id)
    addresses = []
    for turn in (1, 2):
        one = await due(case)
        assert one
        (request,) = (await fall(case, one)).rounds
        await settle(case, one)
        assert request.round == turn
        async with case.database.transaction() as session:
            frozen = await freezing.freeze(session, request)
            (batch,) = await outbox.unsent_ranges(session, frozen, EVERYTHING)
        addresses += [row.address for row in await case.claim(batch, uuid4())]
    assert sorted(addresses) == ["fiscalia.ddhh@estado.example", "urgente@mecanismo.example"]


def test_the_story_of_this_file_lies_in_the_past() -> None:
    assert datetime.now(SENT_AT.tzinfo) - SENT_AT > 30 * DAY


async def requested(case: Case) -> int:
    """Return how often the workflow of a case was to be told something."""
    query = "SELECT coalesce(sum(requested), 0) AS times FROM pending_nudge WHERE addressee = 'action'"
    (row,) = await execute(case.database, query)
    return int(row.times)


@pytest.mark.parametrize(("phase", "nudges"), [("following_up", 1), ("releasing", 0)])
async def test_a_statement_that_reaches_more_targets_meanwhile_has_the_clocks_read_anew(
    database: Database, phase: str, nudges: int
) -> None:
    case = await make_case(database)
    dispatched = await case.freeze()
    await execute(database, "UPDATE urgent_action SET phase = :phase", phase=phase)
    before = await requested(case)
    async with database.transaction() as session:
        await outbox.end_dispatch(session, dispatched)
    assert await requested(case) == before + nudges
