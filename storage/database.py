"""The connection to PostgreSQL."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

import models.tables  # noqa: F401 - every foreign key must find its table
from storage.liveness import watch

UNAVAILABLE = (
    OperationalError,
    InterfaceError,
    NoFreeConnection,
    OSError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)
"""What is raised while PostgreSQL cannot be reached, is going down, or has no connection left for us."""

SESSION = {"plan_cache_mode": "force_generic_plan", "synchronous_commit": "on"}
"""Settings of each session. A claim that a crash may forget guards nothing, whatever the server is set to."""

_READING = {**SESSION, "default_transaction_read_only": "on"}
"""Settings of those that only read."""

_PLAN_FOR_VALUES = text("SET LOCAL plan_cache_mode = force_custom_plan")

POOL: Final = 10
"""How many connections to change things with a process keeps, unless it is told otherwise."""


def most_connections(pool_size: int = POOL) -> int:
    """Return how many connections a process has at most: in need twice as many, and those that only read."""
    return 2 * pool_size + _readers(pool_size)


def _readers(pool_size: int) -> int:
    # Few: each is busy for a moment only.
    return max(pool_size // 2, 1)


class Database:
    """The engines of a whole process: one for transactions, and one for what is only read.

    The second begins no transaction, which would be two answers more to wait for, and whose end without a
    commit has psycopg forget every prepared statement. It has connections of its own, since one that is
    cancelled while it changes how it commits is lost; and PostgreSQL takes no write on them.
    """

    def __init__(self, url: str, *, pool_size: int = POOL) -> None:
        self.url = url
        self._engine = _engine(url, pool_size, pool_size, SESSION)
        self._reading = _engine(url, _readers(pool_size), 0, _READING, isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a session that only reads: each statement sees what was committed, and nothing is kept."""
        async with AsyncSession(self._reading, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a session that commits at the end of the block, and rolls back where the block raises."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def ping(self) -> None:
        """Raise where the database does not answer."""
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
        await self._reading.dispose()


async def plan_for_values(session: AsyncSession) -> None:
    """Have what follows in this transaction planned for the very values that it is asked with.

    For what chooses among all contacts: a plan for any choice expects that hardly anybody is chosen, and then
    compares everybody with everybody.
    """
    await session.execute(_PLAN_FOR_VALUES)


def _engine(url: str, kept: int, more: int, settings: Mapping[str, str], **given: Any) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=kept,
        max_overflow=more,
        # Those that were used last know the statements.
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={"prepare_threshold": 1, "options": _options(settings)},
        **given,
    )
    watch(engine.sync_engine)
    return engine


def _options(settings: Mapping[str, str]) -> str:
    return " ".join(f"-c {name}={value}" for name, value in settings.items())
