"""What holds for every route: who may call it, and that the manual explains it."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from models.vocabulary import Role
from security.tokens import new_api_key
from tests.integration.web.route_bodies import BODIES, WITH_FREE_BODIES
from tests.integration.web.site import API, Site, problem
from web.app import PUBLIC_PATHS
from web.pages import FOLDERS

REFERENCE = "UA-2026-999"
COORDINATOR, VERIFIER, ADMIN = Role.COORDINATOR, Role.VERIFIER, Role.ADMIN
CASE_READERS = {COORDINATOR, VERIFIER}
"""An admin keeps keys and the directory; cases are not hers to read."""

MAY_CALL = {
    ("POST", "/actions"): {COORDINATOR},
    ("GET", "/actions"): CASE_READERS,
    ("GET", "/actions/{reference}"): CASE_READERS,
    ("GET", "/actions/{reference}/timeline"): CASE_READERS,
    ("GET", "/actions/{reference}/private"): CASE_READERS,
    ("GET", "/actions/{reference}/questions"): CASE_READERS,
    ("POST", "/actions/{reference}/questions/{question_id}/answer"): {COORDINATOR},
    ("GET", "/actions/{reference}/responses"): CASE_READERS,
    ("POST", "/actions/{reference}/responses"): {COORDINATOR},
    ("GET", "/actions/{reference}/responses/{response_id}"): CASE_READERS,
    ("POST", "/actions/{reference}/responses/{response_id}/attachments"): {COORDINATOR},
    ("GET", "/actions/{reference}/responses/{response_id}/attachments/{attachment_id}"): CASE_READERS,
    ("GET", "/actions/{reference}/inbound"): CASE_READERS,
    ("GET", "/actions/{reference}/inbound/{inbound_id}"): CASE_READERS,
    ("POST", "/actions/{reference}/inbound/{inbound_id}/confirmed"): {COORDINATOR},
    ("POST", "/actions/{reference}/inbound/{inbound_id}/dismissed"): {COORDINATOR},
    ("GET", "/actions/{reference}/outcomes"): CASE_READERS,
    ("GET", "/actions/{reference}/outcomes/notes"): CASE_READERS,
    ("POST", "/actions/{reference}/people/{position}/outcome"): {COORDINATOR},
    ("GET", "/actions/{reference}/partner-actions"): CASE_READERS,
    ("GET", "/actions/{reference}/partner-actions/notes"): CASE_READERS,
    ("GET", "/actions/{reference}/milestones"): CASE_READERS,
    ("POST", "/actions/{reference}/milestones"): {COORDINATOR},
    ("GET", "/actions/{reference}/milestones/{number}"): CASE_READERS,
    ("POST", "/actions/{reference}/milestones/{number}/move"): {COORDINATOR},
    ("POST", "/actions/{reference}/milestones/{number}/held"): {COORDINATOR},
    ("POST", "/actions/{reference}/milestones/{number}/cancel"): {COORDINATOR},
    ("POST", "/actions/{reference}/milestones/{number}/done"): {COORDINATOR},
    ("GET", "/actions/{reference}/clocks"): CASE_READERS,
    ("GET", "/actions/{reference}/steps/{step_id}"): CASE_READERS,
    ("POST", "/actions/{reference}/steps/{step_id}"): {COORDINATOR},
    ("GET", "/actions/{reference}/audit"): CASE_READERS,
    ("GET", "/actions/{reference}/signatures"): CASE_READERS,
    ("GET", "/actions/{reference}/deliveries"): CASE_READERS,
    ("GET", "/actions/{reference}/invitations"): CASE_READERS,
    ("POST", "/actions/{reference}/invitations/{partner}/link"): {COORDINATOR},
    ("DELETE", "/actions/{reference}/invitations/{partner}/link"): CASE_READERS,
    ("GET", "/actions/{reference}/preview"): CASE_READERS,
    ("POST", "/actions/{reference}/rehearsals"): {COORDINATOR},
    ("GET", "/actions/{reference}/rehearsals/{number}"): {COORDINATOR},
    ("GET", "/actions/{reference}/in-doubt"): CASE_READERS,
    ("POST", "/actions/{reference}/in-doubt"): {COORDINATOR},
    ("POST", "/actions/{reference}/attestations"): {VERIFIER},
    ("POST", "/actions/{reference}/return"): {VERIFIER},
    ("POST", "/actions/{reference}/reject"): {VERIFIER},
    ("POST", "/actions/{reference}/complete"): {COORDINATOR},
    ("POST", "/actions/{reference}/withdraw"): CASE_READERS,
    ("POST", "/actions/{reference}/hold"): CASE_READERS,
    ("POST", "/actions/{reference}/resume"): {COORDINATOR},
    ("POST", "/actions/{reference}/stop"): {COORDINATOR},
    ("POST", "/actions/{reference}/release"): {COORDINATOR},
    ("POST", "/actions/{reference}/close"): {COORDINATOR},
    ("GET", "/actions/{reference}/consents"): CASE_READERS,
    ("POST", "/actions/{reference}/consents"): {COORDINATOR},
    ("POST", "/actions/{reference}/consents/revocations"): CASE_READERS,
    ("POST", "/actions/{reference}/people/{position}/passage"): {COORDINATOR},
    ("POST", "/actions/{reference}/people/{position}/visibility"): {COORDINATOR},
    ("POST", "/actions/{reference}/sources"): {COORDINATOR},
    ("GET", "/actions/{reference}/changed-facts"): CASE_READERS,
    ("POST", "/actions/{reference}/changed-facts"): {COORDINATOR},
    ("GET", "/actions/{reference}/changed-facts/{number}"): CASE_READERS,
    ("POST", "/actions/{reference}/widening"): {COORDINATOR},
    ("POST", "/actions/{reference}/reopen"): {COORDINATOR},
    ("GET", "/actions/{reference}/check-ins"): CASE_READERS,
    ("POST", "/actions/{reference}/check-ins/{number}/answer"): {COORDINATOR},
    ("POST", "/actions/{reference}/extend"): {COORDINATOR},
    ("GET", "/actions/{reference}/documents"): CASE_READERS,
    ("POST", "/actions/{reference}/documents"): {COORDINATOR},
    ("POST", "/actions/{reference}/documents/{number}/versions"): {COORDINATOR},
    ("GET", "/actions/{reference}/documents/{number}/versions/{version}"): CASE_READERS,
    ("GET", "/actions/{reference}/documents/{number}/versions/{version}/difference/{other}"): CASE_READERS,
    ("POST", "/actions/{reference}/documents/{number}/versions/{version}/approvals"): CASE_READERS,
    ("POST", "/actions/{reference}/documents/{number}/addendum"): {COORDINATOR},
    ("GET", "/actions/{reference}/documents/{number}/letters"): CASE_READERS,
    ("GET", "/actions/{reference}/documents/{number}/letters/{target}.pdf"): {COORDINATOR},
    ("POST", "/actions/{reference}/documents/{number}/letters/{target}/posted"): {COORDINATOR},
    ("GET", "/stats"): CASE_READERS,
    ("GET", "/digest"): {COORDINATOR},
    ("GET", "/actions/{reference}/report"): CASE_READERS,
    ("GET", "/actions/{reference}/report.pdf"): CASE_READERS,
    ("GET", "/actions/{reference}/report.html"): CASE_READERS,
    ("GET", "/actions/{reference}/submissions"): CASE_READERS,
    ("GET", "/actions/{reference}/submissions/{mechanism}.{kind}"): {COORDINATOR},
    ("POST", "/actions/{reference}/submissions"): {COORDINATOR},
    ("POST", "/actions/{reference}/screens"): {COORDINATOR},
    ("POST", "/actions/{reference}/screens/revocation"): {COORDINATOR},
    ("GET", "/actions/{reference}/documents/{number}/sign-on"): CASE_READERS,
    ("PATCH", "/actions/{reference}/documents/{number}/sign-on"): {COORDINATOR},
    ("POST", "/actions/{reference}/documents/{number}/sign-on/end"): {COORDINATOR},
    ("POST", "/actions/{reference}/documents/{number}/sign-on/invitations"): {COORDINATOR},
    ("POST", "/partners"): {COORDINATOR, ADMIN},
    ("GET", "/partners"): {COORDINATOR, ADMIN},
    ("POST", "/partners/check"): {COORDINATOR, ADMIN},
    ("GET", "/partners/changes"): {COORDINATOR},
    ("POST", "/partners/changes/{change_id}"): {COORDINATOR},
    ("GET", "/partners/{partner_id}"): {COORDINATOR, ADMIN},
    ("POST", "/partners/{partner_id}/status"): {COORDINATOR, ADMIN},
    ("POST", "/partners/{partner_id}/compromised"): {COORDINATOR},
    ("POST", "/partners/{partner_id}/restore"): {COORDINATOR},
    ("POST", "/partners/{partner_id}/secret"): {COORDINATOR, ADMIN},
    ("DELETE", "/partners/{partner_id}/secret/former"): {COORDINATOR, ADMIN},
    ("POST", "/partners/{partner_id}/keys"): {COORDINATOR, ADMIN},
    ("GET", "/partners/{partner_id}/keys"): {COORDINATOR, ADMIN},
    ("DELETE", "/partners/{partner_id}/keys/{key_id}"): {COORDINATOR, ADMIN},
    ("PUT", "/partners/{partner_id}/logo"): {COORDINATOR, ADMIN},
    ("GET", "/partners/{partner_id}/logo"): set(Role),
    ("POST", "/contacts"): {COORDINATOR, ADMIN},
    ("GET", "/suppressions"): {COORDINATOR, ADMIN},
    ("POST", "/suppressions/lift"): {COORDINATOR, ADMIN},
    ("POST", "/contacts/check"): {COORDINATOR, ADMIN},
    ("GET", "/contacts"): {COORDINATOR, ADMIN},
    ("GET", "/contacts/{contact_id}"): {COORDINATOR, ADMIN},
    ("DELETE", "/contacts/{contact_id}"): {COORDINATOR, ADMIN},
    ("GET", "/lists"): {COORDINATOR, ADMIN},
    ("POST", "/lists"): {COORDINATOR, ADMIN},
    ("GET", "/lists/events"): {COORDINATOR, ADMIN},
    ("DELETE", "/lists/{list_id}"): {COORDINATOR, ADMIN},
    ("GET", "/actions/{reference}/audience"): CASE_READERS,
    ("PUT", "/actions/{reference}/audience"): {COORDINATOR},
    ("POST", "/actions/{reference}/targets/{number}/addresses"): {COORDINATOR},
}


PROTECTED = [(method, f"{API}{path}") for method, path in MAY_CALL]
OF_PARTNERS = [("GET", f"{API}/partner/documents"), ("GET", f"{API}/partner/documents/{{document_id}}")]
"""What the key of a partner's system opens, and no person's key does."""


def _calls(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or {"GET"}):
            yield method, str(route.path)


def _body(path: str) -> object:
    return next((body for ending, body in BODIES.items() if path.endswith(ending)), None)


def _address(path: str) -> str:
    return re.sub(r"\{\w+\}", "1", path.replace("{reference}", REFERENCE))


async def test_every_route_is_protected_or_listed_as_public(site: Site) -> None:
    calls = set(_calls(site.app))
    assert {call for call in calls if call[1] not in PUBLIC_PATHS} == {*PROTECTED, *OF_PARTNERS}
    assert {path for _, path in calls} >= PUBLIC_PATHS


async def test_without_a_key_or_with_a_dead_one_every_protected_route_answers_401(site: Site) -> None:
    revoked = await site.caller(*Role)
    await site.revoke(revoked.key)
    keys = {
        "none": {},
        "revoked": {"Authorization": f"Bearer {revoked.key}"},
        "unknown": {"Authorization": f"Bearer {new_api_key()}"},
        "basic": {"Authorization": f"Basic {revoked.key}"},
        "empty": {"Authorization": "Bearer"},
    }
    async with site.client() as anybody:
        for method, path in (*PROTECTED, *OF_PARTNERS):
            for name, headers in keys.items():
                answer = await anybody.request(method, _address(path), json=_body(path), headers=headers)
                assert answer.status_code == 401, f"{method} {path} with {name} key: {answer.status_code}"
                assert problem(answer, 401)["title"].startswith(("A key is needed", "The key is not known"))
                assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("role", Role)
async def test_a_role_may_do_what_is_its_own_and_nothing_else(site: Site, role: Role) -> None:
    caller = await site.caller(role)
    async with caller.client as client:
        for (method, path), roles in MAY_CALL.items():
            answer = await client.request(method, _address(f"{API}{path}"), json=_body(path))
            refused = answer.status_code == 403
            assert refused == (role not in roles), f"{method} {path} as {role}: {answer.status_code}"
            if refused:
                assert all(one in problem(answer, 403)["detail"] for one in roles)


async def test_the_key_of_a_partners_system_opens_what_is_released_to_it_and_nothing_else(site: Site) -> None:
    key = await site.partner_key("casa-manantial")
    async with site.client(key) as system:
        for method, path in PROTECTED:
            answer = await system.request(method, _address(path), json=_body(path))
            assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"
            assert "A partner's key" in problem(answer, 403)["detail"]
        assert (await system.get(f"{API}/partner/documents")).json() == {"documents": [], "next_after": None}


async def test_no_persons_key_opens_what_is_for_partners_systems(site: Site) -> None:
    async with (await site.caller(*Role)).client as client:
        for method, path in OF_PARTNERS:
            answer = await client.request(method, path.replace("{document_id}", str(uuid4())))
            assert "a partner's system" in problem(answer, 403)["detail"]


async def test_a_person_without_a_role_may_do_nothing(site: Site) -> None:
    async with (await site.caller()).client as client:
        for method, path in PROTECTED:
            assert (await client.request(method, _address(path), json=_body(path))).status_code == 403


async def test_the_manual_describes_every_protected_route_with_examples_of_its_bodies(site: Site) -> None:
    async with site.client() as client:
        manual = (await client.get("/openapi.json")).json()
    for method, path in PROTECTED:
        operation = manual["paths"][path][method.lower()]
        assert operation["description"], path
        assert operation["security"] == [{"HTTPBearer": []}], path
        body = operation.get("requestBody")
        takes_a_body = method != "GET" and path.endswith(tuple(BODIES))
        assert (body is not None) == takes_a_body, path
        if body:
            assert _examples(manual, body["content"]["application/json"]["schema"]), path
    for method, path in OF_PARTNERS:
        operation = manual["paths"][path][method.lower()]
        assert operation["description"], path
        assert operation["security"] == [{"PartnerKey": []}], path
    assert not any(path.startswith(FOLDERS) for path in manual["paths"])


def _examples(manual: dict[str, Any], schema: dict[str, Any]) -> list[object]:
    if "$ref" in schema:
        schema = manual["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return list(schema.get("examples", []))


async def test_the_examples_of_the_manual_are_accepted(site: Site) -> None:
    caller = await site.caller(Role.COORDINATOR)
    async with caller.client as client:
        manual = (await client.get("/openapi.json")).json()
        reference = ""
        for path in WITH_FREE_BODIES:
            body = manual["paths"][f"{API}{path}"]["post"]["requestBody"]
            (example,) = _examples(manual, body["content"]["application/json"]["schema"])
            address = (
                path.replace("{reference}", reference).replace("{position}", "0").replace("{number}", "0")
            )
            answer = await client.post(f"{API}{address}", json=example)
            assert answer.is_success, answer.text
            reference = reference or answer.json()["reference"]


async def test_every_answer_carries_safe_headers(site: Site) -> None:
    async with site.client() as client:
        for path in (
            "/health/live",
            "/docs",
            f"{API}/actions",
            "/s/unknown",
            "/r/unknown",
            "/e/unknown",
            "/v/unknown",
            "/screen/unknown",
            "/screens/unknown",
            "/nothing-here",
        ):
            headers = (await client.get(path)).headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"


async def test_health_answers_everybody_and_names_what_is_away(site: Site) -> None:
    async with site.client() as client:
        assert (await client.get("/health/live")).json()["status"] == "live"
        ready = await client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "database": "up", "temporal": "down"}


async def test_an_unknown_path_and_a_wrong_method_are_problems(site: Site) -> None:
    async with site.client() as client:
        problem(await client.get("/nothing-here"), 404)
        problem(await client.delete(f"{API}/actions"), 405)
