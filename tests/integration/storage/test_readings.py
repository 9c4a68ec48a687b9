"""What is only read begins no transaction, changes nothing, and may be broken off at any moment."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database

_PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%now_and_again%'")
_ASKED = text("SELECT 1 AS now_and_again")


async def _asked(session: AsyncSession, *, times: int = 1) -> int:
    """Ask something a few times, and return how many statements like it PostgreSQL keeps for us."""
    for _ in range(times):
        await session.execute(_ASKED)
    return int((await session.execute(_PREPARED)).scalar_one())


async def test_a_reading_cannot_write(database: Database) -> None:
    async with database.reading() as session:
        with pytest.raises(InternalError, match="read-only"):
            await session.execute(text("UPDATE partner SET name = name"))


async def test_each_statement_of_a_reading_sees_what_was_committed_before_it(database: Database) -> None:
    moment = text("SELECT transaction_timestamp()")
    async with database.reading() as session:
        first, second = [(await session.execute(moment)).scalar_one() for _ in range(2)]
    assert first < second


async def test_what_was_prepared_for_a_reading_serves_the_next(database: Database) -> None:
    async with database.reading() as session:
        assert await _asked(session, times=3) > 0
    async with database.reading() as session:
        assert await _asked(session) > 0


async def test_readings_that_are_broken_off_lose_no_connection(database: Database) -> None:
    async def read() -> None:
        async with database.reading() as session:
            for _ in range(20):
                await session.execute(_ASKED)

    for turns in range(60):
        task = asyncio.create_task(read())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(20):
        await asyncio.gather(*(read() for _ in range(20)))
