"""The end of a window, moved or set by hand, and reminders that were missed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from models.lifecycle import Phase, Refusal
from models.messages import CasePlan, Purpose
from models.sign_on_messages import SignOnStatus
from models.vocabulary import ReleasePolicy
from tests.workflows.scenarios import BRIEF, reach_sign_on
from tests.workflows.stage import Handle, Stage, assert_ended
from tests.workflows.windows import (
    LONG_AGO,
    SOON,
    close_at,
    end_window,
    opened_at,
    refusal_in,
    start_window,
)
from tests.workflows.world import COORDINATOR, DOCUMENT, SIGN_ON, case_plan
from web.gateway import DecisionRefusedError, TemporalUnavailableError, WorkflowGateway
from workflows.sign_on import SignOnWorkflow

PATIENT = SIGN_ON.model_copy(
    update={
        "closes_after": timedelta(days=6),
        "remind_after": tuple(timedelta(hours=hours) for hours in (24, 36, 48, 60, 120)),
    }
)


@pytest.fixture
def plan() -> CasePlan:
    return case_plan(follow_up=BRIEF)


async def closed_after(stage: Stage, handle: Handle) -> timedelta:
    """Return how long a window was open."""
    closed_at = (await handle.describe()).close_time
    assert closed_at
    return closed_at - opened_at(stage)


async def test_an_extended_window_closes_at_its_new_time_and_has_no_more_reminders(stage: Stage) -> None:
    await reach_sign_on(stage)
    await stage.sign()
    await stage.pass_time(stage.sign_on, timedelta(hours=47))
    await close_at(stage, opened_at(stage) + timedelta(hours=96))
    await stage.pass_time(stage.sign_on, timedelta(hours=10))
    assert stage.world.phase is Phase.SIGNING
    await stage.pass_time(stage.sign_on)
    assert timedelta(0) <= await closed_after(stage, stage.sign_on) - timedelta(hours=96) < SOON
    offsets = [at - opened_at(stage) for at in stage.world.rounds(Purpose.SIGN_ON_REMINDER)]
    for offset, due in zip(offsets, SIGN_ON.remind_after, strict=True):
        assert timedelta(0) <= offset - due < SOON


async def test_a_shortened_window_closes_sooner_and_reminds_no_more(stage: Stage) -> None:
    await reach_sign_on(stage)
    await stage.pass_time(stage.sign_on, timedelta(hours=25))
    await close_at(stage, opened_at(stage) + timedelta(hours=30))
    await stage.pass_time(stage.sign_on)
    assert timedelta(0) <= await closed_after(stage, stage.sign_on) - timedelta(hours=30) < SOON
    assert len(stage.world.rounds(Purpose.SIGN_ON_REMINDER)) == 1


async def test_a_window_cannot_close_in_the_past(stage: Stage) -> None:
    await reach_sign_on(stage)
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await close_at(stage, LONG_AGO)
    assert refusal_in(caught.value) is Refusal.CLOSES_IN_THE_PAST
    assert stage.world.calls["change_window"] == 0


async def test_what_a_window_hears_of_too_late_changes_nothing(stage: Stage) -> None:
    await reach_sign_on(stage)
    later = opened_at(stage) + timedelta(hours=96)
    for ask in (close_at(stage, later, until=LONG_AGO), end_window(stage, until=LONG_AGO)):
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await ask
        assert refusal_in(caught.value) is Refusal.TOO_LATE
    assert not stage.world.sign_on_ended
    assert stage.world.closes_at == opened_at(stage) + SIGN_ON.closes_after


async def test_an_extension_that_is_under_way_at_the_deadline_still_counts(stage: Stage) -> None:
    stage.world.block("change_window")
    handle = await start_window(stage, datetime.now(UTC) + timedelta(seconds=3))
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION))
    later = datetime.now(UTC) + timedelta(hours=5)
    extending = asyncio.create_task(close_at(stage, later))
    await timer_of(handle)
    assert not stage.world.sign_on_ended
    stage.world.unblock("change_window")
    await extending
    await stage.pass_time(handle)
    closed_at = (await handle.describe()).close_time
    assert closed_at
    assert timedelta(0) <= closed_at - later < SOON


async def timer_of(handle: Handle) -> None:
    """Wait until a timer of a workflow has fired."""
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.HasField("timer_fired_event_attributes"):
            return


async def test_what_waits_for_its_hour_is_planned_anew_when_the_window_is_moved(stage: Stage) -> None:
    await reach_sign_on(stage)
    stage.world.due[Purpose.SIGN_ON_REMINDER] = opened_at(stage) + timedelta(hours=40)
    await stage.pass_time(stage.sign_on, SIGN_ON.remind_after[0])
    await stage.world.until(lambda: len(stage.world.rounds(Purpose.SIGN_ON_REMINDER)) == 1)
    assert not stage.world.all_sent(Purpose.SIGN_ON_REMINDER)
    del stage.world.due[Purpose.SIGN_ON_REMINDER]
    await close_at(stage, opened_at(stage) + timedelta(hours=30))
    await stage.world.until(lambda: stage.world.all_sent(Purpose.SIGN_ON_REMINDER))


async def test_what_waits_for_its_hour_leaves_when_it_has_come(stage: Stage) -> None:
    await reach_sign_on(stage)
    due = opened_at(stage) + timedelta(hours=40)
    stage.world.due[Purpose.SIGN_ON_REMINDER] = due
    await stage.pass_time(stage.sign_on, SIGN_ON.remind_after[0])
    await stage.world.until(lambda: len(stage.world.rounds(Purpose.SIGN_ON_REMINDER)) == 1)
    reminder = stage.distribution(Purpose.SIGN_ON_REMINDER)
    await stage.pass_time(reminder, timedelta(hours=10))
    assert not stage.world.all_sent(Purpose.SIGN_ON_REMINDER)
    await stage.pass_time(reminder)
    assert stage.world.all_sent(Purpose.SIGN_ON_REMINDER)
    ended_at = (await reminder.describe()).close_time
    assert ended_at
    assert timedelta(0) <= ended_at - due < SOON
    assert stage.world.calls["plan_dispatch"] < 10


async def test_a_window_that_is_ended_by_hand_goes_on_to_the_release(stage: Stage) -> None:
    await reach_sign_on(stage)
    await stage.sign()
    await end_window(stage)
    assert stage.world.sign_on_ended
    assert stage.world.calls["end_by_hand"] == 1
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    await stage.stop()
    await assert_ended(stage, Phase.STOPPED)


async def test_the_web_process_moves_and_ends_a_window_and_is_told_why_not(stage: Stage) -> None:
    await reach_sign_on(stage)
    gateway = WorkflowGateway(stage.client)
    later = datetime.now(UTC) + timedelta(days=3)
    await gateway.change_window(DOCUMENT, COORDINATOR, later)
    assert stage.world.closes_at == later
    await gateway.end_window(DOCUMENT, COORDINATOR)
    assert stage.world.sign_on_ended
    await stage.sign_on.result()
    with pytest.raises((DecisionRefusedError, TemporalUnavailableError)):
        await gateway.end_window(DOCUMENT, COORDINATOR)


async def test_the_web_process_is_told_the_refusal_of_a_workflow(stage: Stage) -> None:
    await reach_sign_on(stage)
    with pytest.raises(DecisionRefusedError) as caught:
        await WorkflowGateway(stage.client).change_window(DOCUMENT, COORDINATOR, LONG_AGO)
    assert caught.value.refusal is Refusal.CLOSES_IN_THE_PAST


async def test_a_window_ends_once(stage: Stage) -> None:
    await reach_sign_on(stage)
    stage.world.block("end_by_hand")
    endings = [asyncio.create_task(end_window(stage)) for _ in range(3)]
    await stage.world.until_called("end_by_hand")
    stage.world.unblock("end_by_hand")
    told = await asyncio.gather(*endings, return_exceptions=True)
    refused = [one for one in told if isinstance(one, WorkflowUpdateFailedError)]
    assert len(refused) == 2
    assert {refusal_in(one) for one in refused} == {Refusal.NO_WINDOW}
    assert stage.world.calls["end_by_hand"] == 1


async def test_a_sign_on_that_was_lost_after_its_end_does_not_open_again(stage: Stage) -> None:
    stage.world.sign_on_ended = True
    handle = await start_window(stage, datetime.now(UTC) + timedelta(hours=40))
    assert SignOnStatus.model_validate(await handle.result()).invited == 5
    assert stage.world.rounds(Purpose.SIGN_ON_REMINDER) == []


async def test_a_quorum_at_the_moment_of_the_deadline_ends_the_window_once(stage: Stage) -> None:
    await reach_sign_on(stage)
    stage.world.signed = SIGN_ON.quorum
    nudges = [stage.sign_on.signal(SignOnWorkflow.recount) for _ in range(3)]
    await asyncio.gather(stage.pass_time(stage.sign_on), *nudges, return_exceptions=True)
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert (await stage.sign_on_result()).signed == SIGN_ON.quorum
    assert len(stage.world.rounds(Purpose.STATEMENT)) == 1
    assert stage.world.phases.count(Phase.RELEASING) == 1


async def test_reminders_that_an_outage_of_three_days_delayed_are_one(stage: Stage) -> None:
    handle = await start_window(stage, plan=PATIENT)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION))
    stage.world.unasked, stage.world.outage = 1, timedelta(days=3)
    await handle.signal(SignOnWorkflow.recount)
    await stage.pass_time(handle)
    reminded = [at - opened_at(stage) for at in stage.world.rounds(Purpose.SIGN_ON_REMINDER)]
    assert [round(offset / timedelta(hours=1)) for offset in reminded] == [72, 120]
    numbers = [number for purpose, number in stage.world.sheets if purpose is Purpose.SIGN_ON_REMINDER]
    assert numbers == [4, 5], "the last that was due, and the one that was not"


async def test_reminders_missed_while_nothing_ran_are_one(stage: Stage) -> None:
    handle = await start_window(stage, datetime.now(UTC) + timedelta(hours=2), PATIENT)
    await stage.pass_time(handle)
    assert len(stage.world.rounds(Purpose.SIGN_ON_REMINDER)) == 1
    assert max(stage.world.sent.values()) == 1


@pytest.mark.parametrize(
    "plan", [case_plan(SIGN_ON.model_copy(update={"release": ReleasePolicy.BY_HAND}), BRIEF)]
)
async def test_where_the_release_is_by_hand_the_end_of_the_window_releases_nothing(stage: Stage) -> None:
    await reach_sign_on(stage)
    await stage.sign()
    await end_window(stage)
    await stage.ended(stage.sign_on)
    assert (await stage.state()).phase is Phase.SIGNING
