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
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from assembly import build_client
from benchmarks import peer_runs
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


@dataclass
class Bench:
    """The parts of one run."""

    stack: Stack
    sink: Sink
    database: Database

    async def release(self, messages: int, delay_ms: int = 0) -> dict[str, Any]:
        """Release a statement to so many members, and measure."""
        memory_before = self._memory_mb()
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
        await handle.result()
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
            "worker_grew_mb": round(self._memory_mb() - memory_before, 1),
            "events_each": round(info.history_length / messages, 4),
            "event_octets_each": round(info.history_size_bytes / messages, 2),
        }

    def _memory_mb(self) -> float:
        """Return how much memory the worker has."""
        record = (self.stack.data / "run" / "worker.pid").read_text()
        octets: int = psutil.Process(int(record.split()[0])).memory_info().rss
        return octets / 2**20


def limit(sink: Sink, example: str, count: int, delay_ms: int = 0) -> float:
    """Return the messages a second that aiosmtplib alone reaches."""
    sink.reset(delay_ms)
    arguments = (sys.executable, "-m", "benchmarks.limit", str(sink.port), str(CONNECTIONS), str(count))
    ended = subprocess.run(arguments, input=example, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return round(count / float(json.loads(ended.stdout)["seconds"]), 1)


async def measured(bench: Bench, messages: int, delays: list[int], peers: Path | None) -> dict[str, Any]:
    """Measure ours and the limit, near and far, and the peers where there is a Python that has them."""
    found: dict[str, Any] = {}
    await bench.release(200)  # warms up
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
    example = bench.sink.told()["example"]
    found["peers"] = (
        await asyncio.to_thread(peer_runs.measured, bench.stack, bench.sink, peers, example)
        if peers
        else "not measured: give --peers, the Python of an environment with benchmarks/peers/requirements.txt"
    )
    return found


async def _run(messages: int, delays: list[int], peers: Path | None) -> dict[str, Any]:
    data = data_folder(given_settings()) / "bench-distribution"
    shutil.rmtree(data, ignore_errors=True)
    async with Sink(data) as sink:
        given = {**given_settings(), **free_ports(), "ACUERPA_LOCAL_SMTP_PORT": str(sink.port)}
        stack = Stack(data, given={**given, "ACUERPA_EMAIL_CONNECTIONS": str(CONNECTIONS)})
        async with stack.only("postgres", "temporal", "worker"):
            database = Database(stack.settings.database_url)
            try:
                return await measured(Bench(stack, sink, database), messages, delays, peers)
            finally:
                await database.close()


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=MEASURED)
    parser.add_argument("--delays", type=int, nargs="*", default=[0, DELAY_MS])
    parser.add_argument("--peers", type=Path, help="Python of an environment with the peers' libraries")
    options = parser.parse_args()
    found = asyncio.run(_run(options.messages, options.delays, options.peers))
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
