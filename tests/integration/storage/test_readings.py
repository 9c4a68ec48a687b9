"""What is only read begins no transaction, changes nothing, and may be broken off at any moment."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database
from storage.driver import ask, driver_of
from tests.integration.outbox_cases import execute
from tests.integration.web.site import eventually

_PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%now_and_again%'")
_ASKED = text("SELECT 1 AS now_and_again")
_IN_TRANSACTION = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'
"""


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


Opening = Callable[[Database], AbstractAsyncContextManager[AsyncSession]]
Asking = Callable[[AsyncSession], Awaitable[object]]

SESSIONS: dict[str, Opening] = {"a reading": Database.reading, "a transaction": Database.transaction}


async def _by_session(session: AsyncSession) -> None:
    await session.execute(_ASKED)


async def _by_driver(session: AsyncSession) -> None:
    await ask(await driver_of(session), _ASKED, {})


WAYS: dict[str, Asking] = {"its session": _by_session, "the driver": _by_driver}


@pytest.mark.parametrize("opened", SESSIONS.values(), ids=SESSIONS)
@pytest.mark.parametrize("asked", WAYS.values(), ids=WAYS)
async def test_those_that_are_broken_off_lose_no_connection_and_leave_none_in_a_transaction(
    database: Database, opened: Opening, asked: Asking
) -> None:
    broken_off = set()

    async def work() -> None:
        async with opened(database) as session:
            for number in range(20):
                try:
                    await asked(session)
                except asyncio.CancelledError:
                    broken_off.add(number)
                    raise

    async def none_is_in_a_transaction() -> bool:
        return await execute(database, _IN_TRANSACTION) == []

    await work()
    for turns in range(0, 600, 5):
        task = asyncio.create_task(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert broken_off, "while PostgreSQL was asked"
    async with asyncio.timeout(20):
        await asyncio.gather(*(work() for _ in range(20)))
    await eventually(none_is_in_a_transaction, seconds=20)
