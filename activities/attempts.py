"""One attempt at a batch, and how far it has come."""

import asyncio
from collections.abc import Awaitable, Coroutine, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from temporalio import activity

from activities.supply import Said
from activities.verdicts import Verdict
from models.messages import Batch
from storage.contents import Contents
from storage.providers import Allowance


@dataclass
class Heard:
    """What a provider said of the messages of one claim, so far."""

    allowance: Allowance
    left: int
    said: list[Said] = field(default_factory=list)

    def hear(self, said: Sequence[Said]) -> bool:
        """Note what was said of one message; tell whether it was the last."""
        self.said += said
        self.left -= 1
        return self.left == 0


@dataclass
class Attempt:
    """One attempt at a batch, and how far it has come."""

    batch: Batch
    contents: Contents
    claim_id: UUID
    position: int
    wait: timedelta = timedelta(0)
    waits_for_turn: bool = False
    closed: bool = False
    """A gate was found closed, or a provider in trouble: what is not yet begun goes back."""
    troubled: bool = False
    """It was the provider."""
    passed: int = 0
    appetite: int = 1
    """How many messages the next claim takes, for each connection."""
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
        """Note that a message waits again, and that no other need be tried."""
        self.closed = True
        self.first_put_back = min(position, self.first_put_back or position)

    def is_over(self) -> bool:
        """Tell whether nothing more may begin; from anywhere, and not from the activity's own tasks alone."""
        return self._context.run(_is_over)

    def goes_on(self) -> bool:
        """Tell whether messages may still be handed over."""
        return not self.closed and not self.is_over()

    def heard(self, verdict: Verdict, *, shared: bool) -> None:
        """Note how a message ended: where all share a provider that failed it, no other follows unseen."""
        self.wait = max(self.wait, verdict.retry_after or timedelta(0))
        if shared and verdict.is_trouble:
            self.closed = self.troubled = True

    def reopen(self) -> None:
        """Begin anew where the gate, or the provider, has been asked again."""
        self.closed = self.troubled = False

    async def ended(self) -> None:
        """Wait until nothing is under way."""
        while self.under_way:
            await asyncio.wait(self.under_way)


def _is_over() -> bool:
    return activity.is_worker_shutdown() or activity.is_cancelled()
