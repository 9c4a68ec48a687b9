"""How much memory the processes of a stack have."""

from pathlib import Path
from typing import Final

import psutil

MIB: Final = 2**20
_RECORDS: Final = {
    "web": Path("run", "web.pid"),
    "worker": Path("run", "worker.pid"),
    "temporal": Path("run", "temporal.pid"),
    "postgres": Path("postgres", "cluster", "postmaster.pid"),
}
"""Where each process has written its id, below the folder of the stack's data."""


def _process(data: Path, name: str) -> psutil.Process:
    return psutil.Process(int((data / _RECORDS[name]).read_text().split()[0]))


def resident_mb(data: Path, name: str) -> float:
    """Return the MiB of one process that are in memory, those that it shares too."""
    octets: int = _process(data, name).memory_info().rss
    return octets / MIB


def proportional_mb(data: Path) -> dict[str, float]:
    """Return the MiB of each process and all its children; what some share is divided among them."""
    found = {}
    for name in _RECORDS:
        parent = _process(data, name)
        octets = sum(one.memory_full_info().pss for one in (parent, *parent.children(recursive=True)))
        found[name] = round(octets / MIB, 1)
    return found
