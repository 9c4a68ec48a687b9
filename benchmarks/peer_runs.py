"""Runs the peers of `peers/` against the same sink, each with what it needs, and says why one was not run."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.sink_process import ROOT, Sink
from local.ports import LOOPBACK, free_port
from local.stack import Stack

COUNT: Final = 1500
"""Mails of a peer: its rate is the same from the first."""
LONGEST_SECONDS: Final = 600
PEERS: Final = ROOT / "benchmarks" / "peers"
NAMES: Final = ("celery", "procrastinate", "one_activity_each")
WHY_NOT: Final = (
    "not measured: name the Python of an environment with benchmarks/peers/requirements.txt by --peers"
)

Rate = float | str
"""Mails a second, or why there is no such figure."""


@dataclass(frozen=True)
class Peers:
    """The peers, in an environment of their own; `python` is None where there is none."""

    stack: Stack
    sink: Sink
    python: Path | None
    count: int = COUNT

    def measured(self, example: str) -> dict[str, Rate]:
        """Return what each peer reaches with mails like the example."""
        if self.python is None:
            return dict.fromkeys(NAMES, WHY_NOT)
        postgres = self.stack.postgres
        postgres.create_database("peers")
        place = postgres.url("peers").replace("postgresql+psycopg", "postgresql")
        return {
            "celery": _with_redis(
                self.stack.data, lambda address: self._rate("celery_peer.py", address, example)
            ),
            "procrastinate": self._rate("procrastinate_peer.py", place, example),
            "one_activity_each": self._rate(
                "activity_each.py", self.stack.settings.temporal_address, example
            ),
        }

    def _rate(self, script: str, place: str, example: str) -> Rate:
        self.sink.reset()
        command = (str(self.python), PEERS / script, str(self.sink.port), str(self.count), place)
        try:
            ended = subprocess.run(  # noqa: S603 - our own scripts
                command, input=example, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"not measured: {type(error).__name__} of {self.python}"
        arrived = self.sink.told()["count"]
        if ended.returncode or arrived < self.count:
            why = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
            return f"not measured: ended with {ended.returncode}, {arrived} of {self.count} arrived; {why}"
        return round(self.count / float(json.loads(ended.stdout)["seconds"]), 1)


def _with_redis(data: Path, run: Callable[[str], Rate]) -> Rate:
    program = shutil.which("redis-server")
    if program is None:
        return "not measured: there is no redis-server on this machine"
    port = free_port()
    arguments = (program, "--port", str(port), "--bind", LOOPBACK, "--appendonly", "no", "--save", "")
    redis = subprocess.Popen(  # noqa: S603 - found by its name
        arguments, cwd=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        return run(f"redis://{LOOPBACK}:{port}/0")
    finally:
        redis.terminate()
        redis.wait()
