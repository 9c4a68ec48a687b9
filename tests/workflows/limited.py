"""What limits of providers do to a release."""

from datetime import timedelta

from models.messages import Purpose
from tests.workflows.scenarios import expire, stop_providers_at_release
from tests.workflows.stage import Stage


async def spend_the_day(stage: Stage) -> None:
    """Have a release on its way when one batch may be given nothing more for nine hours."""
    await stop_providers_at_release(stage)
    stage.world.spent = timedelta(hours=9)
    stage.world.unblock("send_batch")
    await stage.world.until(lambda: stage.world.spent is None)


async def continued_the_next_day(stage: Stage) -> None:
    """What the limit of a day leaves over goes out on the next."""
    await spend_the_day(stage)
    await stage.pass_time(stage.distribution(Purpose.STATEMENT))
    await expire(stage)
