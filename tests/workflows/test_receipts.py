"""What is told about answers: soon, in rounds, through holds, and beside an action that has ended."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus

from models.messages import DeliveryState, Purpose
from models.vocabulary import Channel
from tests.workflows.stage import Stage, open_stage, status_of
from tests.workflows.world import World, case_plan
from workflows.receipts import BETWEEN_ROUNDS, ReceiptsWorkflow

RECEIPT = Purpose.ANSWER_RECEIPT


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage(World(case_plan(), attestations=2)) as opened:
        yield opened


async def test_an_answer_is_told_at_once_and_the_workflow_ends(stage: Stage) -> None:
    await stage.answer()
    await stage.world.until(lambda: stage.world.all_sent(RECEIPT))
    await stage.pass_time(stage.receipts)
    assert await status_of(stage.receipts) is WorkflowExecutionStatus.COMPLETED
    assert set(stage.world.sent.values()) == {1}


async def test_answers_within_a_minute_of_a_round_are_told_together_in_the_next(stage: Stage) -> None:
    await stage.answer()
    await stage.world.until(lambda: stage.world.all_sent(RECEIPT))
    for _ in range(5):
        await stage.answer()
    await stage.pass_time(stage.receipts)
    first, second = stage.world.rounds(RECEIPT)
    assert second - first >= BETWEEN_ROUNDS
    assert stage.world.states(RECEIPT, 2) == {DeliveryState.SENT: 5}


async def test_an_answer_after_its_end_begins_it_anew(stage: Stage) -> None:
    for number in (1, 2):
        await stage.answer()
        await stage.world.until(lambda number=number: stage.world.all_sent(RECEIPT, number))  # type: ignore[misc]
        await stage.pass_time(stage.receipts)


async def test_a_nudge_with_nothing_to_tell_sends_nothing(stage: Stage) -> None:
    await stage.answer(0)
    await stage.receipts.result()
    assert stage.world.rounds(RECEIPT) == []


async def test_a_round_that_is_given_up_keeps_no_later_one_waiting(stage: Stage) -> None:
    stage.world.down.add(Channel.EMAIL)
    await stage.answer()
    await stage.world.until_called("send_batch")
    stage.world.down.clear()
    await stage.answer()
    await stage.pass_time(stage.receipts, BETWEEN_ROUNDS + timedelta(seconds=1))
    await stage.world.until(lambda: stage.world.all_sent(RECEIPT, 2))
    assert stage.world.states(RECEIPT) == {DeliveryState.FAILED: 1}


async def test_what_a_hold_caught_goes_out_when_it_ends(stage: Stage) -> None:
    stage.world.block("freeze_dispatch")
    await stage.answer()
    await stage.world.until_called("freeze_dispatch")
    stage.world.on_hold = True
    stage.world.unblock("freeze_dispatch")
    await stage.world.until_called("kept_back")
    assert stage.world.states(RECEIPT) == {DeliveryState.READY: 1}
    stage.world.on_hold = False
    await stage.receipts.signal(ReceiptsWorkflow.nudge)
    await stage.world.until(lambda: stage.world.all_sent(RECEIPT))
    await stage.pass_time(stage.receipts)


async def test_nothing_is_begun_on_hold(stage: Stage) -> None:
    stage.world.on_hold = True
    await stage.answer()
    await stage.receipts.result()
    assert stage.world.rounds(RECEIPT) == []
