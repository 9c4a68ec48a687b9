"""An action whose history grows long goes on in other runs, with all that was pending."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from models.lifecycle import Decision, Phase, Refusal
from models.messages import Purpose
from models.vocabulary import ReleasePolicy
from tests.waiting import until
from tests.workflows.all_scenarios import world_of
from tests.workflows.carried import (
    KEPT_BACK,
    be_carried_over,
    carried_over,
    go_on_in_another_run,
    grow,
    nudge,
)
from tests.workflows.forgetful import ForgetfulAction, HastyFollowUp
from tests.workflows.lasting import FOR_LONG, keep_check_in_back
from tests.workflows.later import ask_later, later_is_out, sign_later
from tests.workflows.scenarios import expire, reach_follow_up
from tests.workflows.stage import Stage, assert_ended, open_stage, run_of
from tests.workflows.test_decisions import refusal_of
from tests.workflows.test_long_follow_ups import assert_sent_at, due_at
from tests.workflows.versions import today_but
from tests.workflows.world import LATER_RELEASE, SIGN_ON, VERIFICATION


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """An action on a server that soon suggests another run."""
    async with open_stage(world_of("carried_over")) as opened:
        yield opened


async def ended(stage: Stage, phase: Phase) -> None:
    """Wait until nothing is under way, which the action does not wait for, and check its end."""
    await stage.action.result()

    async def has_ended() -> bool:
        return not await stage.unfinished()

    await until(has_ended)
    await assert_ended(stage, phase)


async def told(stage: Stage) -> list[tuple[str, str]]:
    """List the signals that this run of the action has sent, each with the workflow that it was for."""
    history = await stage.action.fetch_history()
    sent = [event.signal_external_workflow_execution_initiated_event_attributes for event in history.events]
    return [(one.signal_name, one.workflow_execution.workflow_id) for one in sent if one.signal_name]


async def test_all_that_is_pending_comes_at_its_time_once_in_whichever_run(stage: Stage) -> None:
    await carried_over(stage)
    await assert_ended(stage, Phase.CLOSED)
    assert_sent_at(stage, Purpose.CHECK_IN, due_at(stage, *FOR_LONG.check_ins))


async def test_the_next_run_knows_at_once_how_the_action_stands(stage: Stage) -> None:
    await be_carried_over(stage)
    stage.world.block("plan_case")
    await go_on_in_another_run(stage)
    state = await stage.state()
    assert (state.phase, state.facts.on_hold) == (Phase.FOLLOWING_UP, True)
    assert state.released_at == stage.world.released_at
    stage.world.unblock("plan_case")


async def test_an_action_that_forgot_what_went_out_beside_it_would_keep_that_back(stage: Stage) -> None:
    await stage.install("forgetful", today_but(ForgetfulAction))
    await be_carried_over(stage)
    await stage.resume()
    await expire(stage)
    await stage.action.result()
    assert stage.world.sent[KEPT_BACK.purpose, 1, 0] == 0
    assert await stage.unfinished() == [stage.action_child(KEPT_BACK).id]


@pytest.mark.parametrize(
    ("decision", "phase"), [(Decision.STOP, Phase.STOPPED), (Decision.CLOSE, Phase.CLOSED)]
)
async def test_a_decision_ends_what_was_carried_over(stage: Stage, decision: Decision, phase: Phase) -> None:
    await be_carried_over(stage)
    stage.world.stopped = decision is Decision.STOP
    await stage.decide(decision)
    await ended(stage, phase)
    assert stage.world.sent[KEPT_BACK.purpose, 1, 0] == 0


async def test_while_partners_sign_a_later_document_no_other_run_begins(stage: Stage) -> None:
    await ask_later(stage)
    await grow(stage)
    for _repetition in range(3):
        await nudge(stage)
    assert "hand_over" not in [signal for signal, _ in await told(stage)]
    await sign_later(stage, SIGN_ON.quorum)
    await later_is_out(stage)
    await go_on_in_another_run(stage)
    await expire(stage)
    await assert_ended(stage, Phase.CLOSED)


async def test_verifiers_who_are_asked_meanwhile_are_asked_no_more_once_enough_have_answered(
    stage: Stage,
) -> None:
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    world = stage.world
    world.verification, world.attestations, world.on_duty = VERIFICATION, 0, 2
    asking = stage.verification
    await nudge(stage)
    await world.until_called("count_verifiers")
    await go_on_in_another_run(stage)
    world.verification, world.attestations = None, 2
    await nudge(stage)
    await asking.result()


async def test_what_a_person_was_refused_to_let_go_stays_in_also_in_another_run(stage: Stage) -> None:
    world = stage.world
    await ask_later(stage, SIGN_ON.model_copy(update={"release": ReleasePolicy.AT_QUORUM_OR_CLOSE}))
    await sign_later(stage)
    world.block("end_by_hand")
    releasing = asyncio.create_task(refusal_of(stage, Decision.RELEASE))
    await world.until_called("end_by_hand")
    await stage.hold()
    world.unblock("end_by_hand")
    assert await releasing is Refusal.ON_HOLD
    await go_on_in_another_run(stage)
    await stage.resume()
    await stage.decide(Decision.ATTEST)
    assert (Purpose.STATEMENT, LATER_RELEASE.round) not in world.sheets
    await stage.decide(Decision.RELEASE)
    await later_is_out(stage)


async def test_what_went_out_meanwhile_is_told_no_more_and_carried_no_further(stage: Stage) -> None:
    await be_carried_over(stage)
    await stage.resume()
    await stage.action_child(KEPT_BACK).result()
    for _repetition in range(3):
        await nudge(stage)
    history = await stage.action.fetch_history()
    told_in_vain = [
        event
        for event in history.events
        if event.HasField("signal_external_workflow_execution_failed_event_attributes")
    ]
    assert len(told_in_vain) == 1
    await go_on_in_another_run(stage)
    for _repetition in range(3):
        await nudge(stage)
    assert stage.action_child(KEPT_BACK).id not in [to for _, to in await told(stage)]


async def test_a_stop_just_after_the_follow_up_has_handed_over_leaves_no_round_behind(stage: Stage) -> None:
    await stage.install("hasty", today_but(HastyFollowUp))
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    await keep_check_in_back(stage)
    world = stage.world
    world.block("next_due")
    asked = world.calls["next_due"]
    await grow(stage)
    await nudge(stage)
    await world.until_called("next_due", asked + 1)
    await stage.stop()
    world.unblock("next_due")
    await ended(stage, Phase.STOPPED)


async def test_nudges_without_end_keep_no_other_run_from_beginning(stage: Stage) -> None:
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    stage.world.plan = stage.world.plan.model_copy(update={"reached": Phase.FOLLOWING_UP})
    first = await run_of(stage.action)

    async def nudge_without_end() -> None:
        while True:
            await stage.nudge()

    async def is_another() -> bool:
        return await run_of(stage.action) != first

    nudging = [asyncio.create_task(nudge_without_end()) for _ in range(3)]
    try:
        await until(is_another)
    finally:
        for task in nudging:
            task.cancel()
    run = stage.client.get_workflow_handle(stage.action.id, run_id=first)
    assert (await run.describe()).history_length < 3_000, "it waited until the nudges paused"
