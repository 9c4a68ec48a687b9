"""What surrounds every activity: bound logs, errors without personal data, and heartbeats."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import structlog
from structlog.contextvars import bound_contextvars
from temporalio import activity
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

_log = structlog.get_logger(__name__)
_HEARTBEAT_SECONDS = 2

ResultT = TypeVar("ResultT")


class ActivityContext(Interceptor):
    """Binds ids to the log lines of an activity, and keeps the words of its errors to ourselves.

    A database or network error may quote values; only the name of its class goes to Temporal.
    """

    def intercept_activity(self, following: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap one activity."""
        return _BoundActivity(following)


class _BoundActivity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        info = activity.info()
        bound = {"activity": info.activity_type, "attempt": info.attempt, **_ids(input.args)}
        with bound_contextvars(workflow_id=info.workflow_id, **bound):
            return await _without_words(lambda: self.next.execute_activity(input))


async def _without_words(call: Callable[[], Awaitable[ResultT]]) -> ResultT:
    try:
        return await call()
    except FailureError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its words stay here
        _log.warning("activity.failed", error=type(error).__name__, exc_info=error)
        name = type(error).__name__
    raise ApplicationError("the activity failed; the worker's log has the place", type=name)


def _ids(arguments: Any) -> dict[str, str]:
    return {
        name: str(getattr(argument, name))
        for argument in arguments
        for name in ("action_id", "dispatch_id")
        if hasattr(argument, name)
    }


@asynccontextmanager
async def heartbeating() -> AsyncIterator[None]:
    """Tell Temporal that the activity lives, until the block ends."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(_HEARTBEAT_SECONDS)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def to_its_end(work: Coroutine[None, None, ResultT], patience_seconds: float) -> ResultT:
    """Await work that a cancellation must not tear: the cancellation is raised when the work has ended."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=patience_seconds)
        raise
