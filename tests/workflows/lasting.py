"""A follow-up that goes on in further runs while everything that it can wait for is pending."""

from datetime import time, timedelta
from uuid import UUID

from models.mechanisms import Mechanism
from models.messages import FollowUpPlan, Purpose
from models.milestone_reminders import Dated, Offsets
from tests.waiting import until
from tests.workflows.scenarios import reach_follow_up
from tests.workflows.stage import Handle, Stage, run_of

DAY = timedelta(days=1)
FOR_LONG = FollowUpPlan(expires_after=60 * DAY, check_ins=tuple(day * DAY for day in (1, 7)))
A_DUE = 80
"""More events than one thing due adds to a history."""
HEARING, SUBMISSION = UUID(int=21), UUID(int=22)
HEARD_AFTER, HEARD_AT, REMINDED = 20 * DAY, time(10), Offsets((DAY,), (DAY,))


async def followed_for_long(stage: Stage) -> None:
    """It goes on in another run during a hold, with a check-in under way and all else pending."""
    await go_on_in_another_run(stage)
    await stage.resume()
    await stage.world.until(lambda: stage.world.all_sent(Purpose.CHECK_IN))
    await stage.pass_time(stage.follow_up)


async def go_on_in_another_run(stage: Stage) -> None:
    """Have a hold meet a check-in under way, and nudges make the history long enough for another run."""
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    await have_all_pending(stage)
    await grow(stage)
    first = await run_of(stage.follow_up)
    await keep_check_in_back(stage)
    while await run_of(stage.follow_up) == first:
        await nudge(stage)
    await until(lambda: is_idle(stage.distribution(Purpose.CHECK_IN)))


async def keep_check_in_back(stage: Stage) -> None:
    """Let the first check-in fall due, and have a hold meet it on its way."""
    world, frozen = stage.world, stage.world.calls["freeze_dispatch"]
    world.block("freeze_dispatch")
    await stage.pass_time(stage.follow_up, FOR_LONG.check_ins[0])
    await world.until_called("freeze_dispatch", frozen + 1)
    await stage.hold()
    world.unblock("freeze_dispatch")
    await world.until_called("kept_back")


async def grow(stage: Stage) -> None:
    """Make the history nearly as long as one run's may be, before nudges reach anything under way.

    There is one other run, and not several: in a run that follows another while its time is being skipped,
    the server's time skipping adds what was skipped before a second time.
    """
    most = stage.world.suggests_after
    assert most
    while (await stage.follow_up.describe()).history_length < most - A_DUE:
        await nudge(stage)


async def nudge(stage: Stage) -> None:
    """Tell the follow-up that facts changed, and wait until it has asked what is due."""
    asked = stage.world.calls["next_due"]
    await stage.follow_up.signal("nudge")
    await stage.world.until_called("next_due", asked + 1)


async def have_all_pending(stage: Stage) -> None:
    """Write a hearing down, and say that a submission was sent, beside the check-ins of the case."""
    world, released_at = stage.world, stage.world.released_at
    assert released_at
    asked = world.calls["next_due"]
    day = (released_at + HEARD_AFTER).date()
    world.dates[HEARING] = (Dated(day, HEARD_AT, world.zone), REMINDED, released_at)
    world.submitted[SUBMISSION] = (Mechanism.CED, released_at)
    await stage.nudge()
    await world.until_called("next_due", asked + 1)


async def is_idle(handle: Handle) -> bool:
    """Tell whether a workflow has met all that it was told, and waits."""
    described = (await handle.describe()).raw_description
    return not described.pending_activities and not described.HasField("pending_workflow_task")
