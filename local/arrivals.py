import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Arrivals:
    """Let readers wait for the next message instead of asking again and again."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()

    async def announce(self) -> None:
        """Wake all readers."""
        async with self._changed:
            self._changed.notify_all()

    async def wait_for(self, find: Callable[[], list[Found]], seconds: float) -> list[Found]:
        """Return what is found, as soon as something is, or nothing after this time."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                while not (found := find()):
                    await self._changed.wait()
                return found
        except TimeoutError:
            return find()
