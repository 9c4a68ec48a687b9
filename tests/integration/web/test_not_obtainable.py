"""A consent that could not be had needs a reason, and one more person who stands behind the case."""

from typing import Any

import pytest

from models.messages import DispatchRequest, DocumentRef, Purpose
from models.vocabulary import Disclosure, Role
from storage.actions import action_by_reference
from storage.documents import current_version
from storage.freezing import NotPermittedError, freeze
from tests.factories import case_tree
from tests.integration.outbox_cases import Case
from tests.integration.web.consent_calls import (
    CEIBA,
    JACINTA,
    address,
    consented,
    open_to,
    post,
    revoked,
    shown,
)
from tests.integration.web.site import API, Caller, Site, problem

NOBODY = {"given_by": "not_obtainable", "reason": "Está incomunicada desde el traslado."}


async def attested_by_another(site: Site, reference: str) -> dict[str, Any]:
    """Have one more verifier attest, and return how many have."""
    verifier = await site.caller(Role.VERIFIER)
    async with verifier.client as client:
        view = (await client.get(f"{API}/actions/{reference}")).json()
        body = {"digest": view["document"]["digest"], "consent_revision": view["consent_revision"]}
        answer = await client.post(f"{API}/actions/{reference}/attestations", json=body)
    assert answer.status_code == 200, answer.text
    counted: dict[str, Any] = answer.json()["attestations"]
    return counted


async def frozen_size(site: Site, reference: str, turn: int) -> int:
    """Freeze a statement as its workflow does, through the gate, and return its size."""
    async with site.services.database.transaction() as session:
        action = await action_by_reference(session, reference)
        assert action
        document = (await current_version(session, action.id)).document
        ref = DocumentRef(
            action_id=action.id, reference=reference, document_id=document.id, number=document.number
        )
        request = DispatchRequest(document=ref, purpose=Purpose.STATEMENT, round=turn)
        return (await freeze(session, request)).size


async def test_a_case_with_a_consent_that_could_not_be_had_is_released_after_a_third_attestation(
    site: Site, coordinator: Caller
) -> None:
    tree = case_tree()
    tree["people_at_risk"][0]["consents"][2].update(NOBODY)
    handed_in = await coordinator.client.post(f"{API}/actions", json=tree)
    assert handed_in.status_code == 201, handed_in.text
    reference = handed_in.json()["reference"]
    assert handed_in.json()["attestations"] == {"count": 0, "required": 3}
    for count in (1, 2):
        assert await attested_by_another(site, reference) == {"count": count, "required": 3}
        release = await coordinator.client.post(f"{API}/actions/{reference}/release")
        assert problem(release, 409)["refusal"] == "attestations_missing"
        with pytest.raises(NotPermittedError):
            await frozen_size(site, reference, count)
    assert await attested_by_another(site, reference) == {"count": 3, "required": 3}
    release = await coordinator.client.post(f"{API}/actions/{reference}/release")
    assert "workflow engine" in problem(release, 503)["title"]  # which is away: nothing else is missing
    assert await frozen_size(site, reference, 3) > 0


async def test_one_recorded_later_keeps_everything_in_until_somebody_else_attests(
    site: Site, case: Case, coordinator: Caller
) -> None:
    batch = await case.batch()
    told = await consented(coordinator, case, CEIBA, "photograph", **NOBODY)
    assert (told["attestations"], open_to(told)) == ({"count": 0, "required": 3}, set())
    assert {one["check"] for one in told["readers"][0]["missing"]} == {"attested"}
    await case.confirm()
    assert await case.claim(batch) == []
    await attested_by_another(site, case.action.reference)
    assert open_to(await shown(coordinator, case)) == set(Disclosure)
    assert len(await case.claim(batch)) == batch.last - batch.first + 1


async def test_the_third_is_not_needed_once_she_was_asked_or_it_was_taken_back_or_refused(
    case: Case, coordinator: Caller
) -> None:
    await consented(coordinator, case, CEIBA, "photograph", **NOBODY)
    await case.confirm()
    assert open_to(await shown(coordinator, case)) == set()
    assert open_to(await consented(coordinator, case, CEIBA, "photograph")) == set(Disclosure)
    await consented(coordinator, case, JACINTA, "photograph", **NOBODY)
    await case.confirm()
    assert open_to(await shown(coordinator, case)) == set()
    assert open_to(await revoked(coordinator, case, JACINTA, "photograph")) == set(Disclosure)
    refused = await consented(coordinator, case, CEIBA, "photograph", given=False, **NOBODY)
    assert open_to(refused) == set(Disclosure)


async def test_two_of_them_need_one_more_person_and_not_two(case: Case, coordinator: Caller) -> None:
    for person in (CEIBA, JACINTA):
        told = await consented(coordinator, case, person, "photograph", **NOBODY)
    assert told["attestations"] == {"count": 0, "required": 3}
    view = (await coordinator.client.get(address(case))).json()
    assert view["attestations"]["required"] == 3


async def test_without_a_reason_it_is_refused(case: Case, coordinator: Caller) -> None:
    body = {"person": CEIBA, "use": "photograph", "given": True, "method": "phone", "on": "2026-10-30"}
    answer = await post(coordinator, case, "consents", {**body, "given_by": "not_obtainable"})
    (told,) = problem(answer, 422)["problems"]
    assert (told["field"], "not_obtainable" in told["rule"]) == ("reason", True)
