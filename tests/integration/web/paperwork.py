"""Writing and approving documents through the API, as coordinators and verifiers do."""

from dataclasses import dataclass
from typing import Any

import httpx

from models.messages import DispatchRequest, DocumentRef, Purpose
from models.vocabulary import Role
from storage import actions, documents, freezing
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.site import API, Caller, Site

UPDATE = {
    "es": {
        "headline": "Nueva llamada contra las guardianas",
        "summary": "Ceiba recibió otra llamada.",
        "body": "**Ceiba** y **Jacinta Olvera Montejo** siguen juntas.\n\nHubo otra llamada el martes.",
        "background": "La acción salió el lunes.",
    },
    "en": {
        "summary": "Ceiba received another call.",
        "body": "**Ceiba** and **Jacinta Olvera Montejo** go on together.",
    },
}
FURTHER = {"kind": "further_information", "texts": UPDATE}


@dataclass(frozen=True)
class Papers:
    """The documents of one action, and one person's way to them."""

    case: Case
    caller: Caller

    @property
    def address(self) -> str:
        return f"{API}/actions/{self.case.action.reference}"

    def of(self, caller: Caller) -> "Papers":
        """Take another person's way."""
        return Papers(self.case, caller)

    async def add(self, tree: object = FURTHER) -> httpx.Response:
        return await self.caller.client.post(f"{self.address}/documents", json=tree)

    async def change(self, number: int, texts: object = UPDATE, **more: object) -> httpx.Response:
        address = f"{self.address}/documents/{number}/versions"
        return await self.caller.client.post(address, json={"texts": texts, **more})

    async def approve(
        self, number: int, version: int, language: str, digest: str | None = None
    ) -> httpx.Response:
        body = {"language": language, "digest": digest or await self.digest(number)}
        address = f"{self.address}/documents/{number}/versions/{version}/approvals"
        return await self.caller.client.post(address, json=body)

    async def decide(self, decision: str, body: object = None) -> httpx.Response:
        return await self.caller.client.post(f"{self.address}/{decision}", json=body)

    async def attest(self, *confirms: str) -> httpx.Response:
        """Attest the current document; all of it where nothing is named."""
        digest = (await self.action())["document"]["digest"]
        body = {"digest": digest, **({"confirms": confirms} if confirms else {})}
        return await self.decide("attestations", body)

    async def action(self) -> dict[str, Any]:
        view: dict[str, Any] = (await self.caller.client.get(self.address)).raise_for_status().json()
        return view

    async def listed(self) -> list[dict[str, Any]]:
        answer = (await self.caller.client.get(f"{self.address}/documents")).raise_for_status()
        found: list[dict[str, Any]] = answer.json()["documents"]
        return found

    async def newest(self, number: int) -> dict[str, Any]:
        """Return the newest version of a document as the list shows it."""
        version: dict[str, Any] = (await self.listed())[number - 1]["versions"][-1]
        return version

    async def digest(self, number: int) -> str:
        return str((await self.newest(number))["digest"])

    async def version(self, number: int, version: int, **query: str) -> httpx.Response:
        address = f"{self.address}/documents/{number}/versions/{version}"
        return await self.caller.client.get(address, params=query)


async def two_verifiers(site: Site) -> tuple[Caller, Caller]:
    return await site.caller(Role.VERIFIER), await site.caller(Role.VERIFIER)


async def released(case: Case) -> None:
    """Have the first document be out."""
    await execute(case.database, "UPDATE urgent_action SET phase = 'following_up', released_at = now()")


async def reached(case: Case) -> None:
    """Have the statement be sent to its audience."""
    await released(case)
    await case.freeze(Purpose.STATEMENT)
    await execute(case.database, "UPDATE delivery SET state = 'sent', settled_at = now()")


async def languages_frozen(case: Case, number: int, turn: int) -> set[str]:
    """Freeze a round of a document's statement and return the languages of its messages."""
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        versions = await documents.current_versions(session, action.id)
        ref: DocumentRef = versions[number - 1].ref(action)
        request = DispatchRequest(document=ref, purpose=Purpose.STATEMENT, round=turn)
        dispatched = await freezing.freeze(session, request)
    rows = await execute(
        case.database, "SELECT language FROM delivery WHERE dispatch_id = :id", id=dispatched.dispatch_id
    )
    return {row[0] for row in rows}
