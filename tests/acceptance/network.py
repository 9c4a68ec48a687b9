"""A network of defenders at work: the whole of Acuerpa in real processes, and the people around it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from local.environment import free_ports
from local.ports import LOOPBACK
from local.postgres import EmbeddedPostgres
from local.stack import ROOT, Stack
from models.vocabulary import Role
from storage.database import Database
from tests.acceptance.inboxes import Mailbox, Providers
from tests.acceptance.people import Coordinator, PartnersAtTheMailbox, Verifier
from tests.factories import add_key, add_person

COORDINATOR = "carla@red.example"
VERIFIERS = ("vera@red.example", "vilma@red.example")
ROLES = {COORDINATOR: Role.COORDINATOR, **dict.fromkeys(VERIFIERS, Role.VERIFIER)}


@dataclass(frozen=True)
class Network:
    """The processes and the people."""

    stack: Stack
    coordinator: Coordinator
    verifiers: tuple[Verifier, Verifier]
    partners: PartnersAtTheMailbox
    mailbox: Mailbox
    providers: Providers

    async def attested(self, case: Mapping[str, Any]) -> str:
        """Hand a case in and have both verifiers attest it."""
        reference = await self.coordinator.hand_in(case)
        for verifier in self.verifiers:
            await verifier.attest(reference)
        return reference

    async def released(self, case: Mapping[str, Any]) -> str:
        """Hand in a case without sign-on, have it attested, and release it."""
        reference = await self.attested(case)
        await self.coordinator.release(reference)
        return reference


@asynccontextmanager
async def network(
    data: Path,
    postgres: EmbeddedPostgres,
    database: str,
    given: Mapping[str, str],
    make_keys: Callable[[Stack], Awaitable[Mapping[str, str]]],
) -> AsyncIterator[Network]:
    """Start everything on free ports, and have the keys of the people made."""
    stack = Stack(data, given={**free_ports(), **given}, postgres=postgres, database=database)
    async with stack, httpx.AsyncClient(timeout=40, trust_env=False) as http:
        yield people_of(stack, http, await make_keys(stack))


def people_of(stack: Stack, http: httpx.AsyncClient, keys: Mapping[str, str]) -> Network:
    """Bring the people to the doors of a running stack; `keys` by mail address."""
    settings = stack.settings
    api = f"http://{LOOPBACK}:{settings.web_port}"
    mailbox = Mailbox(http, f"http://{LOOPBACK}:{settings.local_mailbox_port}")
    first, second = (Verifier(http, api, keys[email], email) for email in VERIFIERS)
    return Network(
        stack=stack,
        coordinator=Coordinator(http, api, keys[COORDINATOR], COORDINATOR),
        verifiers=(first, second),
        partners=PartnersAtTheMailbox(http, mailbox),
        mailbox=mailbox,
        providers=Providers(http, f"http://{LOOPBACK}:{settings.local_providers_port}"),
    )


async def keys_in_database(stack: Stack, roles: Mapping[str, Role] = ROLES) -> dict[str, str]:
    """Make the people and their keys, in no time; by mail address."""
    database = Database(stack.settings.database_url)
    async with database.transaction() as session:
        people = [await add_person(session, role, email=email) for email, role in roles.items()]
        keys = {person.email: await add_key(session, person) for person in people}
    await database.close()
    return keys


async def keys_by_command(stack: Stack) -> dict[str, str]:
    """Make the people and their keys as the operator does; by mail address."""
    keys = await asyncio.gather(*(_key_by_command(stack, email, role) for email, role in ROLES.items()))
    return dict(zip(ROLES, keys, strict=True))


async def _key_by_command(stack: Stack, email: str, role: Role) -> str:
    options = ("--name", email.partition("@")[0].title(), "--email", email, "--role", role.value)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "admin.py", "keys", "create", *options),
        env={**os.environ, **stack.environment},
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return printed.decode().strip()
