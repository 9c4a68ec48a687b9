"""Workers that are killed: at named points, and at random while two of them send."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from tests.chaos.judge import Judged, judged
from tests.chaos.points import SELDOM, Point, Protection
from tests.chaos.scene import CONNECTIONS, PATIENCE_SECONDS, Release, Scene
from tests.waiting import until

MEMBERS = 30
"""Of a release at whose sender one point is reached."""

LOOK_EVERY_SECONDS = 0.25

Killed = tuple[Judged, dict[str, Any]]
InHand = tuple[UUID, UUID]


async def killed_at(scene: Scene, points: Sequence[Point], random: Random, *without: Protection) -> Killed:
    """Kill a worker at each point, each in a release of its own, and have another finish them all."""
    await scene.members(MEMBERS)
    in_hand: set[InHand] = set()
    releases: list[Release] = []
    for point in points:
        releases.append(await scene.release(MEMBERS))
        at = random.randint(1, SELDOM.get(point, MEMBERS // CONNECTIONS))
        worker = await scene.worker(*without, point=point, at=at)
        await worker.dies_at(point, PATIENCE_SECONDS)
        in_hand |= await scene.in_hand()
    await scene.worker(*without)
    seconds = await taken_up(scene, time.monotonic(), in_hand)
    await finished(scene, releases)
    await scene.dismiss()
    found = await judged(scene, releases)
    figures = {"kills": len(points), "points": dict(Counter(points)), "resumed_seconds": round(seconds, 1)}
    return found, figures


async def killed_at_random(scene: Scene, members: int, kills: int, random: Random) -> Killed:
    """Kill one of two workers again and again while a release goes out, and start another in its place."""
    await scene.members(members)
    before = scene.arrived()
    release = await scene.release(members)
    running, resumed = [await scene.worker(), await scene.worker()], []
    moments = sorted(random.sample(range(1, members * 9 // 10), kills))
    for moment in moments:
        victim = random.randrange(2)

        async def far_enough(moment: int = moment) -> bool:
            return scene.arrived() - before >= moment

        await until(far_enough, seconds=PATIENCE_SECONDS)
        await running[victim].killed()
        resumed.append(asyncio.create_task(taken_up(scene, time.monotonic(), await scene.in_hand())))
        running[victim] = await scene.worker()
    assert await scene.waiting(), "the last kill came when all was over"
    await finished(scene, [release])
    seconds = await asyncio.gather(*resumed)
    await scene.dismiss()
    return await judged(scene, [release]), {"kills": kills, "resumed_seconds": round(max(seconds), 1)}


async def taken_up(scene: Scene, since: float, in_hand: set[InHand]) -> float:
    """Tell how many seconds after a moment nothing is left of what the dead had in hand."""

    async def is_so() -> bool:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        return not in_hand & await scene.in_hand()

    await until(is_so, seconds=PATIENCE_SECONDS)
    return time.monotonic() - since


async def finished(scene: Scene, releases: Sequence[Release]) -> None:
    """Wait until every distribution has ended, and no message of any waits."""
    for release in releases:
        await until(partial(has_ended, release), seconds=PATIENCE_SECONDS)
    assert await scene.waiting() == 0


async def has_ended(release: Release) -> bool:
    """Tell whether Temporal says that a distribution is complete; False where it cannot be asked."""
    try:
        return (await release.handle.describe()).status == WorkflowExecutionStatus.COMPLETED
    except RPCError:
        return False
