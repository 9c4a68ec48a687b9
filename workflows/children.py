"""Speaking to child workflows, which may have ended meanwhile."""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import TemporalError

FORGOTTEN = "what-ended-is-not-told-again"

Child = workflow.ChildWorkflowHandle[Any, Any] | workflow.ExternalWorkflowHandle[Any]


def has_ended(child: Child) -> bool:
    """Tell whether a child is known to have ended; of one that was joined, nothing is known."""
    return isinstance(child, workflow.ChildWorkflowHandle) and child.done()


async def nudge(child: Child) -> bool:
    """Tell a child that a hold ended, or that facts changed; one that was joined may be gone.

    Returns whether it should be told of what comes.
    """
    is_there = await _signal(child, "nudge") or isinstance(child, workflow.ChildWorkflowHandle)
    return is_there or not workflow.patched(FORGOTTEN)


async def dismiss(child: Child) -> None:
    """Tell a child to finish what it has under way, and to begin nothing new."""
    await _signal(child, "finish")


async def hand_over(child: Child) -> None:
    """Ask a child to end with what another one needs to go on where it was."""
    await _signal(child, "hand_over")


async def _signal(child: Child, name: str) -> bool:
    if has_ended(child):
        return False
    try:
        await child.signal(name)
    except TemporalError:  # it ended while the signal was on its way
        return False
    return True
