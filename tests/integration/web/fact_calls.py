"""Reports of changed facts, as coordinators make them, and what is done until the new document is out."""

from typing import Any

import httpx

from models.messages import DispatchRequest, Purpose
from models.verification import confirmable
from storage import actions, decisions, documents, freezing
from tests.integration.outbox_cases import Case
from tests.integration.web.consent_calls import JACINTA, address, consented
from tests.integration.web.paperwork import Papers
from tests.integration.web.site import Caller

SOURCE = {
    "kind": "family",
    "name": "Amada Tovilla Invento",
    "received_on": "2026-10-30",
    "note": "Llamó de noche.",
}
FAMILY = {"name": "Amada Tovilla Invento", "relation": "hermana"}
FOUND_DEAD = {
    "change": "found_dead",
    "person": JACINTA,
    "demands": "changed",
    "known_on": "2026-10-30",
    "source": SOURCE,
    "family": FAMILY,
}
FREE = {
    "change": "released",
    "person": JACINTA,
    "demands": "met",
    "known_on": "2026-10-30",
    "source": SOURCE,
}
FILLED_IN = {
    "es": {
        "headline": "Verdad y justicia",
        "summary": "Se la encontró sin vida.",
        "body": "**Jacinta Olvera Montejo** fue hallada sin vida.",
        "demands": ["Investigar."],
    },
    "en": {
        "headline": "Truth and justice",
        "summary": "She was found dead.",
        "body": "**Jacinta Olvera Montejo** was found dead.",
        "demands": ["Investigate."],
    },
}


async def reported(caller: Caller, case: Case, **changes: Any) -> dict[str, Any]:
    """Report a fact; one that she was found dead, unless it is changed."""
    answer = await report(caller, case, **changes)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def report(caller: Caller, case: Case, **changes: Any) -> httpx.Response:
    tree = {field: value for field, value in {**FOUND_DEAD, **changes}.items() if value is not None}
    return await caller.client.post(address(case, "changed-facts"), json=tree)


async def fact(caller: Caller, case: Case, number: int = 1) -> dict[str, Any]:
    answer = await caller.client.get(address(case, f"changed-facts/{number}"))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def steps(told: dict[str, Any]) -> dict[str, list[bool]]:
    """Map the steps of a path to whether each of them is done."""
    found: dict[str, list[bool]] = {}
    for one in told["steps"]:
        found.setdefault(one["step"], []).append(one["done"])
    return found


async def asked_anew(caller: Caller, case: Case, *, given_by: str = "family") -> None:
    """Have who decides now say yes to each use that was allowed before."""
    told = await fact(caller, case)
    for one in told["steps"]:
        if one["step"] == "consent_asked" and not one["done"]:
            person, use = one["what"].removeprefix("person ").split(":")[0].split(", ")
            await consented(caller, case, int(person), use, given_by=given_by)


async def attested_as_before(case: Case) -> None:
    """Have both verifiers attest the first document as it was, with the consents as they are now."""
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        first = (await documents.current_versions(session, action.id))[0].version
        for verifier in case.verifiers:
            await decisions.attest(session, action, first, verifier, confirmable(action.languages))


async def filled_in(caller: Caller, case: Case, number: int = 2) -> None:
    """Write the draft of what replaces the texts, with nothing left blank."""
    answer = await Papers(case, caller).change(number, FILLED_IN)
    assert answer.status_code == 201, answer.text


async def frozen(case: Case, number: int) -> None:
    """Have the statement of a document frozen for its audience."""
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        versions = await documents.current_versions(session, action.id)
        ref = versions[number - 1].ref(action)
        request = DispatchRequest(document=ref, purpose=Purpose.STATEMENT, round=1)
        await freezing.freeze(session, request)
