"""`make chaos`: every scenario at length; one JSON line each, and 1 as exit code where one has a fault.

`python -m tests.chaos [SCENARIO ...] [--share 0.5]` runs some of them, or a share of their lengths.
SEED repeats a run.
"""

import argparse
import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from local.postgres import EmbeddedPostgres
from storage.database import Database
from tests.chaos import effects, killed_servers, killed_workers, poison, relay_faults
from tests.chaos.judge import Judged
from tests.chaos.points import IN_HAND, Point, Protection
from tests.chaos.scene import CONNECTIONS, Scene, scene
from tests.conftest import TEMPLATE, migrate, own_postgres
from tests.integration.channels.scripted_relay import DROP, Step

Line = dict[str, Any]
RESUMED_WITHIN_SECONDS: Final = 30
SLOWLY: Final = {"ACUERPA_SMTP_PER_SECOND": "40"}
"""So that servers can be killed many times before a release is out."""


class Ground(NamedTuple):
    """What a scenario runs on."""

    postgres: EmbeddedPostgres
    data: Path
    database: str
    random: Random
    share: float

    def many(self, number: int) -> int:
        """Return so many, or the share of them that is asked for."""
        return max(1, round(number * self.share))

    def scene(self, **given: str) -> Any:
        """Set a scene."""
        return scene(self.data, self.postgres, self.database, **given)

    def url(self) -> str:
        """Return the address of the database."""
        return self.postgres.url(self.database)


def told(found: Judged, figures: Line, most_in_doubt: int) -> Line:
    """Return the line of a scenario of which nothing may be wrong."""
    faults = found.faults(most_in_doubt)
    seconds = figures.get("resumed_seconds", 0)
    late = [f"resumed after {seconds} s"] if seconds > RESUMED_WITHIN_SECONDS else []
    return {**figures, **found.told(), "most_in_doubt": most_in_doubt, "faults": faults + late}


def control(found: Judged, figures: Line, what: str) -> Line:
    """Return the line of a scenario of which something has to be wrong."""
    seen = found.faults(CONNECTIONS)
    missed = [] if any(what in fault for fault in seen) else [f"the judge saw no {what}"]
    return {"control": True, **figures, **found.told(), "judged": seen, "faults": missed}


async def points(ground: Ground) -> Line:
    """Kill a worker at each of the named points, twenty times."""
    times = ground.many(20)
    order = [point for _ in range(times) for point in ground.random.sample(list(Point), len(Point))]
    async with ground.scene() as running:
        rounds = [order[start : start + len(Point)] for start in range(0, len(order), len(Point))]
        lines = [await _points(running, one, ground.random) for one in rounds]
    merged: Line = {key: sum(line[key] for line in lines) for key in SUMMED}
    longest = max(line["resumed_seconds"] for line in lines)
    faults = [fault for line in lines for fault in line["faults"]]
    return {"each_point": times, **merged, "resumed_seconds": longest, "faults": faults}


SUMMED: Final = ("kills", "messages", "lost", "duplicates", "strays", "in_doubt", "unlisted", "most_in_doubt")


async def _points(running: Scene, order: list[Point], random: Random) -> Line:
    line = told(*await killed_workers.killed_at(running, order, random), len(order) * CONNECTIONS)
    if line["in_doubt"] < sum(point in IN_HAND for point in order):
        line["faults"].append("what was in hand is not in doubt")
    return line


async def random_kills(ground: Ground) -> Line:
    """Kill one of two workers at thirty random moments of a release to 10,000."""
    kills = ground.many(30)
    async with ground.scene(ACUERPA_BATCH_SIZE="500") as running:
        members = ground.many(10_000)
        found = await killed_workers.killed_at_random(running, members, kills, ground.random)
    return told(*found, kills * CONNECTIONS)


async def temporal(ground: Ground) -> Line:
    """Kill the Temporal server ten times in a release."""
    kills = ground.many(10)
    async with ground.scene(**SLOWLY) as running:
        found = await killed_servers.killed_temporal(running, kills * 400, kills, ground.random)
    return told(*found, 0)


async def postgres(ground: Ground) -> Line:
    """Kill or stop PostgreSQL every 5 to 20 seconds of a release, ten times."""
    restarts = ground.many(10)
    async with ground.scene(**SLOWLY) as running:
        pause = (5.0, 20.0)
        members = restarts * 20 * int(SLOWLY["ACUERPA_SMTP_PER_SECOND"])
        found = await killed_servers.restarted_postgres(running, members, restarts, ground.random, pause)
    return told(*found, 0)


async def refused(ground: Ground) -> Line:
    """Have the relay refuse ten of 10,000 for ever."""
    return await _poisoned(ground, poison.refused_for_ever)


async def put_off(ground: Ground) -> Line:
    """Have the relay put ten of 10,000 off until all others have theirs."""
    return await _poisoned(ground, poison.put_off_for_hours)


async def _poisoned(ground: Ground, scenario: Callable[..., Awaitable[killed_workers.Killed]]) -> Line:
    async with ground.scene() as running:
        found, figures = await scenario(running, ground.many(10_000), 10, ground.random)
    faults = poison.faults_of(found, 10, figures["expected"])
    return {**figures, **found.told(), "faults": faults}


async def smtp_faults(ground: Ground) -> Line:
    """Have a relay fail at each step in each way, with commands in groups and without."""
    database = Database(ground.url())
    case, batch = await relay_faults.frozen(database)
    found = {one: await relay_faults.met_with(one, case, batch) for one in relay_faults.EVERY_TROUBLE}
    wrong = [f"{one}: {fault}" for one, outcome in found.items() for fault in outcome.faults(one)]
    doubtful = Trouble(Step.DOT, DROP, grouped=True)
    credulous = await relay_faults.met_with(doubtful, case, batch, credulous=True)
    await database.close()
    seen = credulous.faults(doubtful)
    return {
        "troubles": len(found),
        "fired": sum(outcome.fired for outcome in found.values()),
        "in_doubt": sum(one.is_doubtful for one in found),
        "refused": sum(one.is_final for one in found),
        "most_copies": max(max(outcome.copies) for outcome in found.values()),
        "control": seen,
        "faults": wrong if seen else [*wrong, "the judge saw no second copy"],
    }


Trouble = relay_faults.Trouble


async def http_faults(ground: Ground) -> Line:
    """Have an HTTP provider fail in each way, in front of a fake that does each message once."""
    database = Database(ground.url())
    line = await effects.of_every_fault(database)
    await database.close()
    return line


async def without_doubt(ground: Ground) -> Line:
    """Put back whatever a dead sender had in hand: the control of the points and of random kills."""
    return await _control(ground, Point.BEHIND_ANSWER, Protection.DOUBT)


async def without_state(ground: Ground) -> Line:
    """Claim whatever is in the range: another control of them."""
    return await _control(ground, Point.BEHIND_OUTCOME, Protection.STATE)


async def _control(ground: Ground, point: Point, protection: Protection) -> Line:
    async with ground.scene() as running:
        found = await killed_workers.killed_at(running, [point], ground.random, protection)
    return control(*found, "duplicates")


async def without_file(ground: Ground) -> Line:
    """Have Temporal forget: the control of its kills."""
    async with ground.scene() as running:
        found = await killed_servers.lost_file_of_temporal(running, 300)
    return control(*found, "lost")


async def without_disk(ground: Ground) -> Line:
    """Have PostgreSQL forget: the control of its restarts."""
    async with ground.scene(**SLOWLY) as running:
        found = await killed_servers.forgetful_postgres(running, 300)
    return control(*found, "duplicates")


SCENARIOS: Final[dict[str, Callable[[Ground], Awaitable[Line]]]] = {
    one.__name__: one
    for one in (
        smtp_faults,
        http_faults,
        without_doubt,
        without_state,
        without_file,
        without_disk,
        refused,
        put_off,
        temporal,
        postgres,
        random_kills,
        points,
    )
}


async def main(names: list[str], share: float, seed: int) -> int:
    """Run some scenarios, or all; return how many have faults."""
    faulty = 0
    for name in names or SCENARIOS:
        with TemporaryDirectory(prefix="acuerpa-chaos-") as folder, own_postgres() as server:
            server.create_database(TEMPLATE)
            migrate(server.url(TEMPLATE))
            server.create_database(name, template=TEMPLATE)
            random = Random(f"{seed}/{name}")  # noqa: S311 - not for secrets
            began = time.monotonic()
            line = await SCENARIOS[name](Ground(server, Path(folder) / "data", name, random, share))
        seconds = round(time.monotonic() - began)
        told_line = {"scenario": name, "seed": seed, "share": share, "seconds": seconds, **line}
        sys.stdout.write(json.dumps(told_line) + "\n")
        sys.stdout.flush()
        faulty += bool(line["faults"])
    return faulty


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", choices=[[], *SCENARIOS], metavar="SCENARIO")
    parser.add_argument("--share", type=float, default=1.0)
    options = parser.parse_args()
    chosen = int(os.environ.get("SEED") or secrets.randbelow(2**32))
    sys.exit(bool(asyncio.run(main(options.scenarios, options.share, chosen))))
