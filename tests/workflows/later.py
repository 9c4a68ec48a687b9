"""A document after the first that partners are asked to sign, while the first one is followed up."""

import asyncio
from datetime import timedelta

from models.lifecycle import Decision
from models.messages import AskedDocument, Purpose, SignOnPlan
from models.sign_on_messages import SignOnStatus
from tests.workflows.scenarios import expire, reach_follow_up
from tests.workflows.stage import Stage
from tests.workflows.world import LATER, LATER_RELEASE, PATIENCE_SECONDS, SIGN_ON

A_DAY = timedelta(days=1)


async def ask_later(stage: Stage, plan: SignOnPlan = SIGN_ON) -> None:
    """Have a document be approved that asks partners, and wait until they are invited."""
    await reach_follow_up(stage)
    await stage.started(stage.follow_up)
    stage.world.later = AskedDocument(document=LATER, plan=plan, ready=True)
    stage.world.release = LATER_RELEASE
    await stage.decide(Decision.ATTEST)
    await stage.world.until(lambda: stage.world.all_sent(Purpose.INVITATION))


async def sign_later(stage: Stage, count: int = 1) -> None:
    """Have partners sign the later document, each telling its sign-on of it."""
    for _ in range(count):
        stage.world.signed += 1
        await stage.later_sign_on.signal("nudge")


async def later_is_out(stage: Stage) -> None:
    """Wait until the later document was sent to everybody."""
    await stage.world.until(lambda: stage.world.all_sent(Purpose.STATEMENT, LATER_RELEASE.round))
    stage.world.release = None


async def later_result(stage: Stage) -> SignOnStatus:
    """Wait until the window of the later document is over."""
    return SignOnStatus.model_validate(await stage.later_sign_on.result())


async def lose_later(stage: Stage) -> None:
    """Lose the sign-on of the later document, and wait until the action waits before another one."""
    await stage.later_sign_on.terminate()
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for event in stage.action.fetch_history_events(wait_new_event=True):
            if event.HasField("timer_started_event_attributes"):
                return


async def signed_later(stage: Stage) -> None:
    """Enough partners sign a later document, while the coordinator is asked for news of the first."""
    await ask_later(stage)
    await stage.pass_time(stage.follow_up, A_DAY + timedelta(hours=1))
    await stage.world.until(lambda: stage.world.all_sent(Purpose.CHECK_IN))
    await sign_later(stage, SIGN_ON.quorum)
    await later_is_out(stage)
    await expire(stage)


async def stopped_in_later_sign_on(stage: Stage) -> None:
    """The stop comes while partners sign a later document."""
    await ask_later(stage)
    await sign_later(stage)
    await stage.stop()


async def released_in_later_sign_on(stage: Stage) -> None:
    """The coordinator lets a later document go out while partners sign it."""
    await ask_later(stage)
    await sign_later(stage)
    await stage.decide(Decision.RELEASE)
    await later_is_out(stage)
    await expire(stage)


async def released_after_a_loss(stage: Stage) -> None:
    """The sign-on of a later document is lost, and it is let go by hand before another one follows."""
    await ask_later(stage)
    await lose_later(stage)
    await stage.decide(Decision.RELEASE)
    await later_is_out(stage)
    await expire(stage)
