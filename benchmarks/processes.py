"""What the processes of a stack take of the machine: memory, and the processor's time."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil

MIB: Final = 2**20
MILLISECONDS: Final = 1_000
_RECORDS: Final = {
    "web": Path("run", "web.pid"),
    "worker": Path("run", "worker.pid"),
    "temporal": Path("run", "temporal.pid"),
    "postgres": Path("postgres", "cluster", "postmaster.pid"),
}
"""Where each process has written its id, below the folder of the stack's data."""


def resident_mb(data: Path, name: str) -> float:
    """Return the MiB of one process that are in memory, those that it shares too."""
    octets: int = _process(data, name).memory_info().rss
    return octets / MIB


def proportional_mb(data: Path) -> dict[str, float]:
    """Return the MiB of each process and all its children; what some share is divided among them."""
    return {name: round(sum(map(_pss, _family(_process(data, name)))) / MIB, 1) for name in _RECORDS}


class CpuTime:
    """Counts the processor's time from when it is made; the generator of the load is this process."""

    def __init__(self, data: Path) -> None:
        self._parts = {name: _process(data, name) for name in ("web", "postgres", "temporal")}
        self._before = self._now()

    def each(self, pieces: int) -> dict[str, float]:
        """Return the milliseconds of each part that a piece of work took since then, and of all together."""
        spent = {name: now - self._before[name] for name, now in self._now().items()}
        spent["all"] = sum(spent.values())
        return {name: round(MILLISECONDS * seconds / max(pieces, 1), 2) for name, seconds in spent.items()}

    def _now(self) -> dict[str, float]:
        spent = {name: _seconds(leader) for name, leader in self._parts.items()}
        return {**spent, "generator": time.process_time()}


def _process(data: Path, name: str) -> psutil.Process:
    return psutil.Process(int((data / _RECORDS[name]).read_text().split()[0]))


def _family(leader: psutil.Process) -> Iterator[psutil.Process]:
    yield leader
    yield from leader.children(recursive=True)


def _pss(process: psutil.Process) -> int:
    try:
        octets: int = process.memory_full_info().pss
    except psutil.NoSuchProcess:
        return 0
    return octets


def _seconds(leader: psutil.Process) -> float:
    """Add up what a process and all that it began have used."""
    waited = leader.cpu_times()
    seconds = float(waited.children_user + waited.children_system)
    for process in _family(leader):
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue  # counted among those that its parent has waited for
        seconds += used.user + used.system
    return seconds
