"""One attempt at a batch, and how far it has come."""

import asyncio
from collections.abc import Awaitable, Coroutine
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from temporalio import activity

from activities.verdicts import Verdict
from models.messages import Batch
from storage.contents import Contents


@dataclass
class Attempt:
    """One attempt at a batch, and how far it has come."""

    batch: Batch
    contents: Contents
    claim_id: UUID
    position: int
    wait: timedelta = timedelta(0)
    closed: bool = False
    """A gate was found closed, so that what is not yet begun goes back."""
    passed: int = 0
    first_put_back: int | None = None
    under_way: set["asyncio.Task[None]"] = field(default_factory=set)
    sending: set["asyncio.Task[Any] | None"] = field(default_factory=set)
    """Those of them whose outcome is not known yet."""
    failure: BaseException | None = None
    """What kept an outcome from being recorded."""
    _context: Context = field(default_factory=copy_context)

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Have something done at the side."""
        task = asyncio.create_task(work)
        self.under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self.under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.failure = self.failure or task.exception()

    async def sent(self, work: Awaitable[Verdict]) -> Verdict:
        """Await the outcome of a message, by a task that may be given up meanwhile."""
        task = asyncio.current_task()
        self.sending |= {task}
        try:
            return await work
        finally:
            self.sending -= {task}

    def put_back(self, position: int) -> None:
        """Note that a message waits again."""
        self.closed = True
        self.first_put_back = min(position, self.first_put_back or position)

    def is_over(self) -> bool:
        """Tell whether nothing more may begin; from anywhere, and not from the activity's own tasks alone."""
        return self._context.run(_is_over)

    def goes_on(self) -> bool:
        """Tell whether messages may still be handed over."""
        return not self.is_over()


def _is_over() -> bool:
    return activity.is_worker_shutdown() or activity.is_cancelled()
