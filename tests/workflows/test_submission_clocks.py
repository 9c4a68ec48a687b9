"""The clocks of submissions, in skipped time: each reminder at its minute, and none after an answer."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from models.follow_up_messages import DueKind
from models.lifecycle import Phase
from models.mechanisms import Mechanism
from models.messages import FollowUpPlan, Purpose
from models.reply_clocks import BY_MECHANISM
from tests.workflows.scenarios import reach_follow_up
from tests.workflows.stage import Stage, assert_ended
from tests.workflows.world import case_plan

DAY = timedelta(days=1)
SHORTLY = timedelta(minutes=5)
LONG = FollowUpPlan(expires_after=400 * DAY, check_ins=())
SUBMISSION, ANOTHER = UUID(int=71), UUID(int=72)


async def submit(stage: Stage, submission: UUID, mechanism: Mechanism) -> datetime:
    """Say that a submission was sent, as the web process does; the follow-up reads what is due anew."""
    sent_at = stage.world.released_at
    assert sent_at
    asked = stage.world.calls["next_due"]
    stage.world.submitted[submission] = (mechanism, sent_at)
    await stage.nudge()
    await stage.world.until_called("next_due", asked + 1)
    return sent_at


async def followed_up(stage: Stage) -> None:
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    await stage.world.until_called("next_due")


def proposed(stage: Stage, submission: UUID = SUBMISSION) -> list[tuple[int, datetime]]:
    return [(due.number, due.at) for due in stage.world.done if due.subject == submission]


@pytest.mark.parametrize("plan", [case_plan(None, LONG)])
@pytest.mark.parametrize("mechanism", Mechanism)
async def test_reminders_are_proposed_at_the_times_of_the_mechanism_and_the_coordinator_gets_word(
    stage: Stage, mechanism: Mechanism
) -> None:
    await followed_up(stage)
    sent_at = await submit(stage, SUBMISSION, mechanism)
    terms = BY_MECHANISM[mechanism]
    await stage.pass_time(stage.follow_up)
    times = [sent_at + turn * terms.within for turn in range(1, terms.reminders + 1)]
    assert proposed(stage) == list(enumerate(times, start=1))
    words = stage.world.rounds(Purpose.REPLY_OVERDUE)
    assert len(words) == terms.reminders
    assert all(timedelta(0) <= told - due < SHORTLY for told, due in zip(words, times, strict=True))
    assert stage.world.done[-1].kind is DueKind.EXPIRY
    await assert_ended(stage, Phase.CLOSED)


@pytest.mark.parametrize("plan", [case_plan(None, LONG)])
async def test_an_answer_ends_the_reminders_of_its_submission_and_of_no_other(stage: Stage) -> None:
    await followed_up(stage)
    sent_at = await submit(stage, SUBMISSION, Mechanism.CED)
    await submit(stage, ANOTHER, Mechanism.IACHR)
    await stage.pass_time(stage.follow_up, 14 * DAY + 12 * timedelta(hours=1))
    await stage.world.until(lambda: len(stage.world.rounds(Purpose.REPLY_OVERDUE)) == 1)
    asked = stage.world.calls["next_due"]
    stage.world.replied[SUBMISSION] = (sent_at + 14 * DAY).date()
    await stage.nudge()
    await stage.world.until_called("next_due", asked + 1)
    await stage.pass_time(stage.follow_up)
    assert [number for number, _ in proposed(stage)] == [1]
    assert [number for number, _ in proposed(stage, ANOTHER)] == [1, 2]
    await assert_ended(stage, Phase.CLOSED)
