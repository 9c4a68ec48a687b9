"""A connection that PostgreSQL has ended is not handed out; where it lives, a commit waits for the disk."""

import select
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database, most_connections
from tests.integration.outbox_cases import execute

Opened = Callable[[Database], AbstractAsyncContextManager[AsyncSession]]


async def _ended_by_postgres(database: Database, opened: Opened) -> int:
    """Use a connection, have the server end it, and wait until its socket says so."""
    async with opened(database) as session:
        used = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        raw = await (await session.connection()).get_raw_connection()
        assert raw.driver_connection
        poll = select.poll()
        poll.register(raw.driver_connection.fileno(), select.POLLIN)
    other = Database(database.url)
    await execute(other, "SELECT pg_terminate_backend(:pid)", pid=used)
    await other.close()
    assert poll.poll(20_000)
    return int(used)


@pytest.mark.parametrize("opened", [Database.transaction, Database.reading])
async def test_whoever_comes_after_a_restart_has_a_new_connection(database: Database, opened: Opened) -> None:
    ended = await _ended_by_postgres(database, opened)
    async with opened(database) as session:
        assert (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one() != ended


async def test_a_commit_waits_for_the_disk_whatever_the_database_is_set_to(database: Database) -> None:
    await execute(
        database,
        """
        DO $$ BEGIN
            EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database());
        END $$
        """,
    )
    other = Database(database.url)
    assert (await execute(other, "SHOW synchronous_commit"))[0][0] == "on"
    await other.close()


@pytest.mark.parametrize("pool_size", [1, 4])
async def test_a_process_has_as_many_connections_as_are_counted_on(
    database: Database, pool_size: int
) -> None:
    other = Database(database.url, pool_size=pool_size)
    used = set()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(other.close)
        for opened in [other.transaction] * 2 * pool_size + [other.reading] * max(pool_size // 2, 1):
            session = await stack.enter_async_context(opened())
            used.add((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one())
    assert len(used) == most_connections(pool_size)
