"""Composition root of the worker: build, register, run until told to stop."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker

from assembly import build_adapters, build_client, build_workers
from logs import configure_logging
from models.digest_messages import DigestTurn
from settings import Settings, load_settings
from storage.database import Database
from workflows.addresses import CASE_QUEUE, DIGESTS_WORKFLOW_ID
from workflows.digests import DigestsWorkflow

_log = structlog.get_logger(__name__)


async def run(settings: Settings, stopped: asyncio.Event) -> None:
    """Work until the event is set, then let what is under way finish."""
    database = Database(settings.database_url)
    adapters = build_adapters(settings)
    client = await build_client(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        for adapter in adapters.values():
            stack.push_async_callback(adapter.close)
        workers = build_workers(settings, client, database, adapters)
        for worker in workers:
            await stack.enter_async_context(worker)
        stack.push_async_callback(_shut_down, workers)
        await keep_digests(client)
        _log.info("worker.ready")
        _tell_ready()
        await stopped.wait()
        _log.info("worker.stopping")


async def keep_digests(client: Client) -> None:
    """Have weekly digests looked after, unless they are already: one workflow does it for all workers."""
    await client.start_workflow(
        DigestsWorkflow.run,
        DigestTurn(),
        id=DIGESTS_WORKFLOW_ID,
        task_queue=CASE_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


async def _shut_down(workers: list[Worker]) -> None:
    """Shut all down at once, so that their times of grace do not add up."""
    await asyncio.gather(*(worker.shutdown() for worker in workers))


def _tell_ready() -> None:
    ready_file = os.environ.get("ACUERPA_READY_FILE")
    if ready_file:
        Path(ready_file).touch()


async def main() -> None:
    """Run with the settings of the environment until SIGINT or SIGTERM."""
    settings = load_settings()
    configure_logging(settings.log_format, settings.log_level)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await run(settings, stopped)


if __name__ == "__main__":
    asyncio.run(main())
