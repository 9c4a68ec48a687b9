"""Weekly digests in skipped time: summer time, an outage, a lost run, several workers."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.messages import Purpose
from models.weekly import Weekly
from tests.workflows.stage import Stage
from tests.workflows.weekly import continued, pass_to_next_look, start_digests
from worker import keep_digests
from workflows.addresses import DIGESTS_WORKFLOW_ID

MADRID = ZoneInfo("Europe/Madrid")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SHORTLY = timedelta(minutes=1)


def monday(moment: datetime) -> datetime:
    """Return nine o'clock of the next Monday in Madrid."""
    at = moment.astimezone(MADRID).replace(hour=9, minute=0, second=0, microsecond=0) + DAY
    while at.weekday():
        at += DAY
    return at


def monday_before_a_change_of_the_clocks() -> datetime:
    at = monday(datetime.now(UTC))
    while at.utcoffset() == (at + 7 * DAY).utcoffset():
        at += 7 * DAY
    return at


def assert_decided_at(stage: Stage, *wanted: datetime) -> None:
    """Check that a digest was decided within a minute after each moment, and sent once."""
    decided = list(stage.world.digests.values())
    assert len(decided) == len(wanted), decided
    for at, due in zip(decided, wanted, strict=True):
        assert timedelta(0) <= at - due < SHORTLY, (at, due)


def due_already(stage: Stage) -> None:
    """Have the digest of this week be due, whatever day it is."""
    stage.world.weekly = Weekly(weekday=0, at=time(0))


async def sent(stage: Stage, number: int) -> None:
    await stage.world.until(lambda: stage.world.all_sent(Purpose.DIGEST, number))


async def week_after_week(stage: Stage, first: datetime, count: int) -> None:
    """Have it wait for a Monday, and look on each that follows."""
    await start_digests(stage, first.astimezone(UTC))
    await pass_to_next_look(stage, first - datetime.now(UTC))
    for week in range(1, count):
        await sent(stage, week)
        await pass_to_next_look(stage, (first + week * 7 * DAY).astimezone(UTC) - stage.world.looked[-1])
    await sent(stage, count)


async def test_each_monday_at_nine_by_her_clocks_one_leaves_through_a_change_of_them(stage: Stage) -> None:
    stage.world.zone = MADRID.key
    first = monday_before_a_change_of_the_clocks()
    await week_after_week(stage, first, 3)
    wanted = [first + week * 7 * DAY for week in range(3)]
    assert_decided_at(stage, *wanted)
    assert wanted[0].utcoffset() != wanted[1].utcoffset()
    assert set(stage.world.sent.values()) == {1}


async def test_after_an_outage_of_nine_days_one_leaves_and_not_two(stage: Stage) -> None:
    stage.world.zone = MADRID.key
    stage.world.outage = 9 * DAY
    first = monday(datetime.now(UTC) + 7 * DAY)
    await start_digests(stage, first.astimezone(UTC))
    await pass_to_next_look(stage, first + 9 * DAY + HOUR - datetime.now(UTC))
    await sent(stage, 1)
    assert stage.world.outage is None, "nothing was away"
    (week,) = stage.world.digests
    assert week == (first + 7 * DAY).date()
    assert stage.world.rounds(Purpose.DIGEST)
    assert set(stage.world.sent.values()) == {1}


async def test_a_worker_that_starts_again_sends_nothing_again(stage: Stage) -> None:
    due_already(stage)
    await start_digests(stage)
    assert stage.digests
    await continued(stage, stage.digests.run_id)
    await sent(stage, 1)
    before = (await stage.client.get_workflow_handle(DIGESTS_WORKFLOW_ID).describe()).run_id
    await stage.install("tomorrow")
    await keep_digests(stage.client)
    assert (await stage.client.get_workflow_handle(DIGESTS_WORKFLOW_ID).describe()).run_id == before
    assert stage.world.calls["digests_due"] == 1


async def test_a_run_that_was_lost_is_made_up_for_by_the_next(stage: Stage) -> None:
    """Somebody ends the workflow while the digest waits for its first hand-over; another one joins it."""
    due_already(stage)
    stage.world.block("send_batch")
    await start_digests(stage)
    assert stage.digests
    await continued(stage, stage.digests.run_id)
    await stage.world.until_called("send_batch")
    await stage.client.get_workflow_handle(DIGESTS_WORKFLOW_ID).terminate()
    await start_digests(stage)
    await continued(stage, stage.digests.run_id)
    stage.world.unblock("send_batch")
    await sent(stage, 1)
    assert set(stage.world.sent.values()) == {1}
