"""Servers that go away under a release: Temporal killed, PostgreSQL killed or stopped, again and again."""

import asyncio
import time
from functools import partial
from random import Random

from tests.acceptance.crashes import connected, kill_and_restart
from tests.chaos.judge import judged
from tests.chaos.killed_workers import Killed, finished, has_ended
from tests.chaos.points import Protection
from tests.chaos.scene import PATIENCE_SECONDS, Release, Scene
from tests.waiting import until


async def killed_temporal(scene: Scene, members: int, kills: int, random: Random) -> Killed:
    """Kill the Temporal server while a release goes out, and start it again on the same file."""
    release, before = await _begun(scene, members)
    seconds = []
    for moment in sorted(random.sample(range(1, members * 8 // 10), kills)):
        await until(partial(_more_than, scene, before + moment), seconds=PATIENCE_SECONDS)
        await kill_and_restart(scene.stack, "temporal")
        seconds.append(await _gone_on(scene, release))
    assert await scene.waiting(), "the last kill came when all was over"
    return await _ended(scene, release, kills, seconds)


async def restarted_postgres(
    scene: Scene, members: int, restarts: int, random: Random, pause: tuple[float, float]
) -> Killed:
    """Kill or stop PostgreSQL after each pause while a release goes out, and start it again."""
    release, _ = await _begun(scene, members)
    seconds, kills = [], 0
    for _ in range(restarts):
        await asyncio.sleep(random.uniform(*pause))
        killed = random.random() < 0.5
        kills += killed
        await (scene.stack.kill if killed else scene.stack.stop)("postgres")
        assert not scene.stack.services["postgres"].running
        await scene.stack.start("postgres")
        seconds.append(await _gone_on(scene, release))
    assert await scene.waiting(), "the last restart came when all was over"
    found, figures = await _ended(scene, release, restarts, seconds)
    return found, {**figures, "by_sigkill": kills}


async def forgetful_postgres(scene: Scene, members: int) -> Killed:
    """Kill a PostgreSQL that keeps commits in memory: the control, which sends again what it forgot.

    It is flushed once behind the first mail, lest it forget the release itself.
    """
    with connected(scene.stack) as connection:
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("SELECT pg_reload_conf()")
    release, before = await _begun(scene, members, Protection.DISK)
    await until(partial(_more_than, scene, before + 1), seconds=PATIENCE_SECONDS)
    with connected(scene.stack) as connection:
        connection.execute("CHECKPOINT")
    await until(partial(_more_than, scene, before + members // 4), seconds=PATIENCE_SECONDS)
    assert await scene.waiting(), "the kill came when all was over"
    await scene.stack.kill("postgres")
    assert not scene.stack.postgres.running
    await scene.stack.start("postgres")
    return await _ended(scene, release, 1, [await _gone_on(scene, release)])


async def lost_file_of_temporal(scene: Scene, members: int) -> Killed:
    """Have Temporal forget, as a server without a file would: the control, of which nothing may be final."""
    release, before = await _begun(scene, members)
    await until(partial(_more_than, scene, before + 1), seconds=PATIENCE_SECONDS)
    await scene.stack.kill("temporal")
    await scene.dismiss()
    for part in (scene.stack.data / "temporal").iterdir():
        part.unlink()
    await scene.stack.start("temporal")
    await scene.worker()
    await until(scene.worker_is_ready, seconds=PATIENCE_SECONDS)
    await scene.dismiss()
    return await judged(scene, [release]), {"kills": 1}


async def _begun(scene: Scene, members: int, *without: Protection) -> tuple[Release, int]:
    await scene.members(members)
    before = scene.arrived()
    release = await scene.release(members)
    await scene.worker(*without)
    return release, before


async def _more_than(scene: Scene, mails: int) -> bool:
    return scene.arrived() >= mails


async def _gone_on(scene: Scene, release: Release) -> float:
    """Tell how many seconds later another mail arrives, or the release ends."""
    since, before = time.monotonic(), scene.arrived()

    async def is_so() -> bool:
        return scene.arrived() > before or await has_ended(release)

    await until(is_so, seconds=PATIENCE_SECONDS)
    return time.monotonic() - since


async def _ended(scene: Scene, release: Release, kills: int, seconds: list[float]) -> Killed:
    await finished(scene, [release])
    await scene.dismiss()
    found = await judged(scene, [release])
    return found, {"kills": kills, "resumed_seconds": round(max(seconds), 1)}
