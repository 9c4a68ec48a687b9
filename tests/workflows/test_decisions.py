"""What the workflow of an action answers to people, and that nothing is lost while it ends."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from models.decision_messages import DecisionRefused
from models.lifecycle import Decision, Phase, Refusal
from models.messages import (
    CasePlan,
    CaseState,
    Purpose,
)
from tests.workflows.scenarios import BRIEF, reach_follow_up, reach_sign_on
from tests.workflows.stage import Stage
from tests.workflows.world import case_plan
from workflows.refusals import DECISION_REFUSED

ALONE = case_plan(None, BRIEF)


@pytest.fixture
def plan() -> CasePlan:
    return ALONE


async def refusal_of(stage: Stage, decision: Decision, until: datetime | None = None) -> Refusal:
    """Ask for a decision that must be refused, and return the reason that the error carries."""
    with pytest.raises(WorkflowUpdateFailedError) as raised:
        await stage.decide(decision, until)
    cause = raised.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == DECISION_REFUSED
    refusal = DecisionRefused.model_validate(cause.details[0]).refusal
    assert cause.message == refusal.value
    return refusal


async def test_a_release_before_two_attestations_is_refused_and_leaves_no_trace(stage: Stage) -> None:
    await stage.start()
    stage.world.attestations = 1
    await stage.decide(Decision.ATTEST)
    before = (await stage.action.describe()).history_length
    assert await refusal_of(stage, Decision.RELEASE) is Refusal.ATTESTATIONS_MISSING
    assert stage.world.decisions == []
    assert not (await stage.state()).release_decided
    events = [event async for event in stage.action.fetch_history_events()]
    assert not any("update" in str(event.WhichOneof("attributes")) for event in events[before:])


@pytest.mark.parametrize("decision", [Decision.RELEASE, Decision.CLOSE])
async def test_a_decision_that_arrives_after_its_person_was_told_of_no_answer_is_refused(
    stage: Stage, decision: Decision
) -> None:
    await stage.start()
    await stage.attest_twice()
    await stage.decide(Decision.ATTEST)
    late = datetime.now(UTC) - timedelta(seconds=1)
    in_time = datetime.now(UTC) + timedelta(minutes=5)
    assert await refusal_of(stage, decision, late) is Refusal.TOO_LATE
    assert stage.world.decisions == []
    await stage.decide(decision, in_time)
    assert stage.world.decisions == [decision]


async def test_without_sign_on_two_attestations_alone_release_nothing(stage: Stage) -> None:
    await stage.start()
    await stage.attest_twice()
    await stage.world.until_called("record_phase")
    state = await stage.decide(Decision.ATTEST)
    assert (state.phase, state.facts.lacking) == (Phase.VERIFYING, ())
    await stage.decide(Decision.RELEASE)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.STATEMENT))
    assert stage.world.decisions == [Decision.RELEASE]
    assert stage.world.sheets.keys() == {(Purpose.STATEMENT, 1)}


async def test_a_second_release_is_refused_in_every_phase_that_follows(stage: Stage) -> None:
    await stage.start()
    await stage.attest_twice()
    await stage.decide(Decision.ATTEST)
    stage.world.block("freeze_dispatch")
    await stage.decide(Decision.RELEASE)
    assert await refusal_of(stage, Decision.RELEASE) is Refusal.ALREADY_RELEASED
    stage.world.unblock("freeze_dispatch")
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert await refusal_of(stage, Decision.RELEASE) is Refusal.ALREADY_RELEASED
    assert stage.world.decisions == [Decision.RELEASE]


async def test_a_release_on_hold_is_refused_until_the_hold_ends(stage: Stage) -> None:
    await stage.start()
    await stage.attest_twice()
    await stage.hold()
    assert await refusal_of(stage, Decision.RELEASE) is Refusal.ON_HOLD
    await stage.resume()
    assert (await stage.decide(Decision.RELEASE)).release_decided


async def test_a_release_after_the_end_was_decided_is_refused(stage: Stage) -> None:
    await stage.start()
    await stage.attest_twice()
    stage.world.block("cancel_outstanding")
    await stage.decide(Decision.CLOSE)
    await stage.world.until_called("cancel_outstanding")
    assert await refusal_of(stage, Decision.RELEASE) is Refusal.ALREADY_ENDED
    assert await refusal_of(stage, Decision.CLOSE) is Refusal.ALREADY_ENDED
    stage.world.unblock("cancel_outstanding")
    assert (await stage.action.result()).phase is Phase.CLOSED
    assert stage.world.decisions == [Decision.CLOSE]


async def test_a_stop_that_arrives_while_an_action_closes_wins(stage: Stage) -> None:
    await stage.start()
    stage.world.block("cancel_outstanding")
    await stage.decide(Decision.CLOSE)
    await stage.world.until_called("cancel_outstanding")
    await stage.stop()
    stage.world.unblock("cancel_outstanding")
    assert (await stage.action.result()).phase is Phase.STOPPED


async def test_what_is_said_while_an_action_ends_is_heard_to_its_end(stage: Stage) -> None:
    await stage.start()
    await stage.world.until_called("record_phase")
    stage.world.block("record_phase")
    await stage.stop()
    await stage.world.until_called("record_phase", 2)
    stage.world.block("read_facts")
    heard = stage.world.calls["read_facts"]
    for _ in range(20):
        await stage.nudge()
    await stage.world.until_called("read_facts", heard + 1)
    stage.world.unblock("record_phase")
    stage.world.unblock("read_facts")
    assert (await stage.action.result()).phase is Phase.STOPPED
    assert stage.world.calls["read_facts"] > heard


@pytest.mark.parametrize("plan", [case_plan(reached=Phase.CLOSED), case_plan(reached=Phase.STOPPED)])
async def test_an_action_that_has_ended_is_not_taken_up_again(stage: Stage) -> None:
    stage.world.block("read_facts")
    await stage.start()
    await stage.world.until_called("read_facts")
    stage.world.unblock("read_facts")
    assert (await stage.action.result()).phase is stage.world.plan.reached
    assert stage.world.phases == []
    assert stage.world.calls["cancel_outstanding"] == 0


async def test_asking_for_the_state_leaves_no_trace(stage: Stage) -> None:
    await stage.start()
    await stage.world.until_called("record_phase")
    for _ in range(2):  # the answer to the second finds nothing else under way
        await stage.decide(Decision.ATTEST)
    before = (await stage.action.describe()).history_length
    first, second = await asyncio.gather(stage.state(), stage.state())
    assert first == second == CaseState(phase=Phase.VERIFYING, facts=stage.world.facts)
    assert (await stage.action.describe()).history_length == before


@pytest.mark.parametrize("plan", [case_plan(follow_up=BRIEF)])
async def test_an_action_is_closed_in_order_while_partners_sign(stage: Stage) -> None:
    await reach_sign_on(stage)
    await stage.decide(Decision.CLOSE)
    assert (await stage.action.result()).phase is Phase.CLOSED
    assert stage.world.sign_on_ended
    assert Purpose.STATEMENT not in {purpose for purpose, _ in stage.world.sheets}


async def test_after_its_end_an_action_asks_nobody_for_news(stage: Stage) -> None:
    await reach_follow_up(stage)
    await stage.decide(Decision.CLOSE)
    assert (await stage.action.result()).phase is Phase.CLOSED
    assert stage.world.rounds(Purpose.CHECK_IN) == []
    assert await stage.unfinished() == []
