"""The real parts around the machine: site, worker, Temporal, PostgreSQL, mailbox and providers."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import pytest
from sqlalchemy import text
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from assembly import build_adapters, build_cipher, build_fingerprint, build_workers
from local.environment import free_ports, local_environment, settings_of
from local.ports import free_port
from local.temporal import EmbeddedTemporal, temporal_binary
from models.endpoints import EndpointRules
from models.people import Person
from models.vocabulary import Channel, Role
from settings import Settings
from storage.database import Database
from storage.gate import gate_of_deliveries
from temporal_client import connect
from tests import factories
from tests.integration.local_servers import LocalMailbox, LocalProviders
from tests.integration.machine import cast
from tests.integration.machine.inbox import Inboxes
from tests.integration.machine.judge import CONNECTIONS
from tests.integration.outbox_cases import execute
from tests.integration.verifiers import enrol
from tests.integration.web.site import (
    API,
    PAYLOAD_KEYS,
    PUBLIC_URL,
    Caller,
    Site,
    running_site,
    services_over,
)

COORDINATORS: Final = ("ana", "bea")
VERIFIERS: Final = ("vera", "vilma", "violeta", "valeria")
TEXTED: Final = "violeta"
"""The verifier who is asked by text messages."""
HER_PHONE: Final = "+12025550199"
KEYS: Final = (*COORDINATORS, *VERIFIERS, "vera again")
"""Whose keys there are: vera has two."""

_BUSY = text(f"""
    SELECT (SELECT count(*) FROM pending_nudge WHERE requested > delivered)
         + (SELECT count(*) FROM delivery WHERE state = 'sending')
         + (SELECT count(*) FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
                             JOIN urgent_action AS action ON action.id = dispatch.action_id
            WHERE delivery.state = 'ready' AND {gate_of_deliveries()})
""")

_PATIENCE_SECONDS = 30
_STEP_SECONDS = 0.02


class Answer(NamedTuple):
    """What the API answered, and between which moments."""

    response: httpx.Response
    asked_at: datetime
    answered_at: datetime

    @property
    def took_effect(self) -> bool:
        return self.response.is_success

    @property
    def tree(self) -> Any:
        return self.response.json()


@dataclass
class World:
    """A running engine and the people with keys to it."""

    site: Site
    database: Database
    temporal: Client
    inboxes: Inboxes
    callers: Mapping[str, Caller]
    emails: Mapping[str, str]
    browser: httpx.AsyncClient
    _workflows: dict[str, set[str]] = field(default_factory=dict)

    async def ask(self, who: str, method: str, path: str, body: object = None) -> Answer:
        """Call the API with somebody's key."""
        asked_at = datetime.now(UTC)
        response = await self.callers[who].client.request(method, f"{API}{path}", json=body)
        assert response.status_code < 500 or response.status_code == 503, response.text
        return Answer(response, asked_at, datetime.now(UTC))

    async def quiet(self, references: set[str]) -> None:
        """Wait until nothing is under way: no nudge, no message, no step of a workflow of these cases."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await self._is_quiet(references):  # noqa: ASYNC110 - what is asked is in other processes
                await asyncio.sleep(_STEP_SECONDS)

    async def _is_quiet(self, references: set[str]) -> bool:
        async with self.database.transaction() as session:
            if (await session.execute(_BUSY)).scalar_one():
                return False
        idle = [
            self._is_idle(name, self._workflows[reference])
            for reference in references
            for name in sorted(self._workflows.setdefault(reference, {reference}))
        ]
        return all(await asyncio.gather(*idle))

    async def _is_idle(self, name: str, known: set[str]) -> bool:
        """Tell whether a workflow waits for people or time, and remember its children."""
        is_child = "/" in name
        try:
            described = await self.temporal.get_workflow_handle(name).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            known -= {name} if is_child else set()
            return not is_child  # which its parent has asked for, and which is not there yet
        if described.status is not WorkflowExecutionStatus.RUNNING:
            known -= {name} if is_child else set()
            return True
        raw = described.raw_description
        children = {child.workflow_id for child in raw.pending_children} - known
        known |= children
        return not (children or raw.pending_activities or raw.HasField("pending_workflow_task"))


@asynccontextmanager
async def running_world(
    database_url: str, folder: Path, temporal_file: Path, mailbox: LocalMailbox, providers: LocalProviders
) -> AsyncIterator[World]:
    """Start everything that is not yet running."""
    async with AsyncExitStack() as stack:
        server = EmbeddedTemporal(temporal_binary(), temporal_file, free_port())
        await server.start()
        stack.push_async_callback(server.kill)
        settings = _settings(folder, database_url, mailbox, providers)
        temporal = await connect(server.address, "default", PAYLOAD_KEYS)
        database, adapters = Database(database_url), build_adapters(settings)
        stack.push_async_callback(database.close)
        for adapter in adapters.values():
            stack.push_async_callback(adapter.close)
        services = replace(
            await services_over(database_url, folder, server.address),
            cipher=build_cipher(settings),
            fingerprint=build_fingerprint(settings),
            policies=cast.POLICIES,
            partner_endpoints=EndpointRules(allow_private=True),
        )
        site = await stack.enter_async_context(running_site(services))
        with pytest.MonkeyPatch.context() as patched:
            # A busy machine is no deadlock, and an interruption breaks what watches the garbage.
            patched.setenv("TEMPORAL_DEBUG", "1")
            workers = build_workers(settings, temporal, database, adapters)
        for worker in workers:
            await stack.enter_async_context(worker)
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=20, trust_env=False))
        callers, emails = await _people(site, database)
        for caller in callers.values():
            stack.push_async_callback(caller.client.aclose)
        browser = await stack.enter_async_context(site.client())
        inboxes = Inboxes(http, mailbox.url, providers.url)
        await inboxes.pass_over()
        world = World(site, database, temporal, inboxes, callers, emails, browser)
        await _fill_directory(world, providers)
        yield world


def _settings(folder: Path, database_url: str, mailbox: LocalMailbox, providers: LocalProviders) -> Settings:
    given = {
        **free_ports(),
        "ACUERPA_PUBLIC_URL": PUBLIC_URL,
        "ACUERPA_SMS_KEY": providers.sms_key,
        "ACUERPA_EMAIL_CONNECTIONS": str(CONNECTIONS),
        "ACUERPA_HTTP_CONNECTIONS": str(CONNECTIONS),
        "ACUERPA_BATCH_SIZE": "5",
        "ACUERPA_GRACEFUL_SHUTDOWN_SECONDS": "5",
    }
    environment = local_environment(folder, given, database_url) | {
        "ACUERPA_SMTP_PORT": str(mailbox.relay.port),
        "ACUERPA_SMS_URL": f"{providers.url}/sms",
    }
    return settings_of(environment)


async def _people(site: Site, database: Database) -> tuple[dict[str, Caller], dict[str, str]]:
    """Add two coordinators who are verifiers too, and four verifiers, three of them on the duty list."""
    callers: dict[str, Caller] = {}
    emails: dict[str, str] = {}
    for who in (*COORDINATORS, *VERIFIERS):
        roles = (Role.COORDINATOR, Role.VERIFIER) if who in COORDINATORS else (Role.VERIFIER,)
        callers[who] = await site.caller(*roles)
        person_id = callers[who].person_id
        ((emails[who],),) = await execute(database, "SELECT email FROM person WHERE id = :id", id=person_id)
    async with database.transaction() as session:
        vera = await session.get_one(Person, callers["vera"].person_id)
        again = await factories.add_key(session, vera)
    callers["vera again"] = Caller(vera.id, again, site.client(again))
    for duty, who in enumerate(VERIFIERS[:3], start=1):
        await enrol(database, callers[who].person_id)
        await execute(
            database,
            "UPDATE person SET duty_position = :duty WHERE id = :id",
            duty=duty,
            id=callers[who].person_id,
        )
    await execute(
        database,
        "UPDATE person SET asked_by = 'sms', phone = :phone, phone_fingerprint = :print WHERE id = :id",
        phone=HER_PHONE,
        print=site.services.fingerprint.of(Channel.SMS, HER_PHONE),
        id=callers[TEXTED].person_id,
    )
    return callers, emails | {TEXTED: HER_PHONE}


async def _fill_directory(world: World, providers: LocalProviders) -> None:
    for path, entries in (
        ("partners", cast.partner_entries(providers.url)),
        ("contacts", cast.contact_entries()),
    ):
        answer = await world.ask("ana", "POST", f"/{path}", {path: entries})
        assert answer.took_effect, answer.response.text
