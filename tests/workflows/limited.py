"""What limits of providers, and relays that put some recipients off, do to a release."""

from datetime import timedelta

from models.messages import Purpose
from models.vocabulary import Channel
from tests.workflows.scenarios import expire, release_when_attested, stop_providers_at_release
from tests.workflows.stage import Stage
from tests.workflows.world import BATCH_SIZE
from workflows.distribution import WINDOW

GREYLISTED = frozenset(range(0, WINDOW * BATCH_SIZE, BATCH_SIZE))
"""One recipient of each of the first batches, as many as are under way at once."""
GREYLISTED_FOR = timedelta(minutes=5)
BEHIND = 3
"""Batches behind those."""


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


async def greylist_a_window(stage: Stage) -> None:
    """Have one recipient of each batch put off of those that go out first, and all others sent."""
    stage.world.audience = (Channel.EMAIL,) * ((WINDOW + BEHIND) * BATCH_SIZE)
    stage.world.greylisted |= GREYLISTED
    await stage.start()
    await stage.attest_twice()
    await release_when_attested(stage)
    await stage.world.until(lambda: len(sent_statements(stage)) == len(stage.world.audience) - WINDOW)


def sent_statements(stage: Stage) -> set[int]:
    """Name the positions of those who have their statement."""
    return {position for purpose, _, position in stage.world.sent if purpose is Purpose.STATEMENT}


async def greylisted(stage: Stage) -> None:
    """Those who were put off get theirs when their relays take it."""
    await greylist_a_window(stage)
    await take_the_greylisted(stage)
    await expire(stage)


async def take_the_greylisted(stage: Stage) -> None:
    """Have their relays take the mails of those who were put off, when they are tried again."""
    stage.world.greylisted.clear()
    await stage.pass_time(stage.distribution(Purpose.STATEMENT), GREYLISTED_FOR)
