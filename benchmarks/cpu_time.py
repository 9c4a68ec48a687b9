"""Where the processor's time goes: milliseconds of each part of a stack, divided by what was asked of it."""

import time
from pathlib import Path
from typing import Final

import psutil

from local.stack import Stack

MILLISECONDS: Final = 1_000


class CpuTime:
    """Counts from when it is made; the generator of the load is this process."""

    def __init__(self, stack: Stack) -> None:
        run, cluster = stack.data / "run", stack.data / "postgres" / "cluster"
        files = {
            "web": run / "web.pid",
            "postgres": cluster / "postmaster.pid",
            "temporal": run / "temporal.pid",
        }
        self._parts = {name: _pid(file) for name, file in files.items()}
        self._before = self._now()

    def each(self, pieces: int) -> dict[str, float]:
        """Return the milliseconds of each part that a piece of work took since then, and of all together."""
        spent = {name: now - self._before[name] for name, now in self._now().items()}
        spent["all"] = sum(spent.values())
        return {name: round(MILLISECONDS * seconds / max(pieces, 1), 2) for name, seconds in spent.items()}

    def _now(self) -> dict[str, float]:
        return {
            **{name: _seconds_of(pid) for name, pid in self._parts.items()},
            "generator": time.process_time(),
        }


def _pid(file: Path) -> int:
    return int(file.read_text().split()[0])


def _seconds_of(pid: int) -> float:
    """Add up what a process and all that it began have used."""
    leader = psutil.Process(pid)
    seconds = leader.cpu_times().children_user + leader.cpu_times().children_system
    for process in (leader, *leader.children(recursive=True)):
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue  # counted among those that its parent has waited for
        seconds += used.user + used.system
    return seconds
