"""Waiting until a moment, or until something makes the wait pointless."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow


async def happens_before(moment: datetime, condition: Callable[[], bool]) -> bool:
    """Wait for a condition until a moment; tell whether it came true. A moment that has passed only looks."""
    remaining = moment - workflow.now()
    if condition() or remaining <= timedelta(0):  # a wait of no length would time out without looking
        return condition()
    try:
        await workflow.wait_condition(condition, timeout=remaining)
    except TimeoutError:
        return False
    return True
