"""Messages in doubt that are sent again: by their own dispatch, through holds and lost runs."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import WorkflowExecutionStatus

from models.messages import Purpose
from tests.workflows.scenarios import BRIEF, reach_follow_up
from tests.workflows.sending_again import STATEMENT
from tests.workflows.stage import Stage, open_stage, status_of
from tests.workflows.world import AUDIENCE, World, case_plan
from workflows.resending import ResendingWorkflow


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage(World(case_plan(None, BRIEF))) as opened:
        await reach_follow_up(opened)
        yield opened


def sent(stage: Stage) -> list[int]:
    return [stage.world.sent[Purpose.STATEMENT, 1, position] for position in range(len(AUDIENCE))]


async def test_one_message_is_sent_again_and_nothing_is_left_running(stage: Stage) -> None:
    await stage.send_again(STATEMENT, 2)
    await stage.resending.result()
    assert stage.world.all_sent(Purpose.STATEMENT)
    assert sent(stage) == [1] * len(AUDIENCE)
    assert await status_of(stage.distribution(Purpose.STATEMENT)) is WorkflowExecutionStatus.COMPLETED


async def test_on_hold_it_waits_and_goes_out_when_the_hold_ends(stage: Stage) -> None:
    stage.world.on_hold = True
    await stage.send_again(STATEMENT, 0)
    await stage.world.until_called("kept_back")
    assert sent(stage)[0] == 0
    stage.world.on_hold = False
    await stage.resending.signal(ResendingWorkflow.nudge)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.STATEMENT))
    await stage.pass_time(stage.resending)
    assert sent(stage) == [1] * len(AUDIENCE)


async def test_a_lost_distribution_is_followed_by_another(stage: Stage) -> None:
    stage.world.block("send_batch")
    known = stage.world.calls["send_batch"]
    await stage.send_again(STATEMENT, 0)
    await stage.world.until_called("send_batch", known + 1)
    await stage.distribution(Purpose.STATEMENT).terminate()
    await stage.world.until_called("next_resending", 2)
    stage.world.unblock("send_batch")
    await stage.pass_time(stage.resending)
    assert stage.world.all_sent(Purpose.STATEMENT)


async def test_with_nothing_to_send_again_it_ends(stage: Stage) -> None:
    await stage.send_again(STATEMENT)
    await stage.resending.result()
    assert sent(stage) == [1] * len(AUDIENCE)
