"""Reading the facts after nudges: however many arrive, one reading at a time, and none is missed."""

import asyncio
from collections.abc import Awaitable, Callable


class Readings:
    """Coalesces requests: those that arrive during a reading are answered together by the next."""

    def __init__(self, read: Callable[[], Awaitable[None]]) -> None:
        self._read = read
        self._lock = asyncio.Lock()
        self._asked = 0
        self._answered = 0
        self.count = 0

    async def refresh(self) -> None:
        """Return after a reading that began after this call."""
        self._asked += 1
        mine = self._asked
        async with self._lock:
            if self._answered >= mine:
                return
            covered = self._asked
            await self._read()
            self._answered = covered
            self.count += 1
