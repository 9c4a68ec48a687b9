"""The follow-up: six weeks of check-ins in skipped time, and runs that follow lost ones."""

from datetime import UTC, datetime, timedelta

import pytest

from models.follow_up_messages import DueKind
from models.lifecycle import Phase
from models.messages import Purpose
from tests.workflows.following import hold_over_check_ins, missed_while_held
from tests.workflows.scenarios import BRIEF, reach_follow_up, signed_at_quorum
from tests.workflows.stage import Handle, Stage, assert_ended
from tests.workflows.world import FOLLOW_UP, case_plan
from workflows.parts import BEFORE_ANOTHER

SHORTLY = timedelta(minutes=5)
MOST_EVENTS = 200
"""Of one workflow on the default case, 33 for each check-in: far below the 10,000 that trouble the server."""

TEN_DAYS_AGO = datetime.now(UTC) - timedelta(days=10)
reached_follow_up = case_plan(reached=Phase.FOLLOWING_UP, released_at=TEN_DAYS_AGO)


async def closed_at(handle: Handle) -> datetime:
    found = (await handle.describe()).close_time
    assert found
    return found


async def test_an_action_asks_for_news_at_its_days_and_expires_after_42(stage: Stage) -> None:
    await signed_at_quorum(stage)
    released_at = (await stage.state()).released_at
    assert released_at
    asked = [at - released_at for at in stage.world.rounds(Purpose.CHECK_IN)]
    late = [at - due for at, due in zip(asked, FOLLOW_UP.check_ins, strict=True)]
    assert all(timedelta(0) <= delay < SHORTLY for delay in late)
    expired = await closed_at(stage.follow_up) - released_at
    assert timedelta(days=42) <= expired < timedelta(days=42) + SHORTLY
    await assert_ended(stage, Phase.CLOSED)
    assert stage.world.all_sent(Purpose.STATEMENT)
    await assert_short_histories(stage)


async def assert_short_histories(stage: Stage) -> None:
    for handle in (stage.action, stage.sign_on, stage.follow_up, stage.distribution(Purpose.STATEMENT)):
        events = (await handle.describe()).history_length
        print(handle.id, events)  # noqa: T201 - shown with pytest -s
        assert events < MOST_EVENTS


@pytest.mark.parametrize("plan", [reached_follow_up])
async def test_a_run_after_a_lost_one_goes_on_with_the_follow_up(stage: Stage) -> None:
    await stage.start()
    await stage.started(stage.follow_up)
    await stage.pass_time(stage.follow_up)
    assert (await stage.action.result()).phase is Phase.CLOSED
    assert {purpose for purpose, _ in stage.world.sheets} == {Purpose.CHECK_IN}
    assert [due.number for due in stage.world.done] == [3, 4, 5, 1]
    later = [at - TEN_DAYS_AGO for at in stage.world.rounds(Purpose.CHECK_IN)[1:]]
    late = [at - due for at, due in zip(later, FOLLOW_UP.check_ins[3:], strict=True)]
    assert all(timedelta(0) <= delay < SHORTLY for delay in late)
    expired = await closed_at(stage.follow_up) - TEN_DAYS_AGO
    assert timedelta(days=42) <= expired < timedelta(days=42) + SHORTLY
    assert stage.world.phases == [Phase.FOLLOWING_UP, Phase.CLOSED]


@pytest.mark.parametrize("plan", [case_plan(None, BRIEF, reached=Phase.RELEASING)])
async def test_a_run_after_a_lost_one_goes_on_with_the_release(stage: Stage) -> None:
    stage.world.attestations = 2
    await stage.start()
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert stage.world.all_sent(Purpose.STATEMENT)


@pytest.mark.parametrize("plan", [case_plan(follow_up=BRIEF, reached=Phase.SIGNING)])
async def test_a_run_after_a_lost_one_goes_on_with_the_sign_on(stage: Stage) -> None:
    stage.world.attestations = 2
    stage.world.signed = 3
    await stage.start()
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert stage.world.phases == [Phase.SIGNING, Phase.RELEASING, Phase.FOLLOWING_UP]


@pytest.mark.parametrize("plan", [reached_follow_up])
async def test_a_stop_that_was_committed_while_no_run_lived_is_obeyed_by_the_next(stage: Stage) -> None:
    stage.world.stopped = True
    await stage.start()
    assert (await stage.action.result()).phase is Phase.STOPPED
    assert sum(stage.world.sent.values()) == 0


@pytest.mark.parametrize("plan", [case_plan(None, BRIEF)])
async def test_a_lost_follow_up_is_followed_by_another_and_does_not_close_the_action(stage: Stage) -> None:
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    await stage.follow_up.terminate()
    await stage.pass_time(stage.action, BEFORE_ANOTHER)
    assert stage.world.phase is Phase.FOLLOWING_UP
    await stage.started(stage.follow_up, times=2)
    await stage.pass_time(stage.follow_up)
    assert (await stage.action.result()).phase is Phase.CLOSED
    assert len(stage.world.rounds(Purpose.CHECK_IN)) == 1


@pytest.mark.parametrize("plan", [case_plan(None, BRIEF)])
async def test_nothing_falls_due_during_a_hold_and_what_did_is_done_after_it(stage: Stage) -> None:
    await hold_over_check_ins(stage)
    assert not stage.world.rounds(Purpose.CHECK_IN)
    await stage.resume()
    await stage.world.until(lambda: stage.world.all_sent(Purpose.CHECK_IN))


@pytest.mark.parametrize("plan", [case_plan(None, BRIEF)])
async def test_a_check_in_under_way_waits_for_the_end_of_a_hold(stage: Stage) -> None:
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    stage.world.block("freeze_dispatch")
    frozen = stage.world.calls["freeze_dispatch"]
    await stage.pass_time(stage.follow_up, BRIEF.check_ins[0])
    await stage.world.until_called("freeze_dispatch", frozen + 1)
    await stage.hold()
    stage.world.unblock("freeze_dispatch")
    await stage.world.until_called("kept_back")
    assert not stage.world.all_sent(Purpose.CHECK_IN)
    await stage.resume()
    await stage.world.until(lambda: stage.world.all_sent(Purpose.CHECK_IN))


@pytest.mark.parametrize("plan", [case_plan(None)])
async def test_check_ins_that_were_missed_become_one(stage: Stage) -> None:
    await missed_while_held(stage)
    assert [due.number for due in stage.world.done if due.kind is DueKind.CHECK_IN] == [3, 4, 5]
    assert {number for purpose, number in stage.world.sheets if purpose is Purpose.CHECK_IN} == {3, 4, 5}
    await assert_ended(stage, Phase.CLOSED)


@pytest.mark.parametrize("plan", [case_plan(None, BRIEF)])
async def test_a_follow_up_lost_between_a_check_in_and_its_note_asks_once(stage: Stage) -> None:
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    stage.world.block("settle_due")
    await stage.pass_time(stage.follow_up, BRIEF.check_ins[0])
    await stage.world.until_called("settle_due")
    await stage.follow_up.terminate()
    stage.world.unblock("settle_due")
    await stage.pass_time(stage.action, BEFORE_ANOTHER)
    await stage.started(stage.follow_up, times=2)
    await stage.pass_time(stage.follow_up)
    assert (await stage.action.result()).phase is Phase.CLOSED
    assert stage.world.sent[Purpose.CHECK_IN, 1, 0] == 1


@pytest.mark.parametrize("plan", [case_plan(None, BRIEF)])
async def test_a_follow_up_lost_before_a_check_in_began_asks_in_its_next_run(stage: Stage) -> None:
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    stage.world.block("fall_due")
    await stage.pass_time(stage.follow_up, BRIEF.check_ins[0])
    await stage.world.until_called("fall_due")
    await stage.follow_up.terminate()
    stage.world.unblock("fall_due")
    assert not stage.world.rounds(Purpose.CHECK_IN)
    await stage.pass_time(stage.action, BEFORE_ANOTHER)
    await stage.started(stage.follow_up, times=2)
    await stage.pass_time(stage.follow_up, BRIEF.check_ins[0])
    await stage.world.until(lambda: stage.world.all_sent(Purpose.CHECK_IN))
