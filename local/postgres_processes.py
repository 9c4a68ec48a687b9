"""Which PostgreSQL processes run, and whose they are."""

import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

PROGRAM = "postgres"


class OrphansError(RuntimeError):
    """Say that children of a killed server still work."""


def server_of(cluster: Path) -> int | None:
    """Return the process id of this cluster's server; another process that got its old number is not it."""
    with suppress(OSError, ValueError, IndexError, psutil.Error):
        process = psutil.Process(int((cluster / "postmaster.pid").read_text().splitlines()[0]))
        ours = process.name() == PROGRAM and str(cluster) in process.cmdline()
        return int(process.pid) if ours and process.status() != psutil.STATUS_ZOMBIE else None
    return None


def clear_what_a_killed_server_left(cluster: Path, sockets: Path, user: int, seconds: float) -> None:
    """Remove lock files of a dead server, once its last child has noticed that it is dead.

    PostgreSQL itself only looks whether the old process number exists, which it does where a zombie is not
    reaped, or where after a reboot another program has got the number.
    """
    deadline = time.monotonic() + seconds
    while orphans := _orphans(user):
        if time.monotonic() > deadline:
            raise OrphansError(f"processes of a killed PostgreSQL still work: {orphans}; end them")
        time.sleep(0.02)
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    for lock in sockets.glob(".s.PGSQL.*"):
        lock.unlink()


def wait_until_gone(cluster: Path) -> None:
    """Return when no server of this cluster runs."""
    while server_of(cluster) is not None:
        time.sleep(0.01)


def kill_server(cluster: Path) -> None:
    """End the server of this cluster by SIGKILL."""
    number = server_of(cluster)
    if number is not None:
        psutil.Process(number).send_signal(signal.SIGKILL)
        wait_until_gone(cluster)


def _orphans(user: int) -> list[int]:
    return [process.pid for process in psutil.process_iter() if _is_orphan(process, user)]


def _is_orphan(process: psutil.Process, user: int) -> bool:
    with suppress(psutil.Error):
        if process.name() != PROGRAM or process.uids().effective != user:
            return False
        parent = process.parent()
        child_of_a_server = parent is not None and parent.name() == PROGRAM
        a_server = "-D" in process.cmdline()
        return not child_of_a_server and not a_server and process.status() != psutil.STATUS_ZOMBIE
    return False
