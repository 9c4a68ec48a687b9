"""Whose turn it is among the batches of a worker: the more urgent first, dispatches alike by their share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import NamedTuple
from uuid import UUID

from models.messages import Batch


class _Waiting(NamedTuple):
    priority: int
    dispatch_id: UUID
    number: int
    called: asyncio.Future[None]


class Turns:
    """Gives one batch after the other its turn.

    The most urgent that waits is next (1 is the most urgent); among those of one urgency, one of the dispatch
    that has had least. A dispatch that comes, or comes back, is not owed what others had while it was away
    (start-time fair queueing: shares are counted from what whoever had the last turn had had before it).
    """

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._had: dict[UUID, int] = {}
        self._begun_from = 0
        self._numbers = count()
        self._taken = False
        self._resting: asyncio.TimerHandle | None = None
        self._calling = False

    @asynccontextmanager
    async def turn(self, batch: Batch) -> AsyncIterator[None]:
        """Wait for the turn of a batch, and have it to the end of the block."""
        await self._wait(batch)
        try:
            yield
        finally:
            self._taken = False
            self._call_soon()

    def charge(self, batch: Batch, messages: int) -> None:
        """Count messages against the share of a batch's dispatch."""
        self._had[batch.dispatch_id] = self._had.get(batch.dispatch_id, 0) + messages

    def others_wait(self, batch: Batch) -> bool:
        """Tell whether batches of other dispatches wait for their turn."""
        return any(one.dispatch_id != batch.dispatch_id for one in self._waiting)

    def rest(self, seconds: float) -> None:
        """Let nobody have a turn for so long; whoever comes meanwhile is considered when it ends."""
        if self._resting is not None:
            self._resting.cancel()
        self._resting = asyncio.get_running_loop().call_later(seconds, self._end_rest)

    async def _wait(self, batch: Batch) -> None:
        called = asyncio.get_running_loop().create_future()
        one = _Waiting(batch.priority, batch.dispatch_id, next(self._numbers), called)
        self._welcome(batch.dispatch_id)
        self._waiting.append(one)
        self._call_soon()
        try:
            await called
        except asyncio.CancelledError:
            self._leave(one)
            raise

    def _welcome(self, dispatch_id: UUID) -> None:
        if not (self._waiting or self._taken or self._calling):
            self._had.clear()
            self._begun_from = 0
        self._had[dispatch_id] = max(self._had.get(dispatch_id, 0), self._begun_from)

    def _leave(self, one: _Waiting) -> None:
        """Forget who does not wait any more; a turn that was just given passes on."""
        if one in self._waiting:
            self._waiting.remove(one)
        else:
            self._taken = False
            self._call_soon()

    def _end_rest(self) -> None:
        self._resting = None
        self._call_next()

    def _call_soon(self) -> None:
        """Call the next when whoever just had a turn had time to ask for another one."""
        if not self._calling:
            self._calling = True
            asyncio.get_running_loop().call_soon(self._call_next)

    def _call_next(self) -> None:
        self._calling = False
        if self._taken or self._resting is not None or not self._waiting:
            return
        one = min(self._waiting, key=self._place)
        self._waiting.remove(one)
        self._taken = True
        self._begun_from = self._had.get(one.dispatch_id, 0)
        one.called.set_result(None)

    def _place(self, one: _Waiting) -> tuple[int, int, int]:
        return one.priority, self._had.get(one.dispatch_id, 0), one.number
