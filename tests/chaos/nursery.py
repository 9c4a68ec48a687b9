"""Where processes come from: one that has imported everything once, and forks itself for each of them.

A worker that is killed a hundred times would spend most of its lives importing.
"""

import asyncio
import importlib
import multiprocessing
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.chaos.points import Point

_CONTEXT: Final = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.chaos.breaking_worker", "web.serving"])
END_SECONDS: Final = 30


class Forked:
    """One process of ours; its log is named after it."""

    def __init__(self, module: str, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._process = _CONTEXT.Process(
            target=_become, args=(module, dict(environment), str(log)), daemon=True
        )

    async def start(self) -> None:
        """Start it; it is ready when it is."""
        await asyncio.to_thread(self._process.start)

    async def kill(self) -> None:
        """End it by SIGKILL, if it lives."""
        self._process.kill()
        await asyncio.to_thread(self._process.join, END_SECONDS)

    def _said(self) -> str:
        return f"exit code {self._process.exitcode}, {self.log.read_text()[-2000:]}"


class Worker(Forked):
    """A worker; `fired` is the file in which it says where it has killed itself."""

    def __init__(self, environment: Mapping[str, str], log: Path, fired: Path) -> None:
        super().__init__("tests.chaos.breaking_worker", environment, log)
        self.fired = fired

    async def killed(self) -> None:
        """End it by SIGKILL, and prove that it lived until then."""
        assert self._process.is_alive(), self._said()
        await self.kill()
        assert self._process.exitcode == -signal.SIGKILL

    async def dies_at(self, point: Point, seconds: float) -> None:
        """Wait until it has killed itself, and prove that it was there."""
        await asyncio.to_thread(self._process.join, seconds)
        assert self._process.exitcode == -signal.SIGKILL, f"nobody came to {point}: {self._said()}"
        assert self.fired.read_text() == point


def _become(module: str, environment: dict[str, str], log: str) -> None:
    """Run the coroutine `main` of a module with this environment, in a session of its own."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    with Path(log).open("ab") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    asyncio.run(importlib.import_module(module).main())
