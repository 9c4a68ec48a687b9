"""Waiting for changes of actions, by PostgreSQL's LISTEN and NOTIFY."""

import asyncio
from contextlib import suppress
from uuid import UUID

import psycopg
import structlog
from psycopg import sql

from storage.records import CHANGES_CHANNEL

_log = structlog.get_logger(__name__)
_RECONNECT_SECONDS = 1.0


class ChangeFeed:
    """Wakes those who wait for an action; one connection for a whole process."""

    def __init__(self, database_url: str) -> None:
        self._conninfo = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._changes: dict[UUID, asyncio.Event] = {}
        self.anything = asyncio.Event()
        self._bells = [self.anything]

    async def run(self) -> None:
        """Listen until cancelled; after a lost connection wake everybody, for what was missed."""
        while True:
            try:
                await self._listen()
            except psycopg.OperationalError:
                _log.warning("changes.connection_lost", retry_in_seconds=_RECONNECT_SECONDS)
                await asyncio.sleep(_RECONNECT_SECONDS)

    def next_change(self, action_id: UUID) -> asyncio.Event:
        """Return what the next change of an action sets: take it first, then read the facts, then wait."""
        return self._changes.setdefault(action_id, asyncio.Event())

    def bell(self) -> asyncio.Event:
        """Return an event of the caller's own that any change sets, and that the caller clears."""
        bell = asyncio.Event()
        self._bells.append(bell)
        return bell

    def wake_everybody(self) -> None:
        """Wake all who wait: they may have missed something, or the process ends."""
        for action_id in list(self._changes):
            self._wake(action_id)
        self._ring()

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANGES_CHANNEL)))
            self.wake_everybody()
            async for notification in connection.notifies():
                self._wake(UUID(notification.payload))

    def _wake(self, action_id: UUID) -> None:
        self._ring()
        change = self._changes.pop(action_id, None)
        if change:
            change.set()

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()


async def woken(event: asyncio.Event, at_most_seconds: float) -> None:
    """Wait until an event is set, or for so long."""
    # Not wait_for: under Python 3.11 it swallows a cancellation that comes together with the event.
    with suppress(TimeoutError):
        async with asyncio.timeout(at_most_seconds):
            await event.wait()
