"""Reminders of days of a case in skipped time: a hearing that is moved, summer time, a hold, an outage."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from models.follow_up_messages import DueKind
from models.lifecycle import Phase
from models.messages import FollowUpPlan, Purpose
from models.milestone_reminders import Dated, Offsets
from tests.workflows.stage import Stage
from tests.workflows.world import case_plan

MADRID = ZoneInfo("Europe/Madrid")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SHORTLY = timedelta(minutes=1)
AT = time(10, 30)
FIRST, SECOND, THIRD = UUID(int=11), UUID(int=12), UUID(int=13)
OFFSETS = Offsets((4 * DAY, DAY), (DAY,))
RELEASED_AT = datetime.now(UTC).replace(microsecond=0) - HOUR
PLAN = case_plan(None, FollowUpPlan(expires_after=400 * DAY, check_ins=()), Phase.FOLLOWING_UP, RELEASED_AT)


def change_of_the_clocks() -> datetime:
    """Return noon of the day on which the clocks of Madrid change next, in two weeks at the earliest."""
    noon = (RELEASED_AT.astimezone(MADRID) + 14 * DAY).replace(hour=12, minute=0, second=0)
    while noon.utcoffset() == (noon - DAY).utcoffset():
        noon += DAY
    return noon


def on(day: datetime) -> Dated:
    return Dated(day.date(), AT, MADRID.key)


def local(day: datetime) -> datetime:
    return day.replace(hour=AT.hour, minute=AT.minute, second=0)


def assert_asked_at(stage: Stage, *wanted: datetime) -> None:
    """Check that reminders came within a minute after each moment, and no others."""
    asked = [at.astimezone(MADRID) for at in stage.world.rounds(Purpose.MILESTONE)]
    assert len(asked) == len(wanted), asked
    for at, due in zip(asked, wanted, strict=True):
        assert timedelta(0) <= at - due < SHORTLY, (at, due)


async def follow_up(stage: Stage) -> None:
    await stage.start()
    await stage.started(stage.follow_up)
    await stage.world.until_called("next_due")


async def replanned(stage: Stage, entry: UUID, dated: Dated, since: datetime) -> None:
    """Give the hearing another date, of which the follow-up is told."""
    asked = stage.world.calls["next_due"]
    stage.world.dates = {entry: (dated, OFFSETS, since)}
    await stage.nudge()
    await stage.world.until_called("next_due", asked + 1)


@pytest.mark.parametrize("plan", [PLAN])
async def test_a_hearing_moved_twice_is_reminded_of_to_the_minute_through_a_change_of_the_clocks(
    stage: Stage,
) -> None:
    change = change_of_the_clocks()
    hearing, later, sooner = change + 2 * DAY, change + 30 * DAY, change + 3 * DAY
    stage.world.dates = {FIRST: (on(hearing), OFFSETS, RELEASED_AT)}
    await follow_up(stage)
    await stage.pass_time(stage.follow_up, local(hearing - 4 * DAY) + HOUR - datetime.now(UTC))
    await stage.world.until(lambda: stage.world.all_sent(Purpose.MILESTONE, 1))
    moved_at = local(hearing - 4 * DAY) + HOUR
    await replanned(stage, SECOND, on(later), moved_at)
    await replanned(stage, THIRD, on(sooner), moved_at)
    await stage.pass_time(stage.follow_up)
    assert (await stage.action.result()).phase is Phase.CLOSED
    wanted = [hearing - 4 * DAY, sooner - 4 * DAY, sooner - DAY, sooner + DAY]
    assert_asked_at(stage, *map(local, wanted))
    assert {local(day).utcoffset() for day in wanted} != {local(hearing - 4 * DAY).utcoffset()}
    assert set(stage.world.sent.values()) == {1}


@pytest.mark.parametrize("plan", [PLAN])
async def test_nothing_reminds_of_a_day_during_a_hold_and_one_reminder_follows_it(stage: Stage) -> None:
    hearing = RELEASED_AT.astimezone(MADRID) + 10 * DAY
    stage.world.dates = {FIRST: (on(hearing), OFFSETS, RELEASED_AT)}
    await follow_up(stage)
    asked = stage.world.calls["next_due"]
    await stage.hold()
    await stage.pass_time(stage.follow_up, 20 * DAY)
    await stage.world.until_called("next_due", asked + 1)
    assert not stage.world.rounds(Purpose.MILESTONE)
    await stage.resume()
    await stage.world.until(lambda: stage.world.all_sent(Purpose.MILESTONE, 1))
    await stage.pass_time(stage.follow_up)
    assert (await stage.action.result()).phase is Phase.CLOSED
    assert len(stage.world.rounds(Purpose.MILESTONE)) == 1


@pytest.mark.parametrize("plan", [PLAN])
async def test_an_outage_of_nine_days_reminds_once_of_all_that_it_missed_of_a_day(stage: Stage) -> None:
    """The database does not answer for nine days from the first reminder on."""
    hearing = RELEASED_AT.astimezone(MADRID) + 10 * DAY
    stage.world.dates = {FIRST: (on(hearing), OFFSETS, RELEASED_AT)}
    await follow_up(stage)
    stage.world.outage = 9 * DAY
    await stage.pass_time(stage.follow_up)
    assert (await stage.action.result()).phase is Phase.CLOSED
    assert stage.world.outage is None, "nothing was away"
    assert [one.number for one in stage.world.done if one.kind is DueKind.MILESTONE] == [3]
    (asked,) = stage.world.rounds(Purpose.MILESTONE)
    assert timedelta(0) <= asked - (local(hearing - 4 * DAY) + 9 * DAY) < timedelta(minutes=10)
