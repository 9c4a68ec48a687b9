"""The children that do the steps of an action, which waits for them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ChildWorkflowError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from models.messages import FollowUpRequest
    from workflows.children import dismiss, hand_over, nudge
    from workflows.rounds import Rounds
    from workflows.timers import happens_before

BEFORE_ANOTHER = timedelta(seconds=10)
"""How long after the loss of a child another one is started."""

SPARED = "no-wait-for-a-child-that-is-not-needed"

_Child = workflow.ChildWorkflowHandle[Any, Any]


class EndedError(Exception):
    """The action was stopped, rejected or closed while a step waited."""


class Parts:
    """Has children do their parts, until the action is over; each is told what concerns it."""

    def __init__(self, is_over: Callable[[], bool]) -> None:
        self._is_over = is_over
        self._children: list[_Child] = []
        self.hands_over = False
        """Whether the child that was started last was asked to hand over."""

    async def have_done(
        self, run: Any, request: Any, name: str, unless: Callable[[], bool] = lambda: False
    ) -> Any:
        """Have a child do its part, unless that is not needed; one that is lost is followed by another.

        Raises:
            EndedError: the action is over.
        """
        while not unless():
            try:
                child = await workflow.start_child_workflow(run, request, id=name)
                self.hands_over = False
                await self._see_through(child, unless)
                return await child
            except (ChildWorkflowError, WorkflowAlreadyStartedError):
                workflow.logger.error("a child was lost", extra={"child": name})
            await self._wait_before_another(unless)
        return None

    async def nudge(self) -> None:
        """Tell all that a hold ended, or that facts changed."""
        for child in list(self._children):
            await nudge(child)

    async def hand_over(self, name: str) -> None:
        """Ask one, by its id, to end and to return what another run needs to go on."""
        for child in [one for one in self._children if one.id == name]:
            self.hands_over = True
            await hand_over(child)

    async def _see_through(self, child: _Child, unless: Callable[[], bool]) -> None:
        """Keep a child informed until it is done or not needed any more, and let it finish."""
        self._children.append(child)
        await workflow.wait_condition(lambda: self._is_over() or child.done() or unless())
        await dismiss(child)
        await workflow.wait([child])
        self._children.remove(child)
        if self._is_over():
            await _dismiss_what_is_left(child)
            raise EndedError

    async def _wait_before_another(self, unless: Callable[[], bool]) -> None:
        spared = unless if workflow.patched(SPARED) else lambda: False
        again_at = workflow.now() + BEFORE_ANOTHER
        if await happens_before(again_at, lambda: self._is_over() or spared()) and self._is_over():
            raise EndedError


async def _dismiss_what_is_left(child: _Child) -> None:
    """Dismiss what a follow-up handed over to a run that will not begin, since the action ended meanwhile."""
    left = None if child.cancelled() or child.exception() else child.result()
    if isinstance(left, FollowUpRequest):
        await Rounds(left.document, left.rounds).dismiss()
