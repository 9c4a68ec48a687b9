"""What goes out when an action has ended or is followed up, and how it begins again."""

from datetime import UTC, datetime

import pytest

from models.lifecycle import Decision, Phase, Refusal
from models.messages import CasePlan, DispatchRequest, Purpose
from tests.workflows.scenarios import BRIEF, reach_follow_up
from tests.workflows.stage import Stage, open_stage
from tests.workflows.test_decisions import refusal_of
from tests.workflows.world import DOCUMENT, NOTICE, VERIFICATION, World, case_plan

ALONE = case_plan(None, BRIEF)
ENGLISH = DispatchRequest(document=DOCUMENT, purpose=Purpose.STATEMENT, round=2)


@pytest.fixture
def plan() -> CasePlan:
    return ALONE


async def stop_with_untold(stage: Stage) -> None:
    """Stop an action of which some received something."""
    stage.world.untold = True
    stage.world.verification = VERIFICATION.model_copy(update={"document": NOTICE.document, "cycle": 2})
    await stage.stop()
    await stage.world.until(lambda: stage.world.phase is Phase.STOPPED)
    await stage.started(stage.verification)


async def approve_notice(stage: Stage) -> None:
    stage.world.notice, stage.world.verification = NOTICE, None
    stage.world.block("end_dispatch")
    await stage.decide(Decision.ATTEST)
    await stage.world.until_called("end_dispatch")
    stage.world.untold = False
    stage.world.unblock("end_dispatch")


async def test_those_reached_are_told_of_a_stop_when_its_notice_is_approved(stage: Stage) -> None:
    await reach_follow_up(stage)
    await stop_with_untold(stage)
    asking = stage.verification
    assert stage.world.rounds(Purpose.STOP_NOTICE) == []
    await approve_notice(stage)
    assert (await stage.action.result()).phase is Phase.STOPPED
    await asking.result()
    assert stage.world.all_sent(Purpose.STOP_NOTICE)
    assert set(stage.world.sent.values()) == {1}
    assert await stage.unfinished() == []


async def test_a_stop_that_reached_nobody_ends_at_once(stage: Stage) -> None:
    await stage.start()
    await stage.stop()
    assert (await stage.action.result()).phase is Phase.STOPPED
    assert stage.world.rounds(Purpose.STOP_NOTICE) == []


async def test_a_notice_that_the_gate_refuses_waits_for_news_and_is_tried_again(stage: Stage) -> None:
    await reach_follow_up(stage)
    stage.world.notice_refused = True
    stage.world.notice = NOTICE
    stage.world.untold = True
    await stage.stop()
    await stage.world.until_called("freeze_dispatch", 2)
    await stage.ended(stage.action_child(NOTICE))
    stage.world.notice_refused = False
    await approve_notice(stage)
    assert (await stage.action.result()).phase is Phase.STOPPED
    assert stage.world.all_sent(Purpose.STOP_NOTICE)


async def test_what_was_closed_and_is_withdrawn_later_becomes_stopped_and_tells_those_reached() -> None:
    released_at = datetime(2026, 11, 22, tzinfo=UTC)
    world = World(case_plan(None, BRIEF, reached=Phase.CLOSED, released_at=released_at))
    world.stopped = world.withdrawn = world.untold = True
    async with open_stage(world) as stage:
        await stage.start()
        await stage.world.until(lambda: stage.world.phase is Phase.STOPPED)
        await approve_notice(stage)
        assert (await stage.action.result()).phase is Phase.STOPPED
        assert world.phases == [Phase.STOPPED]
        assert world.all_sent(Purpose.STOP_NOTICE)


async def test_a_reopened_action_is_verified_and_released_again_with_its_new_document() -> None:
    document = DOCUMENT.model_copy(update={"number": 2})
    reopened = case_plan(None, BRIEF, reached=Phase.VERIFYING).model_copy(update={"document": document})
    async with open_stage(World(reopened)) as stage:
        await stage.start()
        await stage.attest_twice()
        await stage.decide(Decision.ATTEST)
        await stage.decide(Decision.RELEASE)
        await stage.world.until(lambda: stage.world.phase is Phase.FOLLOWING_UP)
        (sheet,) = stage.world.sheets.values()
        assert sheet.request.document == document


async def test_what_is_approved_later_goes_out_while_the_follow_up_runs(stage: Stage) -> None:
    await reach_follow_up(stage)
    assert await refusal_of(stage, Decision.RELEASE) is Refusal.ALREADY_RELEASED
    stage.world.release = ENGLISH
    await stage.decide(Decision.ATTEST)
    await stage.decide(Decision.RELEASE)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.STATEMENT, 2))
    assert stage.world.phase is Phase.FOLLOWING_UP
    assert stage.world.decisions == [Decision.RELEASE, Decision.RELEASE]


async def test_the_coordinator_is_told_once_for_each_release_of_which_messages_were_held_back(
    stage: Stage,
) -> None:
    await reach_follow_up(stage)
    for parked in (1, 1, 2):
        stage.world.parked_dispatches = parked
        await stage.decide(Decision.EDIT)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.LEAK_ALARM, 2))
    assert len(stage.world.rounds(Purpose.LEAK_ALARM)) == 2


async def test_new_links_are_sent_once_for_each_round_also_while_the_follow_up_runs(stage: Stage) -> None:
    await reach_follow_up(stage)
    document = stage.world.plan.document
    for turn in (1, 1, 2):
        stage.world.links = DispatchRequest(document=document, purpose=Purpose.SIGN_LINK, round=turn)
        await stage.decide(Decision.EDIT)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.SIGN_LINK, 2))
    assert len(stage.world.rounds(Purpose.SIGN_LINK)) == 2
    stage.world.links = None
    await stage.decide(Decision.EDIT)
    assert len(stage.world.rounds(Purpose.SIGN_LINK)) == 2


async def test_what_partners_ask_for_is_sent_once_for_each_round_and_through_a_hold(stage: Stage) -> None:
    await reach_follow_up(stage)
    world, document = stage.world, stage.world.plan.document

    def wanted(purpose: Purpose, turn: int) -> DispatchRequest:
        return DispatchRequest(document=document, purpose=purpose, round=turn)

    world.personal = (wanted(Purpose.QUESTION, 1), wanted(Purpose.APPROVAL_REQUEST, 1))
    for _repetition in range(2):
        await stage.decide(Decision.EDIT)
    await world.until(lambda: world.all_sent(Purpose.QUESTION) and world.all_sent(Purpose.APPROVAL_REQUEST))
    world.on_hold = True
    world.personal = (wanted(Purpose.QUESTION, 2),)
    await stage.decide(Decision.EDIT)
    await world.until(lambda: len(world.rounds(Purpose.QUESTION)) == 2)
    world.on_hold = False
    await stage.decide(Decision.RESUME)
    await world.until(lambda: world.all_sent(Purpose.QUESTION, 2))
    assert len(world.rounds(Purpose.APPROVAL_REQUEST)) == 1
