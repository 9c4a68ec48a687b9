"""What is due where a mechanism does not answer a submission that a person sent to it."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from models.columns import now
from models.follow_up_messages import Due, DueKind
from models.mechanisms import Mechanism
from models.messages import Purpose
from models.reply_vocabulary import ClockState, StepKind, StepState
from models.response_vocabulary import ResponseKind
from models.vocabulary import DocumentKind
from storage.actions import action_by_id
from storage.database import Database
from storage.reply_clocks import AnyClock, asking_document, clocks_of
from tests.integration.outbox_cases import Case, execute, further
from tests.integration.overdue import (
    DAY,
    NETWORK_TIME_ZONE,
    answer_submission,
    decided,
    due,
    fall,
    fallen,
    overdue_case,
    settle,
    submitted,
)

SENT_AT = now() - 33 * DAY


@pytest.fixture
async def case(database: Database) -> Case:
    """A case of which no target has a time to answer, so that only submissions do."""
    case = await overdue_case(database)
    await execute(database, "UPDATE target SET replies_within = NULL, mechanism = NULL, kind = 'media'")
    return case


async def clocks(case: Case, at: datetime | None = None) -> list[AnyClock]:
    async with case.database.transaction() as session:
        action = await action_by_id(session, case.action.id)
        asking = await asking_document(session, action)
        found = await clocks_of(session, action, asking, NETWORK_TIME_ZONE, at or now())
    return [one for one in found if one.clock.state is not ClockState.UNTIMED]


async def newest_step(case: Case, submission: UUID) -> UUID:
    (row,) = await execute(
        case.database,
        "SELECT id FROM escalation_step WHERE submission_id = :id ORDER BY number DESC LIMIT 1",
        id=submission,
    )
    step: UUID = row.id
    return step


async def reply_due(case: Case) -> Due | None:
    one = await due(case)
    return one if one and one.kind is DueKind.REPLY else None


@pytest.mark.parametrize(
    ("mechanism", "days"),
    [(Mechanism.CED, 14), (Mechanism.IACHR, 15), (Mechanism.UN_SPECIAL_PROCEDURES, 60)],
)
async def test_the_clock_of_a_mechanism_starts_when_the_submission_was_sent(
    case: Case, mechanism: Mechanism, days: int
) -> None:
    await submitted(case, mechanism, SENT_AT)
    (one,) = await clocks(case)
    end = SENT_AT + days * DAY
    assert abs((one.clock.due or SENT_AT) - end) <= timedelta(hours=1), "an hour, where clocks change between"
    assert one.clock.started == SENT_AT
    assert one.clock.state is (ClockState.LATE if end < now() else ClockState.RUNNING)
    assert one.next_step
    assert (one.next_step.number, one.next_step.at) == (1, one.clock.due)


async def test_a_draft_that_was_not_sent_has_no_clock(case: Case) -> None:
    await submitted(case, Mechanism.CED, None)
    assert await clocks(case) == []
    assert await reply_due(case) is None


async def test_a_reminder_to_a_mechanism_is_proposed_once_and_goes_to_nobody_by_itself(case: Case) -> None:
    submission = await submitted(case, Mechanism.CED, SENT_AT)
    one = await reply_due(case)
    assert one
    assert one.subject == submission
    (word,) = (await fall(case, one)).rounds
    assert word.purpose is Purpose.REPLY_OVERDUE
    assert (await fall(case, one)).rounds == (word,), "a run that was lost between the two finds it again"
    await settle(case, one)
    assert await reply_due(case) is None, "the next one waits for a person"
    (step,) = await execute(case.database, "SELECT * FROM escalation_step")
    assert (step.step, step.addressee_id, step.target_id) == (StepKind.REMINDER, None, None)


async def test_three_reminders_follow_each_other_each_after_its_time_anew(case: Case) -> None:
    submission = await submitted(case, Mechanism.CED, SENT_AT)
    for number in (1, 2, 3):
        one = await reply_due(case)
        assert one
        assert (one.number, one.subject) == (number, submission)
        await fallen(case)
        step = await newest_step(case, submission)
        await decided(case, step, StepState.DONE)
        await execute(
            case.database,
            "UPDATE escalation_step SET decided_at = :at WHERE id = :id",
            at=now() - 15 * DAY,
            id=step,
        )
    assert await reply_due(case) is None


async def test_a_final_answer_to_a_submission_stops_its_clock_and_no_other(case: Case) -> None:
    first = await submitted(case, Mechanism.CED, SENT_AT)
    second = await submitted(case, Mechanism.IACHR, SENT_AT + DAY)
    await answer_submission(case, first, ResponseKind.TOKEN)
    assert [one.is_answered for one in await clocks(case)] == [False, False]
    await answer_submission(case, first, ResponseKind.POSITIVE)
    assert [one.is_answered for one in await clocks(case)] == [True, False]
    one = await reply_due(case)
    assert one
    assert one.subject == second


async def test_the_steps_of_a_submission_go_on_where_another_document_leads(case: Case) -> None:
    submission = await submitted(case, Mechanism.CED, SENT_AT)
    await fallen(case)
    step = await newest_step(case, submission)
    await decided(case, step, StepState.DONE)
    await execute(case.database, "UPDATE escalation_step SET decided_at = :at", at=now() - 15 * DAY)
    leads = await further(case, DocumentKind.ACTION)
    await execute(case.database, "UPDATE urgent_action SET leading_document = 2")
    moved = replace(case, document=leads)
    one = await reply_due(moved)
    assert one
    assert (one.subject, one.number) == (submission, 2)
    await fallen(moved)
    rows = await execute(case.database, "SELECT number FROM escalation_step ORDER BY number")
    assert [row.number for row in rows] == [1, 2]
