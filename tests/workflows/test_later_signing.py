"""The window of a later document: what ends it, what goes out then, and that the follow-up goes on."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from models.lifecycle import Decision, Phase, Refusal
from models.messages import AskedDocument, CasePlan, Purpose
from models.vocabulary import ReleasePolicy
from tests.workflows.later import ask_later, later_is_out, later_result, lose_later, sign_later
from tests.workflows.scenarios import BRIEF, expire, reach_follow_up
from tests.workflows.stage import Stage, assert_ended, status_of
from tests.workflows.test_decisions import refusal_of
from tests.workflows.world import LATER, LATER_RELEASE, SIGN_ON, World, case_plan
from workflows.parts import BEFORE_ANOTHER

BY_HAND = SIGN_ON.model_copy(update={"release": ReleasePolicy.BY_HAND})


@pytest.fixture
def plan() -> CasePlan:
    return case_plan(None, BRIEF)


def is_out(world: World) -> bool:
    return (Purpose.STATEMENT, LATER_RELEASE.round) in world.sheets


async def test_at_its_deadline_what_somebody_signed_goes_out_by_itself(stage: Stage) -> None:
    await ask_later(stage)
    await sign_later(stage)
    assert not is_out(stage.world)
    await stage.pass_time(stage.later_sign_on)
    await later_is_out(stage)
    assert len(stage.world.rounds(Purpose.SIGN_ON_REMINDER)) == len(SIGN_ON.remind_after)
    assert stage.world.phase is Phase.FOLLOWING_UP
    await expire(stage)
    await assert_ended(stage, Phase.CLOSED)


async def test_what_nobody_signed_waits_for_the_coordinator(stage: Stage) -> None:
    await ask_later(stage)
    await stage.pass_time(stage.later_sign_on)
    assert (await later_result(stage)).signed == 0
    await stage.ended(stage.later_sign_on)
    await stage.decide(Decision.EDIT)
    assert not is_out(stage.world)
    await stage.decide(Decision.RELEASE)
    await later_is_out(stage)


@pytest.mark.parametrize("signed", [SIGN_ON.quorum - 1, SIGN_ON.quorum])
async def test_by_hand_it_goes_out_when_the_coordinator_says_so_and_its_window_ends(
    stage: Stage, signed: int
) -> None:
    await ask_later(stage, BY_HAND)
    await sign_later(stage, signed)
    await stage.decide(Decision.EDIT)
    assert not is_out(stage.world)
    await stage.decide(Decision.RELEASE)
    assert stage.world.sign_on_ended
    await later_is_out(stage)
    assert (await later_result(stage)).signed == signed
    await expire(stage)
    await assert_ended(stage, Phase.CLOSED)


async def test_what_was_signed_during_a_hold_goes_out_after_it(stage: Stage) -> None:
    await ask_later(stage)
    await stage.hold()
    await sign_later(stage, SIGN_ON.quorum)
    await stage.ended(stage.later_sign_on)
    await stage.decide(Decision.EDIT)
    assert not is_out(stage.world)
    await stage.resume()
    await later_is_out(stage)


async def test_where_the_facts_ask_no_more_the_window_ends_and_nothing_goes_out(stage: Stage) -> None:
    await ask_later(stage)
    await sign_later(stage)
    stage.world.later = stage.world.release = None
    await stage.decide(Decision.EDIT)
    await stage.ended(stage.later_sign_on)
    assert stage.world.sign_on_ended
    await expire(stage)
    await assert_ended(stage, Phase.CLOSED)
    assert not is_out(stage.world)


async def test_what_may_not_go_out_yet_asks_nobody(stage: Stage) -> None:
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    stage.world.later = AskedDocument(document=LATER, plan=SIGN_ON, ready=False)
    await stage.decide(Decision.EDIT)
    await stage.decide(Decision.EDIT)
    assert stage.world.calls["open_sign_on"] == 0
    await expire(stage)
    await assert_ended(stage, Phase.CLOSED)


@pytest.mark.parametrize("ending", ["closed", "expired"])
async def test_an_end_of_the_action_ends_the_window_and_what_was_signed_stays_in(
    stage: Stage, ending: str
) -> None:
    await ask_later(stage)
    await sign_later(stage)
    if ending == "closed":
        await stage.decide(Decision.CLOSE)
    else:
        await stage.pass_time(stage.follow_up)
    await assert_ended(stage, Phase.CLOSED)
    assert stage.world.sign_on_ended
    assert not is_out(stage.world)


async def test_a_lost_window_is_followed_by_another_that_invites_nobody_twice(stage: Stage) -> None:
    await ask_later(stage)
    await stage.later_sign_on.terminate()
    await stage.pass_time(stage.action, BEFORE_ANOTHER + timedelta(seconds=1))
    await stage.started(stage.later_sign_on, times=2)
    await sign_later(stage, SIGN_ON.quorum)
    await later_is_out(stage)
    assert set(stage.world.sent.values()) == {1}


async def test_a_stop_ends_the_window_at_once_though_its_notice_waits_for_approval(stage: Stage) -> None:
    await ask_later(stage)
    await sign_later(stage)
    stage.world.untold = True
    await stage.stop()
    assert (await later_result(stage)).signed == 1
    await stage.world.until(lambda: stage.world.phase is Phase.STOPPED)
    assert await stage.unfinished() == [stage.action.id]
    assert not is_out(stage.world)


@pytest.mark.parametrize("plan", [case_plan(None, BRIEF, Phase.FOLLOWING_UP, datetime.now(UTC))])
async def test_what_was_due_when_the_action_was_lost_goes_out_with_its_next_run(stage: Stage) -> None:
    world = stage.world
    world.later = AskedDocument(document=LATER, plan=SIGN_ON, ready=True)
    world.attestations, world.sign_on_ended, world.signed = 2, True, 1
    await stage.start()
    await later_is_out(stage)
    assert world.calls["open_sign_on"] == 0


async def test_what_is_being_let_go_asks_nobody_any_more(stage: Stage) -> None:
    world = stage.world
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    world.later = AskedDocument(document=LATER, plan=SIGN_ON, ready=False)
    world.release = LATER_RELEASE
    await stage.decide(Decision.ATTEST)
    world.block("end_by_hand")
    releasing = asyncio.create_task(stage.decide(Decision.RELEASE))
    await world.until_called("end_by_hand")
    world.later = AskedDocument(document=LATER, plan=SIGN_ON, ready=True)
    await stage.decide(Decision.EDIT)
    world.unblock("end_by_hand")
    await releasing
    await later_is_out(stage)
    assert world.calls["open_sign_on"] == 0


async def test_a_release_ends_the_window_also_of_a_sign_on_that_was_lost_and_starts_no_other(
    stage: Stage,
) -> None:
    await ask_later(stage)
    await lose_later(stage)
    await stage.decide(Decision.RELEASE)
    assert stage.world.sign_on_ended
    await later_is_out(stage)
    kinds = [event.WhichOneof("attributes") async for event in stage.action.fetch_history_events()]
    assert "timer_canceled_event_attributes" in kinds
    assert stage.world.calls["open_sign_on"] == 1


async def test_a_release_whose_person_was_told_of_no_answer_while_its_window_ended_lets_nothing_out(
    stage: Stage,
) -> None:
    await ask_later(stage)
    await sign_later(stage)
    stage.world.outage = timedelta(seconds=6)  # of no clock that can be skipped: an update is under way
    until = datetime.now(UTC) + timedelta(seconds=5)
    assert await refusal_of(stage, Decision.RELEASE, until) is Refusal.TOO_LATE
    assert stage.world.calls["end_by_hand"] == 2
    await stays_in(stage)
    await stage.decide(Decision.RELEASE)
    await later_is_out(stage)


async def test_a_hold_while_the_window_ends_keeps_in_what_was_to_be_released(stage: Stage) -> None:
    await ask_later(stage)
    await sign_later(stage)
    stage.world.block("end_by_hand")
    releasing = asyncio.create_task(refusal_of(stage, Decision.RELEASE))
    await stage.world.until_called("end_by_hand")
    await stage.hold()
    stage.world.unblock("end_by_hand")
    assert await releasing is Refusal.ON_HOLD
    await stage.resume()
    await stays_in(stage)
    await stage.decide(Decision.RELEASE)
    await later_is_out(stage)


async def stays_in(stage: Stage) -> None:
    """Check that the later document, whose window is over, is not even tried to be sent."""
    await stage.ended(stage.later_sign_on)
    assert stage.world.facts.signed
    await stage.decide(Decision.EDIT)
    assert await status_of(stage.action_child(LATER_RELEASE)) is None


async def test_what_was_signed_stays_in_also_while_the_closing_is_written_down(stage: Stage) -> None:
    await ask_later(stage)
    await sign_later(stage)
    written = stage.world.calls["record_phase"]
    stage.world.block("record_phase")
    await stage.decide(Decision.CLOSE)
    await stage.world.until_called("record_phase", written + 1)
    await stage.ended(stage.later_sign_on)
    assert stage.world.facts.signed
    await stage.decide(Decision.EDIT)
    stage.world.unblock("record_phase")
    await assert_ended(stage, Phase.CLOSED)
    assert await status_of(stage.action_child(LATER_RELEASE)) is None
