"""The sign-on window: what ends it, when it reminds, and what it survives."""

from datetime import UTC, datetime, timedelta

import pytest

from models.lifecycle import Decision, Phase
from models.messages import CasePlan, DispatchOutcome, DispatchRequest, Purpose
from models.sign_on_messages import SignOnStatus
from models.vocabulary import ReleasePolicy
from tests.workflows.scenarios import BRIEF, reach_sign_on, signed_at_deadline
from tests.workflows.stage import Stage, assert_ended
from tests.workflows.windows import opened_at, start_window
from tests.workflows.world import DOCUMENT, SIGN_ON, case_plan
from workflows.parts import BEFORE_ANOTHER
from workflows.sign_on import SignOnWorkflow

SHORTLY = timedelta(minutes=5)

by_policy = {
    policy: case_plan(SIGN_ON.model_copy(update={"release": policy}), BRIEF) for policy in ReleasePolicy
}


@pytest.fixture
def plan() -> CasePlan:
    return case_plan(follow_up=BRIEF)


async def test_reminders_go_at_their_offsets_and_the_window_closes_at_its_deadline(stage: Stage) -> None:
    await signed_at_deadline(stage)
    reminders = stage.world.rounds(Purpose.SIGN_ON_REMINDER)
    late = [at - opened_at(stage) - due for at, due in zip(reminders, SIGN_ON.remind_after, strict=True)]
    assert all(timedelta(0) <= delay < SHORTLY for delay in late)
    closed_at = (await stage.sign_on.describe()).close_time
    assert closed_at
    assert timedelta(0) <= closed_at - opened_at(stage) - SIGN_ON.closes_after < SHORTLY
    assert len(stage.world.sheets[Purpose.SIGN_ON_REMINDER, 1].states) == 4
    await assert_ended(stage, Phase.CLOSED)
    assert stage.world.all_sent(Purpose.STATEMENT)


async def test_what_the_gate_refuses_in_the_window_goes_once_that_is_mended(stage: Stage) -> None:
    stage.world.consent = False
    await stage.start()
    await stage.attest_twice()
    await stage.world.until_called("freeze_dispatch")
    await stage.nudge()
    await stage.world.until_called("freeze_dispatch", 2)
    assert stage.world.rounds(Purpose.INVITATION) == []
    stage.world.consent = True
    await stage.nudge()
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION))
    assert len(stage.world.rounds(Purpose.INVITATION)) == 1


async def test_what_the_gate_never_lets_out_ends_with_the_window(stage: Stage) -> None:
    stage.world.consent = False
    await stage.start()
    await stage.attest_twice()
    await stage.world.until_called("freeze_dispatch")
    await stage.decide(Decision.RELEASE)
    invitation = DispatchRequest(document=DOCUMENT, purpose=Purpose.INVITATION, round=1)
    outcome = DispatchOutcome.model_validate(await stage.action_child(invitation).result())
    assert not outcome.permitted
    assert stage.world.rounds(Purpose.INVITATION) == []
    await stage.stop()
    await assert_ended(stage, Phase.STOPPED)


async def test_no_reminder_goes_after_the_quorum(stage: Stage) -> None:
    await reach_sign_on(stage)
    await stage.pass_time(stage.sign_on, timedelta(hours=25))
    await stage.sign(SIGN_ON.quorum - 1)
    assert stage.world.phase is Phase.SIGNING
    await stage.sign()
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert len(stage.world.rounds(Purpose.SIGN_ON_REMINDER)) == 1
    assert stage.world.sign_on_ended


async def test_a_window_without_quorum_stays_open_though_everybody_answered(stage: Stage) -> None:
    await reach_sign_on(stage)
    stage.world.declined = 3
    await stage.sign(2)
    await stage.pass_time(stage.sign_on, timedelta(hours=47))
    assert stage.world.phase is Phase.SIGNING
    await stage.pass_time(stage.sign_on, timedelta(hours=2))
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)


async def test_a_window_in_which_nobody_signed_releases_nothing_by_itself(stage: Stage) -> None:
    await reach_sign_on(stage)
    stage.world.declined = stage.world.invited
    await stage.pass_time(stage.sign_on, timedelta(hours=49))
    await stage.world.until(lambda: stage.world.sign_on_ended)
    assert stage.world.rounds(Purpose.STATEMENT) == []
    await stage.decide(Decision.RELEASE)
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)


@pytest.mark.parametrize("plan", [by_policy[ReleasePolicy.AT_CLOSE]])
async def test_at_close_a_quorum_does_not_end_the_window(stage: Stage) -> None:
    await reach_sign_on(stage)
    await stage.sign(SIGN_ON.quorum)
    await stage.pass_time(stage.sign_on, timedelta(hours=47))
    assert stage.world.phase is Phase.SIGNING
    await stage.pass_time(stage.sign_on)
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)


@pytest.mark.parametrize("plan", [by_policy[ReleasePolicy.BY_HAND]])
async def test_by_hand_neither_quorum_nor_deadline_releases(stage: Stage) -> None:
    await reach_sign_on(stage)
    await stage.sign(SIGN_ON.quorum)
    await stage.pass_time(stage.sign_on)
    await stage.ended(stage.sign_on)
    assert (await stage.state()).phase is Phase.SIGNING
    await stage.decide(Decision.RELEASE)
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)


async def test_a_burst_of_nudges_becomes_few_readings_and_none_is_missed(stage: Stage) -> None:
    await reach_sign_on(stage)
    before = stage.world.calls["count_answers"]
    stage.world.block("count_answers")
    await stage.sign_on.signal(SignOnWorkflow.nudge)
    await stage.world.until_called("count_answers", before + 1)
    for _ in range(200):
        await stage.sign_on.signal(SignOnWorkflow.nudge)
    stage.world.signed = 2
    stage.world.unblock("count_answers")
    await stage.world.until_called("count_answers", before + 2)
    status = await stage.decide(Decision.RELEASE)
    assert status.release_decided
    await stage.ended(stage.sign_on)
    assert await stage.sign_on_result() == SignOnStatus(invited=5, signed=2, answered=2)
    assert stage.world.calls["count_answers"] <= before + 5


async def test_a_lost_sign_on_is_followed_by_another_and_nobody_is_written_to_twice(stage: Stage) -> None:
    await reach_sign_on(stage)
    closes_at = stage.world.closes_at
    await stage.sign_on.terminate()
    await stage.pass_time(stage.action, BEFORE_ANOTHER)
    await stage.started(stage.sign_on, times=2)
    assert stage.world.phase is Phase.SIGNING
    assert stage.world.closes_at == closes_at
    await stage.sign(SIGN_ON.quorum)
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert set(stage.world.sent.values()) == {1}


async def test_invitations_that_a_lost_sign_on_left_on_hold_are_taken_up_by_the_next(stage: Stage) -> None:
    stage.world.on_hold = True
    await stage.start()
    await stage.attest_twice()
    await stage.world.until_called("kept_back", 3)
    await stage.sign_on.terminate()
    await stage.pass_time(stage.action, BEFORE_ANOTHER)
    await stage.world.until_called("count_answers", 2)
    await stage.resume()
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION))
    assert set(stage.world.sent.values()) == {1}


async def test_a_release_after_the_loss_of_a_sign_on_opens_no_other(stage: Stage) -> None:
    await reach_sign_on(stage)
    await stage.sign_on.terminate()
    await stage.decide(Decision.RELEASE)
    await stage.pass_time(stage.action, BEFORE_ANOTHER)
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert stage.world.calls["count_answers"] == 1


async def test_a_window_taken_up_late_keeps_the_times_of_its_opening(stage: Stage) -> None:
    handle = await start_window(stage, datetime.now(UTC) + timedelta(hours=18))
    await stage.world.until(lambda: stage.world.all_sent(Purpose.SIGN_ON_REMINDER, 1))
    await stage.pass_time(handle)
    first, second = (at - opened_at(stage) for at in stage.world.rounds(Purpose.SIGN_ON_REMINDER))
    assert timedelta(hours=30) <= first < timedelta(hours=30) + SHORTLY
    assert SIGN_ON.remind_after[1] <= second < SIGN_ON.remind_after[1] + SHORTLY


async def test_after_its_deadline_a_window_reminds_nobody(stage: Stage) -> None:
    handle = await start_window(stage, datetime.now(UTC) - timedelta(hours=1))
    await handle.result()
    assert stage.world.rounds(Purpose.SIGN_ON_REMINDER) == []


async def test_a_reminder_that_is_due_already_is_not_sent_when_the_quorum_is_reached(stage: Stage) -> None:
    stage.world.signed = SIGN_ON.quorum
    handle = await start_window(stage, datetime.now(UTC) + timedelta(hours=18))
    await handle.result()
    assert stage.world.rounds(Purpose.SIGN_ON_REMINDER) == []


async def test_asking_a_sign_on_how_it_stands_leaves_no_trace(stage: Stage) -> None:
    await reach_sign_on(stage)
    before = await kinds_of_events(stage)
    status: SignOnStatus = await stage.sign_on.query(SignOnWorkflow.status)
    assert status == SignOnStatus(invited=5, signed=0, answered=0)
    # What was under way before the question may still end: a workflow task, and the timer that it starts.
    since = (await kinds_of_events(stage))[len(before) :]
    assert all("workflow_task" in kind or "timer_started" in kind for kind in since)


async def kinds_of_events(stage: Stage) -> list[str]:
    return [str(event.WhichOneof("attributes")) async for event in stage.sign_on.fetch_history_events()]
