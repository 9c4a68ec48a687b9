"""A child process in a session of its own, with a log file, that is never left behind."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

CHECK_EVERY_SECONDS = 0.05
READY_SECONDS = 60.0
STOP_SECONDS = 30.0
LOG_TAIL_LINES = 5

Check = Callable[[], Awaitable[bool]]


class ChildError(RuntimeError):
    """Say which service failed, how, and where its log is."""


class Child:
    """One service: started, watched and ended as a whole process group.

    `record` is a file that lets the next run find a process whose parent was killed.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str | Path],
        *,
        log: Path,
        record: Path | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._arguments = [str(argument) for argument in arguments]
        self._record = record
        self._environment = dict(os.environ if environment is None else environment)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Tell whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Return the process id of the running process."""
        if self._process is None:
            raise ChildError(f"{self.name} was not started")
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Return how the process ended, None while it runs or before it was started."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start the process; do nothing where it runs."""
        if self.running:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._arguments,
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A Ctrl-C in the terminal reaches us alone: we end the children, in order.
                start_new_session=True,
                umask=0o077,
            )
        self._write_record()

    async def wait_until(self, ready: Check, *, seconds: float = READY_SECONDS) -> None:
        """Return when the service is ready; raise ChildError where it dies or takes too long."""
        deadline = time.monotonic() + seconds
        while True:
            if not self.running:
                raise ChildError(self.epitaph())
            if await ready():
                return
            if time.monotonic() > deadline:
                raise ChildError(f"{self.name} was not ready after {seconds:.0f} s: see {self.log}")
            await asyncio.sleep(CHECK_EVERY_SECONDS)

    async def wait_for_exit(self, *, seconds: float) -> bool:
        """Tell whether the process ended within this time."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._process.wait, seconds)
        return not self.running

    async def stop(self, *, seconds: float = STOP_SECONDS) -> None:
        """Ask the process to end, wait, and end it and all its children by force where it does not."""
        if self.running:
            self._signal(signal.SIGTERM)
            await self.wait_for_exit(seconds=seconds)
        await self.kill()

    async def kill(self) -> None:
        """End the whole process group by SIGKILL, as a crash would."""
        if self._process is None:
            return
        self._signal(signal.SIGKILL)
        await self.wait_for_exit(seconds=STOP_SECONDS)
        if self._record is not None:
            self._record.unlink(missing_ok=True)

    def epitaph(self) -> str:
        """Describe a death: exit code, log file and its last lines."""
        lines = (
            self.log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:] if self.log.exists() else []
        )
        return "\n".join([f"{self.name} ended by itself ({self.exit_code}): see {self.log}", *lines])

    def _signal(self, number: signal.Signals) -> None:
        # The group outlives its leader where a grandchild still runs, and has the leader's number.
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _write_record(self) -> None:
        if self._record is not None:
            self._record.parent.mkdir(parents=True, exist_ok=True)
            self._record.write_text(f"{self.pid} {psutil.Process(self.pid).create_time()}")


def end_leftover(record: Path) -> bool:
    """End the process of a record that a killed parent left; tell whether there was one.

    A process id alone proves nothing, since numbers are reused: the time of its creation must match.
    """
    if not record.exists():
        return False
    with suppress(ValueError, psutil.Error, ProcessLookupError):
        pid, created = record.read_text().split()
        process = psutil.Process(int(pid))
        if process.create_time() == float(created) and process.status() != psutil.STATUS_ZOMBIE:
            os.killpg(process.pid, signal.SIGKILL)
            psutil.wait_procs([process], timeout=1)
            record.unlink()
            return True
    record.unlink()
    return False
