"""All of Acuerpa on this machine, for `make up`, `make demo` and the acceptance tests."""

import asyncio
import fcntl
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from local.environment import PORT_FIELDS, local_environment, settings_of
from local.ports import LOOPBACK, require_free
from local.postgres import EmbeddedPostgres
from local.process import Child, ChildError, end_leftover
from local.services import (
    PostgresService,
    ProcessService,
    Service,
    TemporalService,
    answers,
    exists,
)
from local.temporal import EmbeddedTemporal, temporal_binary
from settings import ENV_PREFIX

ROOT = Path(__file__).resolve().parent.parent
WATCH_EVERY_SECONDS = 0.2
MIGRATION_SECONDS = 120.0


class StackBusyError(RuntimeError):
    """Say that another stack uses the same data folder."""


def _say_nothing(_event: str) -> None:
    return


class Stack:
    """PostgreSQL, Temporal, mailbox, providers, worker and web, with their data in one folder.

    `given` are ACUERPA_* variables that differ from the defaults, such as free_ports() in a test.
    `postgres` is a server that others share: this stack uses a `database` of its own on it and never ends it,
    unless told to by name.
    """

    def __init__(
        self,
        data: Path,
        *,
        given: Mapping[str, str] | None = None,
        postgres: EmbeddedPostgres | None = None,
        database: str = "acuerpa",
        progress: Callable[[str], None] = _say_nothing,
    ) -> None:
        self.data = data.absolute()
        self.postgres = postgres or EmbeddedPostgres(self.data / "postgres")
        self._shares_postgres = postgres is not None
        self.environment = local_environment(self.data, given or {}, self.postgres.url(database))
        self.settings = settings_of(self.environment)
        self._progress = progress
        self._wanted: set[str] = set()
        self._lock: TextIO | None = None
        self.services = self._build_services(database)

    async def __aenter__(self) -> Self:
        await self.up()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.down()

    async def up(self) -> None:
        """Start everything; where one part fails or we are interrupted, leave nothing running."""
        try:
            self._take_folder()
            self._require_ports()
            await self.start("postgres")
            await _together(
                self.start("temporal"), self.start("mailbox"), self.start("providers"), self._migrate()
            )
            await _together(self.start("worker"), self.start("web"))
        except BaseException:
            await self.down()
            raise

    @asynccontextmanager
    async def only(self, *names: str) -> AsyncIterator[Self]:
        """Run some services alone until the block ends; behind PostgreSQL the database is migrated."""
        try:
            self._take_folder()
            for name in names:
                await self.start(name)
                if name == "postgres":
                    await self._migrate()
            yield self
        finally:
            await self.down()

    async def down(self) -> None:
        """Stop everything in reverse order; do nothing where the folder is another stack's."""
        if self._lock is None:
            return
        for name in ("web", "worker", "providers", "mailbox", "temporal", "postgres"):
            if name != "postgres" or not self._shares_postgres:
                await self.stop(name)
        self._lock.close()
        self._lock = None

    async def start(self, name: str) -> None:
        """Start one service and wait until it is ready."""
        self._progress(name)
        await self.services[name].start()
        self._wanted.add(name)

    async def stop(self, name: str) -> None:
        """Stop one service in good order."""
        self._wanted.discard(name)
        await self.services[name].stop()

    async def kill(self, name: str) -> None:
        """End one service as a crash would."""
        self._wanted.discard(name)
        await self.services[name].kill()

    async def restart(self, name: str) -> None:
        """Stop one service in good order and start it again."""
        await self.stop(name)
        await self.start(name)

    async def wait_for_death(self) -> str:
        """Return the epitaph of the first service that ends without being told to."""
        while True:
            for name in sorted(self._wanted):
                if not self.services[name].running:
                    return self.services[name].epitaph()
            await asyncio.sleep(WATCH_EVERY_SECONDS)

    def _take_folder(self) -> None:
        lock = (self.data / "stack.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            message = f"Acuerpa already runs on {self.data}: stop it first, or set ACUERPA_LOCAL_DATA"
            raise StackBusyError(message) from None
        self._lock = lock
        for record in (self.data / "run").glob("*.pid"):
            end_leftover(record)

    def _require_ports(self) -> None:
        for field in PORT_FIELDS:
            require_free(getattr(self.settings, field), ENV_PREFIX + field.upper())

    async def _migrate(self) -> None:
        self._progress("migrations")
        child = self._child("migrate", "-m", "alembic", "upgrade", "head")
        child.start()
        try:
            ended = await child.wait_for_exit(seconds=MIGRATION_SECONDS)
        finally:
            await child.kill()
        if not ended or child.exit_code != 0:
            raise ChildError(child.epitaph())

    def _build_services(self, database: str) -> dict[str, Service]:
        settings = self.settings
        ready_file = self.data / "run" / "worker.ready"
        worker = self._child("worker", "worker.py", ACUERPA_READY_FILE=str(ready_file))
        web = answers(f"http://{LOOPBACK}:{settings.web_port}/health/ready")
        mailbox = answers(f"http://{LOOPBACK}:{settings.local_mailbox_port}/health")
        providers = answers(f"http://{LOOPBACK}:{settings.local_providers_port}/health")
        return {
            "postgres": PostgresService(self.postgres, database),
            "temporal": TemporalService(self._temporal()),
            "mailbox": ProcessService(self._child("mailbox", "-m", "local.mailbox"), mailbox),
            "providers": ProcessService(self._child("providers", "-m", "local.providers"), providers),
            "worker": ProcessService(worker, exists(ready_file), ready_file),
            "web": ProcessService(self._child("web", "-m", "web"), web),
        }

    def _temporal(self) -> EmbeddedTemporal:
        return EmbeddedTemporal(
            temporal_binary(),
            self.data / "temporal" / "temporal.db",
            self.settings.local_temporal_port,
            self.settings.local_temporal_ui_port,
            namespace=self.settings.temporal_namespace,
            log=self.data / "logs" / "temporal.log",
            record=self.data / "run" / "temporal.pid",
        )

    def _child(self, name: str, *arguments: str, **extra: str) -> Child:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(ENV_PREFIX)}
        return Child(
            name,
            (sys.executable, *arguments),
            log=self.data / "logs" / f"{name}.log",
            record=self.data / "run" / f"{name}.pid",
            environment={**inherited, **self.environment, "PYTHONUNBUFFERED": "1", **extra},
            folder=ROOT,
        )


async def _together(*starts: Coroutine[Any, Any, None]) -> None:
    """Run side by side; on the first failure cancel the rest, wait for them, and raise that failure."""
    tasks = [asyncio.ensure_future(start) for start in starts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task
