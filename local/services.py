"""The services of a stack, all started, watched, stopped and killed alike."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import httpx

from local.postgres import EmbeddedPostgres
from local.process import Check, Child
from local.temporal import EmbeddedTemporal

PROBE_SECONDS = 2.0


class Service(Protocol):
    """What a stack asks of each of its parts; start() returns when the service is ready."""

    @property
    def running(self) -> bool:
        """Tell whether it lives."""

    async def start(self) -> None:
        """Start it and wait until it is ready."""

    async def stop(self) -> None:
        """End it in good order."""

    async def kill(self) -> None:
        """End it as a crash would."""

    def epitaph(self) -> str:
        """Describe how it ended by itself."""


class PostgresService:
    """The database server; one that somebody else started is used and never ended."""

    def __init__(self, server: EmbeddedPostgres, database: str) -> None:
        self._server = server
        self._database = database

    @property
    def running(self) -> bool:
        """Tell whether the server lives."""
        return self._server.running

    async def start(self) -> None:
        """Start the server and create the database."""
        await _to_the_end(self._server.start)
        await _to_the_end(self._server.create_database, self._database)

    async def stop(self) -> None:
        """End the server in good order."""
        await _to_the_end(self._server.stop)

    async def kill(self) -> None:
        """End the server as a crash would."""
        await _to_the_end(self._server.kill)

    def epitaph(self) -> str:
        """Describe a death."""
        return f"postgres ended by itself: see {self._server.log}"


class TemporalService:
    """The Temporal server."""

    def __init__(self, server: EmbeddedTemporal) -> None:
        self._server = server
        self.start = server.start
        self.stop = server.stop
        self.kill = server.kill
        self.epitaph = server.child.epitaph

    @property
    def running(self) -> bool:
        """Tell whether the server lives."""
        return self._server.child.running


class ProcessService:
    """One of our own processes, ready when its check says so."""

    def __init__(self, child: Child, ready: Check, ready_file: Path | None = None) -> None:
        self._child = child
        self._ready = ready
        self._ready_file = ready_file
        self.stop = child.stop
        self.kill = child.kill
        self.epitaph = child.epitaph

    @property
    def running(self) -> bool:
        """Tell whether the process lives."""
        return self._child.running

    async def start(self) -> None:
        """Start the process and wait until it is ready."""
        if self._ready_file is not None and not self.running:
            self._ready_file.unlink(missing_ok=True)
        self._child.start()
        await self._child.wait_until(self._ready)


async def _to_the_end(work: Callable[..., None], *arguments: str) -> None:
    """Run in a thread; where we are cancelled it still finishes, since half a start cannot be stopped."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise


def answers(address: str) -> Check:
    """Return a check that a page answers with success."""

    async def check() -> bool:
        try:
            async with httpx.AsyncClient(timeout=PROBE_SECONDS, trust_env=False) as client:
                return (await client.get(address)).is_success
        except httpx.TransportError:
            return False

    return check


def exists(file: Path) -> Check:
    """Return a check that a file was written."""

    async def check() -> bool:
        return await asyncio.to_thread(file.exists)

    return check
