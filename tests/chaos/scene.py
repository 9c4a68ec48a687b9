"""Real processes around releases that go through crashes: PostgreSQL, Temporal, the mailbox, and workers."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
from temporalio.client import Client, WorkflowHandle

from assembly import build_client
from benchmarks.released_case import confirmed_case, replace_members
from local.environment import free_ports
from local.ports import LOOPBACK
from local.postgres import EmbeddedPostgres
from local.services import answers
from local.stack import Stack
from models.messages import DispatchOutcome
from settings import ENV_PREFIX
from storage.database import Database
from tests.acceptance.network import COORDINATOR, keys_in_database
from tests.acceptance.people import Coordinator
from tests.chaos.nursery import Forked, Worker
from tests.chaos.points import Point, Protection
from tests.integration.outbox_cases import execute
from tests.waiting import until
from workflows.addresses import CASE_QUEUE, distribution_workflow_id
from workflows.distribution import DistributionWorkflow

CONNECTIONS: Final = 4
PATIENCE_SECONDS: Final = 240.0
"""How long a scenario waits for what has to come, on a machine that is busy with other things."""
GIVEN: Final = {"ACUERPA_EMAIL_CONNECTIONS": str(CONNECTIONS), "ACUERPA_BATCH_SIZE": "50"}


@dataclass(frozen=True)
class Release:
    """A statement that goes out to so many members."""

    action_id: UUID
    reference: str
    members: int
    handle: WorkflowHandle[DistributionWorkflow, DispatchOutcome]


@dataclass
class Scene:
    """Servers that run, and the workers that a scenario starts and kills."""

    stack: Stack
    database: Database
    client: Client
    workers: list[Worker] = field(default_factory=list)
    _keys: dict[str, str] = field(default_factory=dict)

    @property
    def mails(self) -> Path:
        """The folder in which the mailbox keeps what it has taken."""
        return self.stack.data / "mailbox"

    def arrived(self) -> int:
        """Count the mails that the mailbox has taken, of all releases."""
        return sum(entry.name.endswith(".eml") for entry in os.scandir(self.mails))

    async def members(self, count: int) -> None:
        """Have so many members in the directory, nobody else, and none of them suppressed."""
        await execute(self.database, "DELETE FROM suppression")
        await replace_members(self.database, count)

    async def release(self, members: int) -> Release:
        """Begin to send a confirmed statement to all members."""
        request = await confirmed_case(self.database, self.stack.settings)
        handle = await self.client.start_workflow(
            DistributionWorkflow.run,
            request,
            id=distribution_workflow_id(request),
            task_queue=CASE_QUEUE,
        )
        document = request.document
        return Release(document.action_id, document.reference, members, handle)

    async def worker(self, *without: Protection, point: Point | None = None, at: int = 1) -> Worker:
        """Start a worker: the one that operators run, or one that dies at a point, or lacks protections."""
        run = self.stack.data / "run"
        name = f"worker-{len(self.workers)}"
        fired = run / f"{name}.fired"
        order = {"CHAOS_WITHOUT": " ".join(without), "ACUERPA_READY_FILE": str(run / f"{name}.ready")}
        if point:
            order |= {"CHAOS_POINT": point, "CHAOS_AT": str(at), "CHAOS_FIRED": str(fired)}
        worker = Worker(self._environment(**order), self.stack.data / "logs" / f"{name}.log", fired)
        self.workers.append(worker)
        await worker.start()
        return worker

    async def dismiss(self) -> None:
        """End every worker that is left."""
        for worker in self.workers:
            await worker.kill()

    async def worker_is_ready(self) -> bool:
        """Tell whether the last worker is at work."""
        return (self.stack.data / "run" / f"worker-{len(self.workers) - 1}.ready").exists()

    async def in_hand(self) -> set[tuple[UUID, UUID]]:
        """Name what claimers have in hand: deliveries and claims."""
        rows = await execute(self.database, "SELECT id, claim_id FROM delivery WHERE state = 'sending'")
        return {(row.id, row.claim_id) for row in rows}

    async def waiting(self) -> int:
        """Count what is not yet final, of all releases."""
        query = "SELECT count(*) FROM delivery WHERE state IN ('ready', 'sending')"
        return int((await execute(self.database, query))[0][0])

    async def listed_in_doubt(self, references: list[str]) -> set[UUID]:
        """Ask the real API which messages are in doubt; no worker may run, lest cases go on."""
        self._keys = self._keys or await keys_in_database(self.stack)
        api = f"http://{LOOPBACK}:{self.stack.settings.web_port}"
        web = Forked("web.serving", self._environment(), self.stack.data / "logs" / "web.log")
        await web.start()
        try:
            await until(answers(f"{api}/health/ready"), seconds=PATIENCE_SECONDS)
            async with httpx.AsyncClient(timeout=40, trust_env=False) as http:
                coordinator = Coordinator(http, api, self._keys[COORDINATOR], COORDINATOR)
                return {one for name in references for one in await _in_doubt(coordinator, name)}
        finally:
            await web.kill()

    def _environment(self, **order: str) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(ENV_PREFIX)}
        return {**inherited, **self.stack.environment, **order}


async def _in_doubt(coordinator: Coordinator, reference: str) -> set[UUID]:
    page = await coordinator.read(f"/actions/{reference}/in-doubt", limit=1000)
    assert page["next_after"] is None
    return {UUID(one["id"]) for one in page["deliveries"]}


@asynccontextmanager
async def scene(data: Path, postgres: EmbeddedPostgres, database: str, **given: str) -> AsyncIterator[Scene]:
    """Set a scene, without a worker; its database is on a server that outlives it."""
    stack = Stack(data, given={**free_ports(), **GIVEN, **given}, postgres=postgres, database=database)
    async with stack.only("postgres", "temporal", "mailbox"):
        opened = Database(stack.settings.database_url)
        running = Scene(stack, opened, await build_client(stack.settings))
        try:
            yield running
        finally:
            await running.dismiss()
            await opened.close()
