"""The web process of these tests: started as in real use, on a port of its own; Temporal is away."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from local.environment import free_ports, local_environment
from local.process import Child
from local.services import answers
from security.keys import decode_key
from security.pins import PinHasher
from storage.database import Database
from tests import factories
from tests.conftest import ROOT

KEYS = {
    "ACUERPA_FIELD_KEYS": factories.FIELD_KEYS,
    "ACUERPA_FINGERPRINT_KEY": factories.FINGERPRINT_KEY,
}


@dataclass(frozen=True)
class WebProcess:
    """Where it answers, and what it works on."""

    address: str
    database: Database
    pins: PinHasher


@asynccontextmanager
async def web_process(folder: Path, database_url: str, **given: str) -> AsyncIterator[WebProcess]:
    """Run the web process over a migrated database; `given` are further ACUERPA_* variables."""
    environment = local_environment(folder / "data", {**free_ports(), **KEYS, **given}, database_url)
    address = environment["ACUERPA_PUBLIC_URL"]
    child = Child(
        "web",
        (sys.executable, "-m", "web"),
        log=folder / "web.log",
        environment={"PATH": "", **environment},
        folder=ROOT,
    )
    database = Database(database_url)
    child.start()
    try:
        await child.wait_until(answers(f"{address}/health/ready"))
        yield WebProcess(address, database, PinHasher(decode_key(factories.FINGERPRINT_KEY)))
    finally:
        await child.stop()
        await database.close()
