"""How fast a release goes out: `make bench-distribution` prints one JSON of ours, the limit, and peers.

20,000 personal messages in two languages, text and HTML, over embedded PostgreSQL, the local Temporal server
and an SMTP sink of its own process; `limit` is what aiosmtplib alone reaches with prebuilt messages, to the
same sink and in the same run.
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assembly import build_client
from benchmarks.judging import beside, judged
from benchmarks.peer_runs import COUNT, Peers
from benchmarks.processes import resident_mb
from benchmarks.released_case import confirmed_case, replace_members, states
from benchmarks.sink_process import ROOT, Sink
from local.environment import data_folder, free_ports, given_settings
from local.stack import Stack
from storage.database import Database
from workflows.addresses import CASE_QUEUE, distribution_workflow_id
from workflows.distribution import DistributionWorkflow

CONNECTIONS: Final = 16
MEASURED: Final = 20_000
"""Messages of one run."""
DELAYED_LIMIT: Final = 4_000
"""How many the limit sends to a relay that is farther away: the rate is the same from the first."""
DELAY_MS: Final = 10
SMALL, LARGE = 10_000, 100_000
"""Releases between which the worker's memory must not grow, the second of which has a minute."""
LOOK_EVERY_SECONDS: Final = 0.2


@dataclass(frozen=True)
class Plan:
    """What is measured: how many messages, to how far a relay, beside which peers, and how it grows."""

    messages: int
    delays: list[int]
    peers: Path | None
    peer_messages: int
    scale: list[int]


@dataclass
class Bench:
    """The parts of one run."""

    stack: Stack
    sink: Sink
    database: Database

    async def release(self, messages: int, delay_ms: int = 0) -> dict[str, Any]:
        """Release a statement to so many members, and measure."""
        await replace_members(self.database, messages)
        request = await confirmed_case(self.database, self.stack.settings)
        self.sink.reset(delay_ms)
        client = await build_client(self.stack.settings)
        released_at = time.time()
        handle = await client.start_workflow(
            DistributionWorkflow.run,
            request,
            id=distribution_workflow_id(request),
            task_queue=CASE_QUEUE,
        )
        peak_mb = await self._peak_until(handle.result())
        ended_at = time.time()
        info = (await handle.describe()).raw_description.workflow_execution_info
        told = self.sink.told()
        first, last = told["first_at"], told["last_at"]
        return {
            "messages": messages,
            "delay_ms": delay_ms,
            "states": await states(self.database, request.document.action_id),
            "arrived": told["count"],
            "different": told["different"],
            "octets_each": told["octets"] // max(1, told["count"]),
            "rate": round(messages / (ended_at - first), 1),
            "seconds_from_release": round(ended_at - released_at, 2),
            "first_message_ms": round(1000 * (first - released_at)),
            "sink_rate": round(messages / (last - first), 1),
            "worker_peak_mb": round(peak_mb, 1),
            "events_each": round(info.history_length / messages, 4),
            "event_octets_each": round(info.history_size_bytes / messages, 2),
        }

    async def _peak_until(self, end: Awaitable[object]) -> float:
        """Wait for the end, and return the most memory that the worker had meanwhile."""
        waiting, peak = asyncio.ensure_future(end), self._memory_mb()
        while not waiting.done():
            await asyncio.wait({waiting}, timeout=LOOK_EVERY_SECONDS)
            peak = max(peak, self._memory_mb())
        await waiting
        return peak

    def _memory_mb(self) -> float:
        return resident_mb(self.stack.data, "worker")


def limit(sink: Sink, example: str, count: int, delay_ms: int = 0) -> float:
    """Return the messages a second that aiosmtplib alone reaches."""
    sink.reset(delay_ms)
    arguments = (sys.executable, "-m", "benchmarks.limit", str(sink.port), str(CONNECTIONS), str(count))
    ended = subprocess.run(arguments, input=example, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return round(count / float(json.loads(ended.stdout)["seconds"]), 1)


async def near_and_far(bench: Bench, messages: int, delays: Sequence[int]) -> dict[str, Any]:
    """Measure ours and the limit, to a relay that answers at once and to one that is farther away."""
    found: dict[str, Any] = {}
    for delay_ms in delays:
        ours = await bench.release(messages, delay_ms)
        example = bench.sink.told()["example"]
        count = min(messages, DELAYED_LIMIT) if delay_ms else messages
        reached = await asyncio.to_thread(limit, bench.sink, example, count, delay_ms)
        found[f"relay_{delay_ms}_ms"] = {
            "ours": ours,
            "limit": reached,
            "ratio": round(ours["rate"] / reached, 2),
        }
    return found


async def measured(bench: Bench, plan: Plan) -> dict[str, Any]:
    """Measure all, and judge it."""
    await bench.release(min(200, plan.messages))  # warms up
    relays = await near_and_far(bench, plan.messages, plan.delays)
    ours = relays[f"relay_{plan.delays[0]}_ms"]["ours"]
    example = bench.sink.told()["example"]
    peers = Peers(bench.stack, bench.sink, plan.peers, plan.peer_messages)
    rates = await asyncio.to_thread(peers.measured, example)
    found = {**relays, "peers": beside(ours["rate"], rates)}
    if plan.scale:
        small, large = [await bench.release(messages) for messages in plan.scale]
        grew = round(large["worker_peak_mb"] - small["worker_peak_mb"], 1)
        found["scale"] = {"small": small, "large": large, "worker_grew_mb": grew}
    return {**found, "judged": judged(found)}


async def _run(plan: Plan) -> dict[str, Any]:
    data = data_folder(given_settings()) / "bench-distribution"
    shutil.rmtree(data, ignore_errors=True)
    async with Sink(data) as sink:
        given = {**given_settings(), **free_ports(), "ACUERPA_LOCAL_SMTP_PORT": str(sink.port)}
        stack = Stack(data, given={**given, "ACUERPA_EMAIL_CONNECTIONS": str(CONNECTIONS)})
        async with stack.only("postgres", "temporal", "worker"):
            database = Database(stack.settings.database_url)
            try:
                return await measured(Bench(stack, sink, database), plan)
            finally:
                await database.close()


def main() -> int:
    """Print the figures; 1 where one misses what it must reach."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=MEASURED)
    parser.add_argument("--delays", type=int, nargs="+", default=[0, DELAY_MS])
    parser.add_argument("--peers", type=Path, help="Python of an environment with the peers' libraries")
    parser.add_argument("--peer-messages", type=int, default=COUNT)
    parser.add_argument(
        "--scale", type=int, nargs="*", default=[SMALL, LARGE], help="none, or a small and a large"
    )
    options = parser.parse_args()
    found = asyncio.run(_run(Plan(**vars(options))))
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return int(any(line["holds"] is False for line in found["judged"]))


if __name__ == "__main__":
    sys.exit(main())
