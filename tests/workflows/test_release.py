"""The release: through holds, failing providers, refusals of the gate and the loss of a child."""

from collections import Counter
from datetime import timedelta

import pytest

from models.lifecycle import Decision, Phase
from models.messages import CasePlan, DeliveryState, Purpose
from models.vocabulary import Channel
from tests.workflows.limited import (
    GREYLISTED,
    greylist_a_window,
    sent_statements,
    spend_the_day,
    take_the_greylisted,
)
from tests.workflows.scenarios import (
    BATCHES,
    BRIEF,
    hold_release,
    reach_sign_on,
    release_when_attested,
    stop_providers_at_release,
)
from tests.workflows.stage import Stage
from tests.workflows.world import AUDIENCE, BATCH_SIZE, SIGN_ON, case_plan
from workflows.parts import BEFORE_ANOTHER


@pytest.fixture
def plan() -> CasePlan:
    return case_plan(follow_up=BRIEF)


def statement_sent(stage: Stage) -> dict[int, int]:
    """Count how often each delivery of the statement was handed to a provider."""
    return {
        position: times
        for (purpose, _, position), times in stage.world.sent.items()
        if purpose is Purpose.STATEMENT
    }


async def test_a_hold_keeps_back_what_was_not_handed_over_until_it_ends(stage: Stage) -> None:
    await hold_release(stage)
    assert statement_sent(stage) == {}
    assert stage.world.states(Purpose.STATEMENT) == Counter({DeliveryState.READY: len(AUDIENCE)})
    await stage.resume()
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert statement_sent(stage) == dict.fromkeys(range(len(AUDIENCE)), 1)


async def test_a_hold_that_only_the_gate_saw_does_not_keep_the_release_waiting(stage: Stage) -> None:
    await stop_providers_at_release(stage)
    stage.world.on_hold = True
    stage.world.unblock("send_batch")
    await stage.world.until_called("kept_back", BATCHES)
    stage.world.on_hold = False
    await stage.nudge()
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert statement_sent(stage) == dict.fromkeys(range(len(AUDIENCE)), 1)


async def test_what_a_days_limit_leaves_over_is_sent_when_the_next_day_begins(stage: Stage) -> None:
    await spend_the_day(stage)
    await stage.world.until(lambda: len(statement_sent(stage)) >= len(AUDIENCE) - BATCH_SIZE)
    assert stage.world.states(Purpose.STATEMENT)[DeliveryState.READY]
    assert stage.world.phase is Phase.RELEASING
    await stage.pass_time(stage.distribution(Purpose.STATEMENT), timedelta(hours=9))
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert statement_sent(stage) == dict.fromkeys(range(len(AUDIENCE)), 1)


async def test_a_stop_does_not_wait_for_the_next_day(stage: Stage) -> None:
    await spend_the_day(stage)
    await stage.world.until(lambda: len(statement_sent(stage)) >= len(AUDIENCE) - BATCH_SIZE)
    await stage.stop()
    await stage.ended(stage.distribution(Purpose.STATEMENT))
    assert len(statement_sent(stage)) < len(AUDIENCE)


async def test_an_action_on_hold_does_not_enter_its_release(stage: Stage) -> None:
    await reach_sign_on(stage)
    await stage.hold()
    await stage.sign(SIGN_ON.quorum)
    await stage.ended(stage.sign_on)
    assert (await stage.state()).phase is Phase.SIGNING
    await stage.resume()
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)


async def test_what_one_provider_never_takes_fails_and_holds_nothing_else_up(stage: Stage) -> None:
    stage.world.down = {Channel.SMS, Channel.PARTNER_API}
    await reach_sign_on(stage)
    await stage.sign(SIGN_ON.quorum)
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert stage.world.states(Purpose.STATEMENT) == Counter({DeliveryState.SENT: 3, DeliveryState.FAILED: 2})
    result = await stage.distribution(Purpose.STATEMENT).result()
    assert result["counts"] == {"sent": 3, "failed": 2}


@pytest.mark.parametrize("plan", [case_plan(None, BRIEF)])
async def test_recipients_who_are_put_off_keep_nobody_behind_them_waiting(stage: Stage) -> None:
    await greylist_a_window(stage)
    everybody = set(range(len(stage.world.audience)))
    assert sent_statements(stage) == everybody - GREYLISTED
    assert stage.world.phase is Phase.RELEASING
    await take_the_greylisted(stage)
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert statement_sent(stage) == dict.fromkeys(everybody, 1)


async def test_a_refused_release_goes_out_when_the_facts_allow_it(stage: Stage) -> None:
    await reach_sign_on(stage)
    stage.world.consent = False
    await stage.sign(SIGN_ON.quorum)
    await stage.ended(stage.distribution(Purpose.STATEMENT))
    assert stage.world.phase is Phase.RELEASING
    assert statement_sent(stage) == {}
    stage.world.consent = True
    await stage.nudge()
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert statement_sent(stage) == dict.fromkeys(range(len(AUDIENCE)), 1)


async def test_facts_that_change_while_the_gate_refuses_are_not_missed(stage: Stage) -> None:
    await reach_sign_on(stage)
    stage.world.consent = False
    stage.world.block("freeze_dispatch")
    frozen = stage.world.calls["freeze_dispatch"]
    await stage.sign(SIGN_ON.quorum)
    await stage.world.until_called("freeze_dispatch", frozen + 1)
    stage.world.consent = True
    await stage.decide(Decision.ATTEST)
    stage.world.unblock("freeze_dispatch")
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)


async def test_a_lost_distribution_is_followed_by_another_that_sends_only_the_rest(stage: Stage) -> None:
    await hold_release(stage)
    await stage.distribution(Purpose.STATEMENT).terminate()
    stage.world.on_hold = False
    await stage.pass_time(stage.action, BEFORE_ANOTHER)
    await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
    assert statement_sent(stage) == dict.fromkeys(range(len(AUDIENCE)), 1)


async def test_a_stop_ends_an_action_whose_release_the_gate_refuses(stage: Stage) -> None:
    await reach_sign_on(stage)
    stage.world.consent = False
    await stage.sign(SIGN_ON.quorum)
    await stage.ended(stage.distribution(Purpose.STATEMENT))
    await stage.stop()
    assert (await stage.action.result()).phase is Phase.STOPPED
    assert statement_sent(stage) == {}


@pytest.mark.parametrize("plan", [case_plan(None, BRIEF)])
async def test_a_close_on_hold_cancels_what_was_kept_back(stage: Stage) -> None:
    await stage.start()
    await stage.attest_twice()
    stage.world.block("send_batch")
    await release_when_attested(stage)
    await stage.world.until_called("send_batch")
    await stage.hold()
    stage.world.unblock("send_batch")
    await stage.world.until_called("kept_back", BATCHES)
    await stage.decide(Decision.CLOSE)
    assert (await stage.action.result()).phase is Phase.CLOSED
    assert stage.world.states(Purpose.STATEMENT) == Counter({DeliveryState.CANCELLED: len(AUDIENCE)})
