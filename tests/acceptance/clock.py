"""A whole stack whose time can pass: our processes, PostgreSQL and Temporal keep one, later time."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from assembly import build_client
from local.process import Child
from local.stack import Stack
from local.temporal import EmbeddedTemporal
from tests.acceptance.by_the_clock import CLOCK_FILE
from tests.waiting import until
from workflows.follow_up import FollowUpWorkflow
from workflows.receipts import ReceiptsWorkflow
from workflows.sign_on import SignOnWorkflow

BY_THE_CLOCK = ("-m", "tests.acceptance.by_the_clock")
OURS = ("worker", "web")
WAITS_IN = {"signing": SignOnWorkflow.__name__, "following_up": FollowUpWorkflow.__name__}
"""By whose timers an action waits in each phase; while it is verified, only people are waited for."""

WAIT = (*WAITS_IN.values(), ReceiptsWorkflow.__name__)
"""Whose time is brought forward: these wait for no others."""


_CLOCK_IN_DATABASE = """
    CREATE SCHEMA clock;
    CREATE TABLE clock.ahead (by interval NOT NULL);
    INSERT INTO clock.ahead VALUES ('0');
    CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE
        RETURN (SELECT pg_catalog.now() + by FROM clock.ahead);
    CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
        RETURN (SELECT pg_catalog.clock_timestamp() + by FROM clock.ahead);
"""


class StackInTime(Stack):
    """A stack for stories of days and years, which pass when they are told to.

    PostgreSQL finds `now()` in a schema of its own before its built-in one, our processes read a file, and
    Temporal's server skips the time of each workflow, whose timers fire as they would have.
    """

    @property
    def clock_file(self) -> Path:
        return self.data / "clock"

    @property
    def ahead(self) -> timedelta:
        """Return how far its clock is ahead of ours."""
        return timedelta(seconds=float(self.clock_file.read_text()))

    async def set_clock(self, ahead: timedelta) -> None:
        """Put the clock of the database and of our processes so far ahead."""
        await asyncio.to_thread(self._set_clock, ahead)

    def _set_clock(self, ahead: timedelta) -> None:
        with psycopg.connect(_plain(self.settings.database_url)) as connection:
            connection.execute("UPDATE clock.ahead SET by = %s", [ahead])
            self.clock_file.write_text(str(ahead.total_seconds()))

    async def _migrate(self) -> None:
        await super()._migrate()
        await asyncio.to_thread(self._install_clock)

    def _install_clock(self) -> None:
        self.clock_file.write_text("0")
        with psycopg.connect(_plain(self.settings.database_url)) as connection:
            connection.execute(_CLOCK_IN_DATABASE)
            name = connection.info.dbname
            connection.execute(f'ALTER DATABASE "{name}" SET search_path = clock, pg_catalog, public')

    def _child(self, name: str, *arguments: str, **extra: str) -> Child:
        if name not in OURS:
            return super()._child(name, *arguments, **extra)
        program = arguments[-1]
        return super()._child(name, *BY_THE_CLOCK, program, **extra, **{CLOCK_FILE: str(self.clock_file)})

    def _temporal(self) -> EmbeddedTemporal:
        server = super()._temporal()
        server.child._arguments += ["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"]
        return server


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


class Clock:
    """The time of a stack, for those who wait in it."""

    def __init__(self, stack: StackInTime) -> None:
        self._stack = stack
        self._skipper: TimeSkipper | None = None

    def now(self) -> datetime:
        """Return the present moment of the story."""
        return datetime.now(UTC) + self._stack.ahead

    async def passes(self, reference: str, phase: str, duration: timedelta) -> None:
        """Let time pass for everybody, and have what an action waits for in it come."""
        await self._stack.set_clock(self._stack.ahead + duration)
        skipper = await self._time_skipper()
        expected = {WAITS_IN[phase]} if phase in WAITS_IN else set()
        waiting: dict[str, WorkflowHandle[Any, Any]] = {}

        async def is_complete() -> bool:
            waiting.update(await _waiting(skipper.client, reference))
            return expected <= waiting.keys()

        await until(is_complete)
        await asyncio.gather(*(self._bring(skipper, handle) for handle in waiting.values()))

    async def _bring(self, skipper: TimeSkipper, handle: WorkflowHandle[Any, Any]) -> None:
        """Skip what lies between its time and ours: workflows begin by that of the server."""
        behind = self.now() - await skipper.get_current_time(handle)
        try:
            await skipper.fast_forward(handle, behind)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # then it has come to its end meanwhile
                raise

    async def _time_skipper(self) -> TimeSkipper:
        if self._skipper is None:
            client = await build_client(self._stack.settings)
            self._skipper = TimeSkipper(client, config=TimeSkippingConfig(disable_propagation=True))
        return self._skipper


async def _waiting(client: Client, reference: str) -> dict[str, WorkflowHandle[Any, Any]]:
    """Return what waits in an action, by its kind; of each kind one runs at a time."""
    query = f"WorkflowId STARTS_WITH '{reference}/' AND ExecutionStatus = 'Running'"
    running = [one async for one in client.list_workflows(query) if one.workflow_type in WAIT]
    return {one.workflow_type: client.get_workflow_handle(one.id) for one in running}
