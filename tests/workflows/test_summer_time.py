"""Clocks of a follow-up through two changes of the clocks, and an outage of nine days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.follow_up_messages import DueKind
from models.lifecycle import Phase
from models.messages import FollowUpPlan, Purpose
from tests.workflows.stage import Stage
from tests.workflows.world import case_plan

MADRID = ZoneInfo("Europe/Madrid")
DAY = timedelta(days=1)
SHORTLY = timedelta(minutes=1)
MONTHLY = FollowUpPlan(expires_after=400 * DAY, check_ins=tuple(month * 30 * DAY for month in range(1, 13)))
RELEASED_AT = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
"""A year of months from now on holds both changes of the clocks, whenever the test runs."""

WEEKLY = FollowUpPlan(expires_after=70 * DAY, check_ins=tuple(3 * day * DAY for day in range(1, 9)))


@pytest.mark.parametrize("plan", [case_plan(None, MONTHLY, Phase.FOLLOWING_UP, RELEASED_AT)])
async def test_check_ins_keep_their_hour_through_both_changes_of_the_clocks(stage: Stage) -> None:
    stage.world.zone = MADRID.key
    await stage.start()
    await stage.started(stage.follow_up)
    await stage.pass_time(stage.follow_up)
    assert (await stage.action.result()).phase is Phase.CLOSED
    local = [at.astimezone(MADRID) for at in stage.world.rounds(Purpose.CHECK_IN)]
    begun = RELEASED_AT.astimezone(MADRID)
    assert [one.date() for one in local] == [begun.date() + offset for offset in MONTHLY.check_ins]
    assert len({one.utcoffset() for one in local}) == 2, "no clock changed"
    for one in local:
        wanted = one.replace(hour=begun.hour, minute=begun.minute, second=begun.second, microsecond=0)
        assert timedelta(0) <= one - wanted < SHORTLY


@pytest.mark.parametrize("plan", [case_plan(None, WEEKLY, Phase.FOLLOWING_UP, RELEASED_AT)])
async def test_an_outage_of_nine_days_asks_once_for_all_that_it_missed(stage: Stage) -> None:
    """The database does not answer for nine days, while three check-ins fall due."""
    await stage.start()
    await stage.started(stage.follow_up)
    stage.world.outage = 9 * DAY
    await stage.pass_time(stage.follow_up)
    assert (await stage.action.result()).phase is Phase.CLOSED
    asked = [due.number for due in stage.world.done if due.kind is DueKind.CHECK_IN]
    assert stage.world.outage is None, "nothing was away"
    assert asked == [4, 5, 6, 7, 8]
    times = [at - RELEASED_AT for at in stage.world.rounds(Purpose.CHECK_IN)]
    assert timedelta(0) <= times[1] - WEEKLY.check_ins[4] < SHORTLY
