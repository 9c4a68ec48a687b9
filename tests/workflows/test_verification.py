"""Who is asked to verify, when she is reminded, and whom the case goes to while nobody takes it."""

from datetime import timedelta

import pytest

from models.lifecycle import Decision, Phase
from models.messages import CasePlan, Purpose
from tests.workflows.scenarios import BRIEF
from tests.workflows.stage import Stage
from tests.workflows.world import VERIFICATION, case_plan

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def plan() -> CasePlan:
    return case_plan(None, BRIEF)


async def begin(stage: Stage, on_duty: int) -> None:
    """Start an action whose duty list has so many people, and wait until the first were asked."""
    stage.world.verification = VERIFICATION
    stage.world.on_duty = on_duty
    await stage.start()
    await stage.started(stage.verification)
    await sent(stage, Purpose.VERIFICATION if on_duty else Purpose.VERIFICATION_ALARM, 1)


async def sent(stage: Stage, purpose: Purpose, times: int) -> None:
    """Wait until so many rounds of a purpose were sent, and no more."""
    await stage.world.until(lambda: stage.world.all_sent(purpose, times))
    assert rounds(stage, purpose) == times


async def pass_time(stage: Stage, duration: timedelta) -> None:
    await stage.pass_time(stage.verification, duration)


async def attest_all(stage: Stage) -> None:
    """Have enough people attest, so that nothing is left to verify."""
    stage.world.verification = None
    await stage.attest_twice()


def rounds(stage: Stage, purpose: Purpose) -> int:
    return len(stage.world.rounds(purpose))


async def test_as_many_are_asked_at_once_as_must_attest(stage: Stage) -> None:
    await begin(stage, on_duty=4)
    assert stage.world.asked == [2]
    await sent(stage, Purpose.VERIFICATION, 1)
    assert rounds(stage, Purpose.VERIFICATION_REMINDER) == 0


async def test_who_does_not_answer_is_reminded_and_then_the_next_is_asked_one_by_one(stage: Stage) -> None:
    await begin(stage, on_duty=4)
    await pass_time(stage, HOUR - MINUTE)
    assert rounds(stage, Purpose.VERIFICATION_REMINDER) == 0
    await pass_time(stage, 2 * MINUTE)
    await sent(stage, Purpose.VERIFICATION_REMINDER, 1)
    assert stage.world.asked == [2]
    await pass_time(stage, HOUR)
    await stage.world.until(lambda: stage.world.asked == [2, 1])
    await pass_time(stage, 2 * HOUR)
    await stage.world.until(lambda: stage.world.asked == [2, 1, 1])
    await sent(stage, Purpose.VERIFICATION, 3)


async def test_who_takes_the_case_is_given_time_of_her_own(stage: Stage) -> None:
    await begin(stage, on_duty=4)
    await pass_time(stage, HOUR + MINUTE)
    await pass_time(stage, 30 * MINUTE)
    stage.world.acknowledged = 1
    counted = stage.world.calls["count_verifiers"]
    await stage.nudge()
    await stage.world.until(lambda: stage.world.calls["count_verifiers"] > counted)
    await pass_time(stage, HOUR)
    assert stage.world.asked == [2]
    await pass_time(stage, HOUR + MINUTE)
    await stage.world.until(lambda: stage.world.asked == [2, 1])


async def test_where_nobody_is_left_the_coordinator_is_told_and_again_each_day(stage: Stage) -> None:
    await begin(stage, on_duty=0)
    assert rounds(stage, Purpose.VERIFICATION) == 0
    await sent(stage, Purpose.VERIFICATION_ALARM, 1)
    await pass_time(stage, timedelta(hours=23))
    await sent(stage, Purpose.VERIFICATION_ALARM, 1)
    await pass_time(stage, 2 * HOUR)
    await sent(stage, Purpose.VERIFICATION_ALARM, 2)


async def test_who_is_put_on_duty_later_is_asked_at_the_next_turn(stage: Stage) -> None:
    await begin(stage, on_duty=0)
    stage.world.on_duty = 1
    await pass_time(stage, timedelta(hours=25))
    await stage.world.until(lambda: stage.world.asked == [0, 1])


async def test_enough_attestations_end_the_asking(stage: Stage) -> None:
    await begin(stage, on_duty=4)
    asking = stage.verification
    await attest_all(stage)
    await asking.result()
    assert stage.world.asked == [2]


async def test_a_changed_text_is_asked_about_afresh_and_the_old_asking_ends(stage: Stage) -> None:
    await begin(stage, on_duty=4)
    old = stage.verification
    stage.world.asked.clear()
    stage.world.verification = VERIFICATION.model_copy(update={"cycle": 2})
    await stage.nudge()
    await old.result()
    await stage.started(stage.verification)
    await stage.world.until(lambda: stage.world.asked == [2])


async def test_a_returned_case_waits_for_its_coordinator_and_then_goes_on(stage: Stage) -> None:
    await begin(stage, on_duty=4)
    asking, stage.world.verification = stage.verification, None
    await stage.send_back()
    await asking.result()
    await stage.world.until(lambda: stage.world.phase is Phase.RETURNED)
    stage.world.verification = VERIFICATION.model_copy(update={"cycle": 2})
    await stage.complete()
    await stage.started(stage.verification)
    await stage.world.until(lambda: stage.world.phase is Phase.VERIFYING)
    assert stage.world.phases == [Phase.VERIFYING, Phase.RETURNED, Phase.VERIFYING]


async def test_attestations_of_a_returned_case_do_not_carry_it_on(stage: Stage) -> None:
    await stage.start()
    await stage.send_back()
    await stage.attest_twice()
    state = await stage.decide(Decision.ATTEST)
    assert state.phase is Phase.RETURNED
    assert stage.world.phase is Phase.RETURNED


async def test_a_rejected_case_ends_and_nothing_went_out(stage: Stage) -> None:
    await begin(stage, on_duty=4)
    asking, stage.world.verification = stage.verification, None
    stage.world.rejected = True
    await stage.decide(Decision.REJECT)
    assert (await stage.action.result()).phase is Phase.REJECTED
    await asking.result()
    assert rounds(stage, Purpose.STATEMENT) == 0
    assert await stage.unfinished() == []
