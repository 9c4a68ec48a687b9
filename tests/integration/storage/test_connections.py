"""A connection that PostgreSQL has ended is not handed out; where it lives, a commit waits for the disk."""

import select

from sqlalchemy import text

from storage.database import Database
from tests.integration.outbox_cases import execute


async def _ended_by_postgres(database: Database) -> int:
    """Use a connection, have the server end it, and wait until its socket says so."""
    async with database.transaction() as session:
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


async def test_a_transaction_after_a_restart_has_a_new_connection(database: Database) -> None:
    ended = await _ended_by_postgres(database)
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one() != ended


async def test_a_reading_after_a_restart_has_a_new_connection(database: Database) -> None:
    ended = await _ended_by_postgres(database)
    async with database.reading() as session:
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
