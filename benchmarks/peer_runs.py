"""Runs the peers of `peers/` against the same sink, each with what it needs, and says why one was not run."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.sink_process import ROOT, Sink
from local.ports import LOOPBACK, free_port
from local.stack import Stack

COUNT: Final = 1500
"""Mails of a peer: its rate is the same from the first."""
LONGEST_SECONDS: Final = 600
PEERS: Final = ROOT / "benchmarks" / "peers"

Rate = float | str
"""Mails a second, or why there is no such figure."""


def measured(stack: Stack, sink: Sink, python: Path, example: str) -> dict[str, Rate]:
    """Return what each peer reaches; `python` is that of an environment with their libraries."""

    def run(script: str, place: str) -> Rate:
        sink.reset()
        command = (python, PEERS / script, str(sink.port), str(COUNT), place)
        ended = subprocess.run(  # noqa: S603 - our own scripts
            command, input=example, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
        )
        arrived = sink.told()["count"]
        if ended.returncode or arrived < COUNT:
            return f"failed with {ended.returncode}; {arrived} of {COUNT} arrived"
        return round(COUNT / float(json.loads(ended.stdout)["seconds"]), 1)

    name = "peers"
    stack.postgres.create_database(name)
    place = stack.postgres.url(name).replace("postgresql+psycopg", "postgresql")
    return {
        "procrastinate": run("procrastinate_peer.py", place),
        "one_activity_each": run("activity_each.py", stack.settings.temporal_address),
        "celery": _with_redis(stack.data, lambda address: run("celery_peer.py", address)),
    }


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
