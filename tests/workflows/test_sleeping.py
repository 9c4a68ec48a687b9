"""Actions that sleep for years, and wake: eleven years of one, in skipped time, with an upgrade."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from assembly import WORKFLOWS
from models.follow_up_messages import DueKind
from models.lifecycle import Phase
from models.messages import DeliveryState, FollowUpPlan, Purpose
from tests.workflows.following import reopen
from tests.workflows.scenarios import BRIEF, expire, reach_follow_up
from tests.workflows.stage import Handle, Stage, assert_ended, status_of
from tests.workflows.versions import today_but
from tests.workflows.world import case_plan
from tests.workflows.yesterday import FollowUpByThePlan
from workflows.histories import LONGEST_HISTORY

MONTH, YEAR = timedelta(days=30), timedelta(days=365)
SHORTLY = timedelta(minutes=1)
A_ROUND = 40
"""More events than one thing due adds to a history."""

YESTERDAY = today_but(FollowUpByThePlan)

SLEEPY = BRIEF.model_copy(update={"sleeps": True})
FIRST = FollowUpPlan(
    expires_after=4 * YEAR, check_ins=tuple(month * MONTH for month in range(1, 46)), sleeps=True
)
SECOND = FollowUpPlan(expires_after=4 * YEAR, check_ins=(YEAR, 3 * YEAR), sleeps=True)
THIRD = FollowUpPlan(expires_after=3 * YEAR, check_ins=(2 * YEAR,), sleeps=True)


@pytest.mark.parametrize("plan", [case_plan(None, SLEEPY)])
async def test_an_action_that_sleeps_is_dormant_at_its_expiry_and_closed_by_hand_alone(stage: Stage) -> None:
    await reach_follow_up(stage)
    await expire(stage)
    await assert_ended(stage, Phase.DORMANT)


@pytest.mark.parametrize("plan", [case_plan(reached=Phase.DORMANT)])
async def test_a_nudge_lets_a_dormant_action_sleep_on(stage: Stage) -> None:
    await stage.start()
    assert (await stage.action.result()).phase is Phase.DORMANT
    assert stage.world.phases == []


@pytest.mark.parametrize("plan", [case_plan(reached=Phase.DORMANT)])
async def test_a_stop_ends_what_sleeps(stage: Stage) -> None:
    stage.world.stopped = True
    await stage.start()
    assert (await stage.action.result()).phase is Phase.STOPPED


@pytest.mark.timeout(300)
@pytest.mark.parametrize("plan", [case_plan(None, FIRST)])
async def test_an_action_of_eleven_years_sleeps_is_reopened_twice_and_upgraded_meanwhile(
    stage: Stage,
) -> None:
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    first = await stage.follow_up.describe()
    while await status_of(stage.follow_up) is WorkflowExecutionStatus.RUNNING:
        await stage.pass_time(stage.follow_up)
    await slept(stage, FIRST)
    assert stage.world.done[-1].kind is DueKind.EXPIRY
    assert await histories(stage, first.run_id) > 1, "its history was too short to be bounded"
    await wake(stage, SECOND, "yesterday", YESTERDAY)
    await stage.pass_time(stage.follow_up, 2 * YEAR)
    await stage.install("today")
    await expire(stage)
    await slept(stage, SECOND)
    assert await versions(stage.follow_up) == {"yesterday", "today"}, "nothing was upgraded"
    await wake(stage, THIRD, "today")
    await expire(stage)
    await slept(stage, THIRD)
    assert stage.world.done[-1].kind is DueKind.EXPIRY
    assert await stage.unfinished() == []


async def wake(
    stage: Stage, plan: FollowUpPlan, version: str, workflows: Sequence[type[Any]] = WORKFLOWS
) -> None:
    """Reopen what sleeps, with another plan, where this version is installed."""
    await stage.install(version, workflows)
    stage.world.plan = stage.world.plan.model_copy(update={"follow_up": plan})
    stage.world.done.clear()
    await reopen(stage)
    await stage.started(stage.follow_up)


async def versions(handle: Handle) -> set[str]:
    """List the versions whose workers carried a workflow on."""
    history = await handle.fetch_history()
    tasks = [event.workflow_task_completed_event_attributes for event in history.events]
    return {task.identity for task in tasks if task.identity}


async def slept(stage: Stage, plan: FollowUpPlan) -> None:
    """Check that an action asked at its times, to the minute, once each, and sleeps now."""
    assert (await stage.action.result()).phase is Phase.DORMANT
    world = stage.world
    assert world.released_at
    asked = world.rounds(Purpose.CHECK_IN)
    late = [at - world.released_at - due for at, due in zip(asked, plan.check_ins, strict=True)]
    assert all(timedelta(0) <= one < SHORTLY for one in late), late
    assert set(world.sent.values()) == {1}
    assert not any(DeliveryState.READY in sheet.states for sheet in world.sheets.values())


async def histories(stage: Stage, first_run_id: str | None) -> int:
    """Check that no run of a follow-up is longer than allowed, and count them."""
    count, run_id = 0, first_run_id
    while run_id:
        handle: Handle = stage.client.get_workflow_handle(stage.follow_up.id, run_id=run_id)
        history = await handle.fetch_history()
        assert len(history.events) <= LONGEST_HISTORY + A_ROUND
        last = history.events[-1].workflow_execution_continued_as_new_event_attributes
        count, run_id = count + 1, last.new_execution_run_id
    return count
