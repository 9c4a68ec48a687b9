"""What a coordinator has sent again of a statement, some of whose messages were in doubt."""

from models.messages import DispatchRequest, Purpose
from tests.workflows.scenarios import expire, reach_follow_up
from tests.workflows.stage import Stage
from tests.workflows.world import DOCUMENT

STATEMENT = DispatchRequest(document=DOCUMENT, purpose=Purpose.STATEMENT, round=1)


async def sent_again(stage: Stage) -> None:
    """One message in doubt is sent again after its release, then another, and a third beside that."""
    await reach_follow_up(stage)
    await stage.send_again(STATEMENT, 0)
    await stage.resending.result()
    stage.world.block("send_batch")
    known = stage.world.calls["send_batch"]
    await stage.send_again(STATEMENT, 1)
    await stage.world.until_called("send_batch", known + 1)
    await stage.send_again(STATEMENT, 3)
    stage.world.unblock("send_batch")
    await stage.pass_time(stage.resending)
    await expire(stage)
