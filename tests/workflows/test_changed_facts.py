"""Facts that change during the follow-up, in skipped time: it goes on by what replaces the old demands."""

from datetime import timedelta
from uuid import UUID

import pytest

from models.lifecycle import Decision, Phase
from models.mechanisms import Mechanism
from models.messages import DispatchRequest, FollowUpPlan, Purpose
from models.reply_clocks import BY_MECHANISM
from tests.workflows.scenarios import reach_follow_up
from tests.workflows.stage import Stage, assert_ended
from tests.workflows.world import DOCUMENT, case_plan

DAY = timedelta(days=1)
LONG = FollowUpPlan(expires_after=400 * DAY, check_ins=())
OLD, NEW = UUID(int=81), UUID(int=82)
"""The clocks of one office: of what was asked before, and of what is asked now."""
REPLACING = DOCUMENT.model_copy(update={"document_id": UUID(int=83), "number": 2})


@pytest.mark.parametrize("plan", [case_plan(None, LONG)])
async def test_the_same_follow_up_has_no_old_reply_be_late_and_goes_on_with_the_new_document(
    stage: Stage,
) -> None:
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    await stage.world.until_called("next_due")
    world = stage.world
    assert world.released_at
    world.submitted[OLD] = (Mechanism.CED, world.released_at)
    await stage.nudge()
    await stage.pass_time(stage.follow_up, 5 * DAY)

    asked = world.calls["next_due"]
    del world.submitted[OLD]
    world.asking = REPLACING
    await stage.decide(Decision.EDIT)
    await world.until_called("next_due", asked + 1)

    world.release = DispatchRequest(document=REPLACING, purpose=Purpose.STATEMENT, round=2)
    await stage.decide(Decision.ATTEST)
    await stage.decide(Decision.RELEASE)
    await world.until(lambda: world.all_sent(Purpose.STATEMENT, 2))
    reached_at = world.released_at + 6 * DAY
    world.release, world.submitted[NEW] = None, (Mechanism.CED, reached_at)
    asked = world.calls["next_due"]
    await stage.nudge()
    await world.until_called("next_due", asked + 1)
    await stage.pass_time(stage.follow_up)

    terms = BY_MECHANISM[Mechanism.CED]
    times = [reached_at + turn * terms.within for turn in range(1, terms.reminders + 1)]
    assert [(due.subject, due.at) for due in world.done[:-1]] == [(NEW, at) for at in times]
    words = [one.request for one in world.sheets.values() if one.request.purpose is Purpose.REPLY_OVERDUE]
    assert [one.document for one in words] == [REPLACING] * terms.reminders
    await assert_ended(stage, Phase.CLOSED)
