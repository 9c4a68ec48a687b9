"""The real parts that tests share: one PostgreSQL a test process, one migrated database a test."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from local.postgres import EmbeddedPostgres
from storage.database import Database

ROOT = Path(__file__).parent.parent
TEMPLATE = "acuerpa_template"
SHARED_POSTGRES = "SHARED_POSTGRES"
"""The folder of a server that was started for several pytests, see `shared_postgres`."""
LONGEST_FIRST = (
    "tests/integration/machine/",
    "tests/integration/stops/",
    "tests/chaos/",
    "tests/acceptance/",
    "tests/browser/",
    "tests/replay/",
    "tests/workflows/",
    "tests/integration/",
)
"""Rooms whose tests take longest: begun last, one of them would keep everybody waiting at the end."""
_numbers = count(1)


def pytest_configure() -> None:
    """Let Ctrl-C reach what tests start, also where a shell began pytest in the background, without it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the rooms whose tests take longest."""

    def room(item: pytest.Item) -> int:
        rooms = (place for place, name in enumerate(LONGEST_FIRST) if item.nodeid.startswith(name))
        return next(rooms, len(LONGEST_FIRST))

    items.sort(key=room)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server for all tests of this process, or the one that is shared with others."""
    if SHARED_POSTGRES in os.environ:
        yield EmbeddedPostgres(Path(os.environ[SHARED_POSTGRES]), fast=True)
        return
    with own_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated database that others are copied from."""
    if SHARED_POSTGRES not in os.environ:
        make_template(postgres)
    return TEMPLATE


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, migrated: str) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    postgres.create_database(name, template=migrated)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@contextmanager
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """Run a PostgreSQL server.

    Its folder is not pytest's: a second pytest closes that to all other accounts, PostgreSQL's among them.
    """
    with TemporaryDirectory(prefix="acuerpa-test-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data", fast=True)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def shared_postgres() -> Iterator[None]:
    """Run a PostgreSQL server, with its template, for all pytests that are started meanwhile."""
    with own_postgres() as server:
        make_template(server)
        os.environ[SHARED_POSTGRES] = str(server.data)
        try:
            yield
        finally:
            del os.environ[SHARED_POSTGRES]


def make_template(server: EmbeddedPostgres) -> None:
    """Make the database that each test gets a copy of."""
    server.create_database(TEMPLATE)
    migrate(server.url(TEMPLATE))


def migrate(url: str) -> None:
    """Bring a database to the newest revision."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
