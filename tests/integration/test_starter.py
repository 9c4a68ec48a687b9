"""The coordinators' script against the real API over a real database, while Temporal is away."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
import uvicorn

from local.ports import free_port
from models.vocabulary import Role
from tests.integration.web.site import Site, eventually, running_site, services_over

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CASE = str(EXAMPLES / "case.yaml")


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


async def _is_up(server: uvicorn.Server) -> bool:
    return server.started


@pytest.fixture
async def served(database_url: str) -> AsyncIterator[tuple[Site, str]]:
    """The application on a port of its own."""
    port = free_port()
    async with running_site(await services_over(database_url)) as site:
        server = uvicorn.Server(
            uvicorn.Config(site.app, port=port, lifespan="off", log_config=None, ws="none")
        )
        serving = asyncio.create_task(server.serve())
        await eventually(partial(_is_up, server), seconds=30)
        yield site, f"http://127.0.0.1:{port}"
        server.should_exit = True
        await serving


@pytest.fixture
def desk_of(served: tuple[Site, str]) -> Callable[..., Awaitable[Desk]]:
    """Give a new person with these roles a machine."""
    site, address = served

    async def desk(*roles: Role) -> Desk:
        key = (await site.caller(*roles)).key
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ACUERPA_")}
        environment = {**inherited, "ACUERPA_API_URL": address, "ACUERPA_API_KEY": key}

        async def launch(*arguments: str) -> Process:
            script = (sys.executable, str(ROOT / "starter.py"))
            return await asyncio.create_subprocess_exec(
                *script, *arguments, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
            )

        return Desk(launch)

    return desk


DeskOf = Callable[..., Awaitable[Desk]]


async def _started(coordinator: Desk) -> str:
    ended = await coordinator.run("start", CASE, "--json")
    assert ended.code == 0, ended.errors
    reference: str = json.loads(ended.out)["reference"]
    return reference


async def test_a_case_is_started_shown_and_listed(desk_of: DeskOf) -> None:
    coordinator = await desk_of(Role.COORDINATOR)

    started = await coordinator.run("start", CASE)
    reference = started.out.split()[0]
    shown, listed = await coordinator.run("show", reference), await coordinator.run("list")

    assert started.code == shown.code == listed.code == 0
    assert f"python starter.py attest {reference}" in started.out
    assert "Ceiba (person, pseudonym)" in shown.out
    assert "Maruca" not in shown.out
    assert reference in listed.out


async def test_the_same_idempotency_key_starts_one_action(desk_of: DeskOf) -> None:
    coordinator = await desk_of(Role.COORDINATOR)

    for _ in range(2):
        assert (await coordinator.run("start", CASE, "--idempotency-key", "case-7")).code == 0

    assert len(json.loads((await coordinator.run("list", "--json")).out)["actions"]) == 1


async def test_the_directory_is_imported_and_imported_again(desk_of: DeskOf) -> None:
    admin = await desk_of(Role.ADMIN)
    contacts = str(EXAMPLES / "contacts.yaml")

    assert "12 new, 0 updated" in (await admin.run("contacts", "import", contacts)).out
    assert "0 new, 12 updated" in (await admin.run("contacts", "import", contacts)).out


async def test_what_only_the_server_knows_to_be_wrong_is_bad_input(desk_of: DeskOf) -> None:
    """This server takes no partner system without TLS."""
    admin = await desk_of(Role.ADMIN)

    refused = await admin.run("partners", "import", str(EXAMPLES / "partners.yaml"))

    assert refused.code == 2
    assert "partners.1.api.url" in refused.errors


async def test_two_verifiers_attest_and_the_author_cannot(desk_of: DeskOf) -> None:
    author = await desk_of(Role.COORDINATOR, Role.VERIFIER)
    first, second = await desk_of(Role.VERIFIER), await desk_of(Role.VERIFIER)
    reference = await _started(author)

    own = await author.run("attest", reference, "--yes")
    assert own.code == 1
    assert "author" in own.errors
    assert "attested: 1 of 2" in (await first.run("attest", reference, "--yes")).out
    digest = json.loads((await second.run("show", reference, "--json")).out)["document"]["digest"]
    assert (await second.run("attest", reference, "--digest", "0" * 64)).code == 1
    assert "attested: 2 of 2" in (await second.run("attest", reference, "--digest", digest)).out


async def test_hold_resume_and_stop_take_effect_while_the_engine_is_away(desk_of: DeskOf) -> None:
    coordinator = await desk_of(Role.COORDINATOR)
    reference = await _started(coordinator)

    held = await coordinator.run("hold", reference)
    assert "is on hold" in held.out
    assert "will be told" in held.errors
    assert (await coordinator.run("hold", reference)).code == 1
    assert (await coordinator.run("resume", reference)).code == 0
    assert (await coordinator.run("stop", reference)).code == 2
    assert (await coordinator.run("stop", reference, "--yes")).code == 0
    assert "◉ Stopped" in (await coordinator.run("show", reference)).out


async def test_each_kind_of_no_has_its_exit_code(desk_of: DeskOf) -> None:
    coordinator, verifier = await desk_of(Role.COORDINATOR), await desk_of(Role.VERIFIER)
    reference = await _started(coordinator)

    assert (await coordinator.run("list", "--api-key", "acu_unknown")).code == 1
    assert (await verifier.run("hold", reference)).code == 1
    assert (await coordinator.run("show", "UA-1999-001")).code == 1
    assert (await coordinator.run("release", reference, "--yes")).code == 1
    assert (await coordinator.run("attest", reference, "--digest", "short")).code in {1, 2}
    assert (await coordinator.run("close", reference, "--yes")).code == 3


async def test_following_sees_what_others_do_until_the_end(desk_of: DeskOf) -> None:
    coordinator = await desk_of(Role.COORDINATOR)
    reference = await _started(coordinator)
    following = await coordinator.launch("follow", reference)
    assert following.stdout is not None
    first = await following.stdout.readline()

    await coordinator.run("hold", reference)
    second = await following.stdout.readline()
    await coordinator.run("stop", reference, "--yes")
    last = await following.stdout.read()

    assert first.decode().startswith(f"{reference} received · attested 0 of 2")
    assert "on hold" in second.decode()
    assert last.decode().startswith(f"{reference} stopped")
    assert await following.wait() == 0


async def test_following_ends_quietly_by_ctrl_c_in_the_middle_of_a_poll(desk_of: DeskOf) -> None:
    coordinator = await desk_of(Role.COORDINATOR)
    reference = await _started(coordinator)
    following = await coordinator.launch("follow", reference, "--json")
    assert following.stdout is not None
    await following.stdout.readline()

    following.send_signal(signal.SIGINT)
    out, errors = await following.communicate()

    assert (following.returncode, out, errors) == (0, b"", b"")
