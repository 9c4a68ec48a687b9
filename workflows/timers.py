"""Waiting until a moment, or until something makes the wait pointless."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow


async def happens_before(moment: datetime, condition: Callable[[], bool]) -> bool:
    """Wait for a condition until a moment; tell whether it came true. A moment that has passed only looks."""
    try:
        await workflow.wait_condition(condition, timeout=max(moment - workflow.now(), timedelta(0)))
    except TimeoutError:
        return False
    return True
