"""The coordinators' script on the machines of people, and a server that it speaks to."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import uvicorn

from local.ports import free_port
from models.vocabulary import Role
from tests.integration.web.site import Site, eventually, running_site
from web.services import Services

ROOT = Path(__file__).parents[2]


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    errors: str


class Desk(NamedTuple):
    """The script on the machine of one person."""

    launch: Callable[..., Awaitable[Process]]

    async def run(self, *arguments: str) -> Ended:
        process = await self.launch(*arguments)
        out, errors = await process.communicate()
        return Ended(process.returncode or 0, out.decode(), errors.decode())


DeskOf = Callable[..., Awaitable[Desk]]


async def _is_up(server: uvicorn.Server) -> bool:
    return server.started


@asynccontextmanager
async def served(services: Services) -> AsyncIterator[tuple[Site, str]]:
    """Run the application on a port of its own."""
    port = free_port()
    async with running_site(services) as site:
        server = uvicorn.Server(
            uvicorn.Config(site.app, port=port, lifespan="off", log_config=None, ws="none")
        )
        serving = asyncio.create_task(server.serve())
        await eventually(partial(_is_up, server), seconds=30)
        yield site, f"http://127.0.0.1:{port}"
        server.should_exit = True
        await serving


async def desk_at(site: Site, address: str, *roles: Role) -> Desk:
    """Give a new person with these roles a machine."""
    key = (await site.caller(*roles)).key
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ACUERPA_")}
    environment = {**inherited, "ACUERPA_API_URL": address, "ACUERPA_API_KEY": key}

    async def launch(*arguments: str) -> Process:
        script = (sys.executable, str(ROOT / "starter.py"))
        return await asyncio.create_subprocess_exec(
            *script, *arguments, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )

    return Desk(launch)
