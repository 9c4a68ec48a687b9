"""What happens while an action is followed up, by the facts."""

from datetime import timedelta

from models.lifecycle import Phase
from tests.workflows.scenarios import expire, reach_follow_up
from tests.workflows.stage import Stage
from tests.workflows.world import World

A_LITTLE = timedelta(hours=1)


async def asked_by_the_facts(stage: Stage) -> None:
    """The coordinator is asked for news, and the action expires."""
    await reach_follow_up(stage)
    await expire(stage)


async def hold_over_check_ins(stage: Stage, count: int = 1) -> None:
    """Hold the action while check-ins would be due."""
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    asked = await _next_asked(stage.world)
    await stage.hold()
    await stage.pass_time(stage.follow_up, stage.world.plan.follow_up.check_ins[count - 1] + A_LITTLE)
    await stage.world.until_called("next_due", asked + 1)


async def missed_while_held(stage: Stage) -> None:
    """Three check-ins would have been due during a hold: one is asked after it."""
    await hold_over_check_ins(stage, 3)
    await stage.resume()
    await stage.world.until_called("settle_due")
    await expire(stage)


async def reopen(stage: Stage) -> None:
    """Have what sleeps begin again, as a coordinator's reopening does, with a document that goes its way."""
    world = stage.world
    world.phases.append(Phase.VERIFYING)
    world.plan = world.plan.model_copy(update={"reached": Phase.VERIFYING, "released_at": None})
    world.released_at = None
    world.sheets.clear()
    world.fallen.clear()
    world.sent.clear()
    world.attestations = 0
    await reach_follow_up(stage)


async def slept_and_reopened(stage: Stage) -> None:
    """The action expires and sleeps, is reopened, and sleeps again."""
    await reach_follow_up(stage)
    await expire(stage)
    await stage.action.result()
    await reopen(stage)
    await expire(stage)


async def _next_asked(world: World) -> int:
    """Wait until the follow-up knows what is due next; tell how often it asked."""
    await world.until_called("next_due")
    return world.calls["next_due"]
