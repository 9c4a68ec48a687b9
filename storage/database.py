"""The connection to PostgreSQL."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import create_async_engine
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


class Database:
    """One engine for a whole process."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self._engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            hide_parameters=True,
            connect_args={"prepare_threshold": 1, "options": _options(SESSION)},
        )
        watch(self._engine.sync_engine)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a session that only reads: each statement sees what was committed, and nothing is kept."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
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


def _options(settings: Mapping[str, str]) -> str:
    return " ".join(f"-c {name}={value}" for name, value in settings.items())
