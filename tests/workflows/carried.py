"""An action that goes on in another run while its follow-up waits, and a hold keeps a message back."""

from models.lifecycle import Phase
from models.messages import Purpose
from tests.waiting import until
from tests.workflows.beside import about
from tests.workflows.lasting import have_all_pending, is_idle
from tests.workflows.scenarios import expire, reach_follow_up
from tests.workflows.stage import Stage, run_of

KEPT_BACK = about(Purpose.QUESTION_ANSWERED)


async def carried_over(stage: Stage) -> None:
    """What was kept back goes out after the hold, and the follow-up asks at its times."""
    await be_carried_over(stage)
    await stage.resume()
    await stage.world.until(lambda: stage.world.all_sent(KEPT_BACK.purpose))
    await expire(stage)


async def be_carried_over(stage: Stage) -> None:
    """Hold the action with a message on its way and all else pending, and nudge it into another run."""
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    await have_all_pending(stage)
    await keep_one_back(stage)
    await go_on_in_another_run(stage)
    await stage.started(stage.follow_up)
    await until(lambda: is_idle(stage.follow_up))


async def go_on_in_another_run(stage: Stage) -> None:
    """Nudge an action that is followed up until it goes on in another run."""
    world, first = stage.world, await run_of(stage.action)
    world.plan = world.plan.model_copy(
        update={"reached": Phase.FOLLOWING_UP, "released_at": world.released_at}
    )
    while await run_of(stage.action) == first:
        await nudge(stage)


async def grow(stage: Stage) -> None:
    """Make the history of the action longer than one run's may be."""
    most = stage.world.suggests_after
    assert most
    while (await stage.action.describe()).history_length <= most:
        await nudge(stage)


async def nudge(stage: Stage) -> None:
    """Tell the action that facts changed, and wait until it has read them or goes on in another run."""
    read, run = stage.world.calls["read_facts"], await run_of(stage.action)
    await stage.nudge()

    async def has_read() -> bool:
        return stage.world.calls["read_facts"] > read or await run_of(stage.action) != run

    await until(has_read)


async def keep_one_back(stage: Stage) -> None:
    """Have a hold keep back what is written to one person; the facts ask for it once."""
    world = stage.world
    await stage.hold()
    kept = world.calls["kept_back"]
    world.personal = (KEPT_BACK,)
    await stage.nudge()
    await world.until_called("kept_back", kept + 1)
    world.personal = ()
