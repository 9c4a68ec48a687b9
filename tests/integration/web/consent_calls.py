"""Calls about consents, as coordinators and verifiers make them."""

from typing import Any

import httpx

from models.vocabulary import Disclosure
from tests.integration.outbox_cases import Case
from tests.integration.web.site import API, Caller

CEIBA, JACINTA, FAMILY = 0, 1, 2
"""The people of the demo's case: by a pseudonym, by her name, and withheld."""

HERSELF = {"given_by": "herself", "method": "phone", "on": "2026-10-30"}


def address(case: Case, path: str = "") -> str:
    return f"{API}/actions/{case.action.reference}/{path}".rstrip("/")


async def post(caller: Caller, case: Case, path: str, body: object) -> httpx.Response:
    return await caller.client.post(address(case, path), json=body)


async def consented(caller: Caller, case: Case, person: int, use: str, **changes: Any) -> dict[str, Any]:
    """Record a consent, given by herself unless it is changed."""
    body = {"person": person, "use": use, "given": True, **HERSELF, **changes}
    answer = await post(caller, case, "consents", body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def revoked(caller: Caller, case: Case, person: object, use: str) -> dict[str, Any]:
    answer = await post(caller, case, "consents/revocations", {"person": person, "use": use})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def shown(caller: Caller, case: Case) -> dict[str, Any]:
    answer = await caller.client.get(address(case, "consents"))
    assert answer.status_code == 200, answer.text
    listed: dict[str, Any] = answer.json()
    return listed


async def passed(caller: Caller, case: Case, person: int) -> httpx.Response:
    body = {
        "because": "disappearance",
        "happened_on": "2026-10-30",
        "family": {"name": "Amada Tovilla Invento", "relation": "hermana"},
        "note": "Ella la nombró en su plan de seguridad.",
    }
    return await post(caller, case, f"people/{person}/passage", body)


def open_to(told: dict[str, Any]) -> set[Disclosure]:
    """Return to which kinds of readers the document may go out, by an answer."""
    return {Disclosure(one["reader"]) for one in told["readers"] if one["may_go_out"]}


def uses_of(listed: dict[str, Any], person: int) -> dict[str, dict[str, Any]]:
    """Map the uses of a person to what is recorded of them."""
    return {use["use"]: use for use in listed["people"][person]["uses"]}
