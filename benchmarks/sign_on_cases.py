"""Cases that partners may sign, with a link of its own for each invitation, and one that goes out to many."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

import httpx
from sqlmodel import select

from benchmarks.decisions import CASE
from console.client import API_PATH
from console.following import LONGEST_WAIT_SECONDS
from local.demo_people import run_script
from local.stack import Stack
from models.columns import now
from models.outbox import Delivery
from models.partners import Invitation
from models.yaml_tree import read_yaml
from security.tokens import new_token, token_hash
from storage.database import Database
from storage.sign_links import issue_link

VERIFIERS: Final = ("Inés", "Abril")
IMPORTED_AT_ONCE: Final = 1_000
LINKS_LAST: Final = timedelta(days=1)


class Network:
    """A coordinator and two verifiers with their keys, at a running stack."""

    def __init__(self, coordinator: httpx.AsyncClient, verifiers: Sequence[httpx.AsyncClient]) -> None:
        self.coordinator = coordinator
        self._verifiers = verifiers

    async def close(self) -> None:
        """Hang up."""
        for client in (self.coordinator, *self._verifiers):
            await client.aclose()

    async def invite(self, partners: int) -> None:
        """Have the directory know this many partners of the group `bench`."""
        entries = [_partner(number) for number in range(partners)]
        for first in range(0, partners, IMPORTED_AT_ONCE):
            body = {"partners": entries[first : first + IMPORTED_AT_ONCE]}
            (await self.coordinator.post("/partners", json=body)).raise_for_status()

    async def add_members(self, count: int) -> None:
        """Have the directory know this many members with a mail address each."""
        entries = [_member(number) for number in range(count)]
        for first in range(0, count, IMPORTED_AT_ONCE):
            body = {"contacts": entries[first : first + IMPORTED_AT_ONCE]}
            (await self.coordinator.post("/contacts", json=body)).raise_for_status()

    async def hand_in(self, **changes: Any) -> str:
        """Hand a case in, have it attested, and return its reference."""
        example: Any = read_yaml(CASE.read_text())
        case = {**example, **changes}
        answer = (await self.coordinator.post("/actions", json=case)).raise_for_status()
        reference: str = answer.json()["reference"]
        digest = (await self.coordinator.get(f"/actions/{reference}")).json()["document"]["digest"]
        for verifier in self._verifiers:
            path = f"/actions/{reference}/attestations"
            (await verifier.post(path, json={"digest": digest})).raise_for_status()
        return reference

    async def all_invited(self, reference: str) -> None:
        """Wait until every invitation of a case is in the outbox."""
        await self._until(reference, lambda states: states.total() > 0, "invitation")

    async def release(self, reference: str) -> None:
        """Release a case to as many as its preview counts, once its workflow has read the attestations."""
        path = f"/actions/{reference}"
        number = (await self.coordinator.get(f"{path}/preview")).raise_for_status().json()["total"]
        action = await self._action(reference)
        while (
            answer := await self.coordinator.post(f"{path}/release", json={"recipients": number})
        ).is_error:
            if answer.status_code not in {409, 503}:
                answer.raise_for_status()
            action = await self._action(reference, seen=action["revision"], wait=LONGEST_WAIT_SECONDS)

    async def begun(self, reference: str) -> None:
        """Wait until the messages of a release are on their way."""
        await self._until(reference, lambda states: states["sent"] > 0, "statement")

    async def is_out(self, reference: str, purpose: str) -> bool:
        """Tell whether every message of a purpose has left."""
        return not under_way(_states(await self._action(reference), purpose))

    async def _until(self, reference: str, holds: Callable[[Counter[str]], bool], purpose: str) -> None:
        action = await self._action(reference)
        while not holds(_states(action, purpose)):
            action = await self._action(reference, seen=action["revision"], wait=LONGEST_WAIT_SECONDS)

    async def _action(self, reference: str, **parameters: int) -> dict[str, Any]:
        answer = await self.coordinator.get(f"/actions/{reference}", params=parameters)
        action: dict[str, Any] = answer.raise_for_status().json()
        return action

    async def links(self, database: Database) -> list[tuple[str, str]]:
        """Make one more link to each invitation, and return the path of each page with its token."""
        made = []
        async with database.transaction() as session:
            found = await session.exec(
                select(Invitation.id, Delivery.id).join(Delivery, Delivery.invitation_id == Invitation.id)  # type: ignore[arg-type]
            )
            for invitation_id, delivery_id in found.all():
                token = new_token()
                await issue_link(session, invitation_id, delivery_id, token_hash(token), now() + LINKS_LAST)
                made.append((f"/sign/{invitation_id}", token))
        return made


async def network_at(stack: Stack) -> Network:
    """Make the keys of a network."""
    keys = [await _key(stack, "Marisol", "coordinator")]
    keys += [await _key(stack, name, "verifier") for name in VERIFIERS]
    base = f"{stack.settings.public_url}{API_PATH}"
    clients = [
        httpx.AsyncClient(
            base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=120, trust_env=False
        )
        for key in keys
    ]
    return Network(clients[0], clients[1:])


def window(quorum: int) -> dict[str, Any]:
    """Return a sign-on among the partners of the benchmark that stays open."""
    return {
        "partners": {"groups": ["bench"]},
        "quorum": quorum,
        "closes_after": "PT6H",
        "release": "by_hand",
        "remind_after": [],
    }


async def _key(stack: Stack, name: str, role: str) -> str:
    email = f"{name.lower().replace('é', 'e')}@red.example"
    who = ("--name", f"{name} Ejemplo", "--email", email, "--role", role)
    return (await run_script("admin.py", "keys", "create", *who, environment=stack.environment)).strip()


def _partner(number: int) -> dict[str, Any]:
    contact = {"name": f"Persona {number}", "email": f"p{number}@colectivas.example", "language": "es"}
    return {
        "id": f"colectiva-{number}",
        "name": f"Colectiva {number}",
        "country": "MX",
        "languages": ["es"],
        "groups": ["bench"],
        "contacts": [contact],
    }


def _member(number: int) -> dict[str, Any]:
    return {
        "id": f"miembra-{number}",
        "name": f"Compañera {number}",
        "kind": "member",
        "languages": ["es"],
        "basis": {"kind": "member", "on": "2026-01-02"},
        "channels": [{"channel": "email", "value": f"m{number}@amigas.example"}],
    }


def _states(action: dict[str, Any], purpose: str) -> Counter[str]:
    """Count the messages of a purpose by state."""
    counted: Counter[str] = Counter()
    for dispatch in action["dispatches"]:
        if dispatch["purpose"] == purpose:
            for states in dispatch["channels"].values():
                counted.update(states)
    return counted


def under_way(states: Counter[str]) -> int:
    """Count the messages that have not left."""
    return states["ready"] + states["sending"]
