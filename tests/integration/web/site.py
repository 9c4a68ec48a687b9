"""The web process of a test: the real application over a real database, called by people with real keys."""

import asyncio
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from models.anchors import AnchorFile
from models.endpoints import EndpointRules
from models.milestone_reminders import DEFAULTS
from models.verification import POLICIES
from models.vocabulary import Role
from security.forms import FormSeal
from security.keys import KeyRing, decode_key, new_key, new_key_ring
from security.pins import PinHasher
from security.tokens import new_partner_key, token_hash
from security.unsubscribing import UnsubscribeLinks
from storage.changes import ChangeFeed
from storage.database import Database
from storage.directory import partner_by_slug
from storage.partner_keys import make_key
from storage.people import live_key, revoke_key
from templates.letter.press import LetterPress
from templates.rendering import Renderer
from temporal_client import connect
from tests import factories
from web.app import create_app
from web.callbacks.known import Callbacks
from web.gateway import WorkflowGateway
from web.services import Services

PUBLIC_URL = "https://acuerpa.red.example"
API = "/api/v1"
PROBLEM_JSON = "application/problem+json"
PAYLOAD_KEYS = KeyRing.parse(new_key_ring("test"))
CALLBACKS = Callbacks(
    twilio=("an invented token",),
    vonage=("an old invented secret", "an invented secret"),
    gateway=("an invented gateway key",),
    mail=("whsec_" + b64encode(b"an invented secret of a mail provider").decode(),),
    bounces=("an invented key for bounces",),
)
NOBODY_LISTENS = "127.0.0.1:9"


@dataclass(frozen=True)
class Caller:
    """A person and a client that carries her key."""

    person_id: UUID
    key: str
    client: httpx.AsyncClient


@dataclass(frozen=True)
class Site:
    """One running application."""

    app: FastAPI
    services: Services

    def client(self, key: str | None = None, **headers: str) -> httpx.AsyncClient:
        """Make a client of the application; `key` is sent as bearer key."""
        authorization = {"Authorization": f"Bearer {key}"} if key else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(
            transport=transport, base_url=PUBLIC_URL, headers={**authorization, **headers}, timeout=60
        )

    async def caller(self, *roles: Role) -> Caller:
        """Add a person with a key."""
        async with self.services.database.transaction() as session:
            person = await factories.add_person(session, *roles)
            key = await factories.add_key(session, person)
        return Caller(person.id, key, self.client(key))

    async def partner_key(self, slug: str) -> str:
        """Give the system of a partner a key, as the operator does."""
        key = new_partner_key()
        async with self.services.database.transaction() as session:
            partner = await partner_by_slug(session, slug)
            assert partner is not None
            await make_key(session, partner, token_hash(key), None)
        return key

    async def revoke(self, key: str) -> None:
        """Revoke a key, as the operator does."""
        async with self.services.database.transaction() as session:
            holder = await live_key(session, token_hash(key))
            assert holder is not None
            assert await revoke_key(session, holder.key.id)


CONFIRM_ABOVE = 100


async def services_over(database_url: str, folder: Path, temporal_address: str = NOBODY_LISTENS) -> Services:
    """Build what the routes work with, anchors in a folder; by default Temporal is away."""
    client = await connect(temporal_address, "default", PAYLOAD_KEYS, lazy=True)
    return Services(
        database=Database(database_url),
        feed=ChangeFeed(database_url),
        gateway=WorkflowGateway(client),
        cipher=factories.CIPHER,
        fingerprint=factories.FINGERPRINT,
        form_seal=FormSeal(decode_key(new_key())),
        unsubscribe_links=UnsubscribeLinks(factories.UNSUBSCRIBING_KEY, PUBLIC_URL),
        pins=PinHasher(decode_key(new_key())),
        anchors=AnchorFile(folder / "anchors.jsonl"),
        renderer=Renderer("Red Acuerpa"),
        press=LetterPress("Red Acuerpa"),
        policies=POLICIES,
        milestone_reminders=DEFAULTS,
        public_url=PUBLIC_URL,
        time_zone="America/Mexico_City",
        confirm_above=CONFIRM_ABOVE,
        partner_endpoints=EndpointRules(),
        callbacks=CALLBACKS,
    )


@asynccontextmanager
async def running_site(services: Services) -> AsyncIterator[Site]:
    """Run the application with its background tasks; it knows the demo's partners."""
    app = create_app(services)
    async with services.database.transaction() as session:
        await factories.add_partners(session)
    async with app.router.lifespan_context(app):
        yield Site(app, services)


async def eventually(holds: Callable[[], Awaitable[bool]], *, seconds: float) -> float:
    """Wait for what has no event to wait for; return how long it took.

    Raises:
        TimeoutError: it did not come true in time.
    """
    started = time.monotonic()
    while not await holds():
        if time.monotonic() - started > seconds:
            raise TimeoutError
        await asyncio.sleep(0.05)
    return time.monotonic() - started


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """Return a problem, having checked that it is one and says what to do."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM_JSON
    told: dict[str, Any] = response.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return told
