"""Waiting where no event exists that a test could wait for."""

import asyncio
from collections.abc import Awaitable, Callable

STEP_SECONDS = 0.02


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Ask again and again until it is so; TimeoutError if it never is."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - what is asked is in another process
            await asyncio.sleep(STEP_SECONDS)
