"""Speaking to child workflows, which may have ended meanwhile."""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import TemporalError

Child = workflow.ChildWorkflowHandle[Any, Any] | workflow.ExternalWorkflowHandle[Any]


async def nudge(child: Child) -> bool:
    """Tell a child that a hold ended, or that facts changed; return whether it is still there."""
    return await _signal(child, "nudge")


async def dismiss(child: Child) -> None:
    """Tell a child to finish what it has under way, and to begin nothing new."""
    await _signal(child, "finish")


async def hand_over(child: Child) -> None:
    """Ask a child to end with what another one needs to go on where it was."""
    await _signal(child, "hand_over")


async def _signal(child: Child, name: str) -> bool:
    if isinstance(child, workflow.ChildWorkflowHandle) and child.done():
        return False
    try:
        await child.signal(name)
    except TemporalError:  # it ended while the signal was on its way
        return False
    return True
