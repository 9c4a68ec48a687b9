"""Statements that go past SQLAlchemy to its driver, within the transaction of their session.

For what hundreds ask at once: with a statement and its rows, SQLAlchemy is busy several times as long as the
driver. Whoever asks so knows the types: enums come back as their words.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import namedtuple_row
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlmodel.ext.asyncio.session import AsyncSession

_DIALECT: Final = PGDialect_psycopg()  # type: ignore[no-untyped-call]

Driver = AsyncConnection[Any]


async def driver_of(session: AsyncSession) -> Driver:
    """Return the driver's connection of a session, once all that waits in the session is written."""
    if session.new or session.dirty or session.deleted:
        await session.flush()
    connection: Any = (await session.connection()).sync_connection
    driver: Driver = connection.connection.driver_connection
    return driver


async def ask(driver: Driver, statement: TextClause, parameters: Mapping[str, object]) -> AsyncCursor[Any]:
    """Ask PostgreSQL, and return the cursor over its answer: rows with names."""
    cursor = driver.cursor(row_factory=namedtuple_row)
    return await cursor.execute(_for_driver(statement), parameters)


@lru_cache(maxsize=512)
def _for_driver(statement: TextClause) -> bytes:
    """Write a statement with the driver's own marks for parameters."""
    return str(statement.compile(dialect=_DIALECT)).encode()
