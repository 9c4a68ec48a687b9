"""What a route can do at best: FastAPI, one row, one commit. `python -m benchmarks.bare_route URL PORT`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from storage.database import Database

PATH = "/commit"

_TABLE = text("CREATE TABLE bare_commit (id bigserial PRIMARY KEY, at timestamptz DEFAULT now())")
_ROW = text("INSERT INTO bare_commit DEFAULT VALUES")


def bare_app(database: Database) -> FastAPI:
    """Build the application: its one route commits one row."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with database.transaction() as session:
            await session.execute(_TABLE)
        yield
        await database.close()

    app = FastAPI(lifespan=lifespan)

    @app.post(PATH)
    async def commit() -> dict[str, str]:
        async with database.transaction() as session:
            await session.execute(_ROW)
        return {"status": "committed"}

    return app


def main() -> None:
    """Serve on a port of this machine until told to stop."""
    url, port = sys.argv[1:]
    uvicorn.run(bare_app(Database(url)), port=int(port), log_config=None, access_log=False)


if __name__ == "__main__":
    main()
