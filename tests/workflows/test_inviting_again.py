"""Partners whom nothing reached, partners who are invited later, and windows with very many answers."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from models.lifecycle import Phase
from models.messages import CasePlan, Purpose
from tests.workflows.scenarios import BRIEF, reach_sign_on
from tests.workflows.stage import Stage
from tests.workflows.windows import SOON, runs, start_window
from tests.workflows.world import SIGN_ON, case_plan
from workflows.sign_on import BETWEEN_ROUNDS, SignOnWorkflow

ANSWERS = 2_000
AT_ONCE = 20
"""How many answers arrive together."""
MOST_EVENTS = 2_000
PARTNERS = 5_000
AS_CONFIGURED = 500
"""How many messages the worker sends in one activity, unless the operator says otherwise."""
TOGETHER = 250
"""How many partners sign while answers are being counted."""
READINGS_EACH = 3
"""How often answers are counted then: for the first, for all others, and at the end."""


@pytest.fixture
def plan() -> CasePlan:
    return case_plan(follow_up=BRIEF)


async def recount(stage: Stage) -> None:
    await stage.sign_on.signal(SignOnWorkflow.recount)


async def test_those_whom_nothing_reached_are_asked_in_a_round_of_their_own(stage: Stage) -> None:
    await reach_sign_on(stage)
    stage.world.unasked = 2
    await recount(stage)
    await stage.pass_time(stage.sign_on, SOON)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION, 2))
    assert len(stage.world.sheets[Purpose.INVITATION, 2].states) == 2
    await recount(stage)
    await stage.pass_time(stage.sign_on, SOON)
    assert len(stage.world.rounds(Purpose.INVITATION)) == 2
    assert set(stage.world.sent.values()) == {1}


async def test_a_round_that_the_gate_refuses_goes_once_when_it_opens(stage: Stage) -> None:
    await reach_sign_on(stage)
    stage.world.unasked, stage.world.consent = 2, False
    frozen = stage.world.calls["freeze_dispatch"]
    await recount(stage)
    await stage.pass_time(stage.sign_on, BETWEEN_ROUNDS)
    await stage.world.until_called("freeze_dispatch", frozen + 1)
    counted = stage.world.calls["count_answers"]
    await recount(stage)
    await stage.world.until_called("count_answers", counted + 1)
    assert len(stage.world.rounds(Purpose.INVITATION)) == 1
    stage.world.consent = True
    await stage.nudge()
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION, 2))
    assert len(stage.world.rounds(Purpose.INVITATION)) == 2
    assert set(stage.world.sent.values()) == {1}


async def test_a_hundred_failures_in_a_minute_are_one_round(stage: Stage) -> None:
    await reach_sign_on(stage)
    for failed in range(1, 101):
        stage.world.unasked = failed
        await recount(stage)
    await stage.pass_time(stage.sign_on, SOON)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION, 2))
    assert len(stage.world.sheets[Purpose.INVITATION, 2].states) == 100
    assert stage.world.calls["invite_again"] == 1


async def test_the_coordinator_is_told_once_of_those_who_were_not_reached(stage: Stage) -> None:
    await reach_sign_on(stage)
    for turns in ([1], [1], [1, 2]):
        stage.world.unasked, stage.world.missed_turns = 1, turns
        rounds = len(stage.world.rounds(Purpose.INVITATION))
        await recount(stage)
        await stage.pass_time(stage.sign_on, SOON)
        await stage.world.until(
            lambda rounds=rounds: stage.world.all_sent(Purpose.INVITATION, rounds + 1)  # type: ignore[misc]
        )
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION_ALARM, 2))
    assert len(stage.world.rounds(Purpose.INVITATION_ALARM)) == 2
    assert set(stage.world.sent.values()) == {1}


async def test_answers_leave_the_rounds_alone(stage: Stage) -> None:
    await reach_sign_on(stage)
    stage.world.due[Purpose.SIGN_ON_REMINDER] = stage.world.closes_at  # type: ignore[assignment]
    await stage.pass_time(stage.sign_on, SIGN_ON.remind_after[0])
    await stage.world.until(lambda: len(stage.world.rounds(Purpose.SIGN_ON_REMINDER)) == 1)
    planned = stage.world.calls["plan_dispatch"]
    counted = stage.world.calls["count_answers"]
    for _ in range(10):
        await recount(stage)
    await stage.world.until(lambda: stage.world.calls["count_answers"] > counted)
    assert stage.world.calls["plan_dispatch"] <= planned + 1, "the reminder's own first plan"


async def test_the_history_of_a_window_with_thousands_of_answers_stays_short(stage: Stage) -> None:
    stage.world.on_hold = True
    plan = SIGN_ON.model_copy(update={"quorum": ANSWERS, "remind_after": ()})
    handle = await start_window(stage, plan=plan)
    await stage.world.until_called("kept_back", 3)
    for answered in range(1, ANSWERS + 1):
        stage.world.signed = answered
        if answered == ANSWERS - 10:
            stage.world.on_hold = False
            await stage.sign_on.signal(SignOnWorkflow.nudge)
            await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION))
        counted = stage.world.calls["count_answers"]
        await recount(stage)
        if answered % AT_ONCE == 0:
            await stage.world.until_called("count_answers", counted + 1)
    assert (await stage.sign_on_result()).signed == ANSWERS
    lengths = [
        (await run.describe()).history_length async for run in runs(stage, handle.first_execution_run_id)
    ]
    assert len(lengths) > 1
    assert max(lengths) < MOST_EVENTS
    assert len(stage.world.rounds(Purpose.INVITATION)) == 1
    assert set(stage.world.sent.values()) == {1}


@pytest.mark.parametrize(
    "plan",
    [case_plan(SIGN_ON.model_copy(update={"quorum": PARTNERS, "remind_after": (timedelta(days=1),)}), BRIEF)],
)
async def test_an_action_that_five_thousand_partners_sign_keeps_short_histories_and_reads_seldom(
    stage: Stage,
) -> None:
    stage.world.invited, stage.world.batch_size = PARTNERS, AS_CONFIGURED
    await reach_sign_on(stage)
    first_run_id = (await stage.sign_on.describe()).run_id
    await stage.pass_time(stage.sign_on, timedelta(days=1, hours=1))
    await stage.world.until(lambda: stage.world.all_sent(Purpose.SIGN_ON_REMINDER))
    counted = stage.world.calls["count_answers"]
    for signed in range(TOGETHER, PARTNERS + 1, TOGETHER):
        await arrive_together(stage, signed)
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    readings = stage.world.calls["count_answers"] - counted
    assert readings <= READINGS_EACH * PARTNERS // TOGETHER
    purposes = (Purpose.INVITATION, Purpose.SIGN_ON_REMINDER, Purpose.STATEMENT)
    rounds = [stage.distribution(purpose) for purpose in purposes]
    handles = [stage.action, *rounds, *[run async for run in runs(stage, first_run_id)]]
    lengths = [(await handle.describe()).history_length for handle in handles]
    assert max(lengths) < MOST_EVENTS
    sent = Counter(purpose for purpose, _, _ in stage.world.sent.elements())
    assert (sent[Purpose.INVITATION], sent[Purpose.SIGN_ON_REMINDER]) == (PARTNERS, PARTNERS)


async def arrive_together(stage: Stage, signed: int) -> None:
    """Have partners sign while the answers of others are being counted: none of them begins a count."""
    counted = stage.world.calls["count_answers"]
    stage.world.block("count_answers")
    await recount(stage)
    await stage.world.until_called("count_answers", counted + 1)
    await asyncio.gather(*(recount(stage) for _ in range(TOGETHER)))
    stage.world.signed = signed
    stage.world.unblock("count_answers")
    await stage.world.until_called("count_answers", counted + 2)
