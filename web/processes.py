"""Several web processes at one address: whichever is free takes the next visitor."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process, create_subprocess_exec
from collections.abc import Sequence
from typing import Final, NamedTuple, Self

import structlog

_log = structlog.get_logger(__name__)

_SHARE: Final = "--share"
_WAITING_VISITORS: Final = 2048


class Share(NamedTuple):
    """What one of several processes is given: which it is, and what they have in common."""

    number: int
    socket: socket.socket
    lifeline: int

    @classmethod
    def given(cls, arguments: Sequence[str]) -> Self | None:
        """Read it from the arguments of a process; None where it is alone."""
        if arguments[:1] != [_SHARE]:
            return None
        number, listener, lifeline = map(int, arguments[1:])
        return cls(number, socket.socket(fileno=listener), lifeline)


async def run_processes(count: int, host: str, port: int) -> int:
    """Run web processes at an address until told to stop, or until one ends; return an exit code.

    The first does what one process alone must do besides. Each ends in good order when its lifeline is cut,
    which the end of this process does as well, however it comes.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=_WAITING_VISITORS)
    lifeline, ours = os.pipe()
    stopped = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, stopped.set)
    shared = (listener.fileno(), lifeline)
    running = [await _begun(number, *shared) for number in range(count)]
    os.close(lifeline)
    listener.close()
    ends = [asyncio.create_task(process.wait()) for process in running]
    stop = asyncio.create_task(stopped.wait())
    await asyncio.wait([*ends, stop], return_when=asyncio.FIRST_COMPLETED)
    was_told = stopped.is_set()
    if not was_told:
        _log.error("web.process_ended")
    os.close(ours)
    await asyncio.gather(*ends)
    stop.cancel()
    return 0 if was_told else 1


async def _begun(number: int, listener: int, lifeline: int) -> Process:
    arguments = (sys.executable, "-m", "web", _SHARE, str(number), str(listener), str(lifeline))
    return await create_subprocess_exec(*arguments, pass_fds=(listener, lifeline))


def ends_with(lifeline: int) -> asyncio.Task[None]:
    """Have this process told to stop when its lifeline is cut; the caller keeps the task."""

    async def watch() -> None:
        cut = asyncio.Event()
        asyncio.get_running_loop().add_reader(lifeline, cut.set)
        await cut.wait()
        asyncio.get_running_loop().remove_reader(lifeline)
        signal.raise_signal(signal.SIGTERM)

    return asyncio.create_task(watch())
