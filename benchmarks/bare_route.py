"""What a route can do at best: FastAPI, one row, one commit. `-m benchmarks.bare_route PORT PROCESSES`."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from storage.database import Database

PATH = "/commit"
DATABASE = "BARE_DATABASE_URL"
"""The variable that holds the database's address."""

_TABLE = text(
    "CREATE TABLE IF NOT EXISTS bare_commit (id bigserial PRIMARY KEY, at timestamptz DEFAULT now())"
)
_ROW = text("INSERT INTO bare_commit DEFAULT VALUES")


def bare_app() -> FastAPI:
    """Build the application: its one route commits one row."""
    database = Database(os.environ[DATABASE])

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    app = FastAPI(lifespan=lifespan)

    @app.post(PATH)
    async def commit() -> dict[str, str]:
        async with database.transaction() as session:
            await session.execute(_ROW)
        return {"status": "committed"}

    return app


async def _with_table() -> None:
    database = Database(os.environ[DATABASE])
    async with database.transaction() as session:
        await session.execute(_TABLE)
    await database.close()


def main() -> None:
    """Serve on a port of this machine until told to stop."""
    port, processes = map(int, sys.argv[1:])
    asyncio.run(_with_table())
    app = "benchmarks.bare_route:bare_app"
    uvicorn.run(app, factory=True, workers=processes, port=port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
