"""What is sealed: opened for those who need it, and each time written down."""

from typing import Any

import pytest

from models.vocabulary import ReadingReason, Role
from tests.factories import case_tree
from tests.integration.audit_trails import sound_trail
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.consent_calls import CEIBA, JACINTA, consented, passed
from tests.integration.web.site import API, Caller, Site, problem


def address(case: Case) -> str:
    return f"{API}/actions/{case.action.reference}"


async def opened(caller: Caller, case: Case, why: str = "attesting") -> dict[str, Any]:
    answer = await caller.client.get(f"{address(case)}/private", params={"why": why})
    assert answer.is_success, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    read: dict[str, Any] = answer.json()
    return read


async def readings(case: Case) -> list[tuple[str | None, Any]]:
    events = await sound_trail(case.database, case.action.id)
    return [(one.person_id, one.detail) for one in events if one.kind == "private_read"]


async def test_all_that_was_sealed_at_intake_is_opened(case: Case, verifier: Caller) -> None:
    shown, handed_in = await opened(verifier, case), case_tree()
    assert shown["facts"] == handed_in["event"]["facts"].strip()
    assert shown["risk_note"] == handed_in["risk_assessment"]["note"]
    for person, entry in zip(shown["people_at_risk"], handed_in["people_at_risk"], strict=True):
        assert person["name"] == entry["name"]
        assert person["aliases"] == entry.get("aliases", [])
        assert person["private"] == entry.get("private", {})
    assert {(one["name"], one["note"]) for one in shown["sources"]} == {
        (one["name"], one.get("note")) for one in handed_in["sources"]
    }


async def test_the_family_that_decides_and_why_nobody_could_be_asked_are_opened(
    case: Case, coordinator: Caller, verifier: Caller
) -> None:
    await passed(coordinator, case, JACINTA)
    reason = {"given_by": "not_obtainable", "reason": "Está incomunicada."}
    await consented(coordinator, case, CEIBA, "photograph", **reason)
    ceiba, jacinta, family = (await opened(verifier, case))["people_at_risk"]
    assert jacinta["family"] == {
        "name": "Amada Tovilla Invento",
        "relation": "hermana",
        "note": "Ella la nombró en su plan de seguridad.",
    }
    assert [(one["use"], one["reason"]) for one in ceiba["consent_reasons"]] == [
        ("photograph", "Está incomunicada.")
    ]
    assert (ceiba["family"], family["family"], jacinta["consent_reasons"]) == (None, None, [])


async def test_nothing_of_it_is_in_the_view_of_the_action(case: Case, coordinator: Caller) -> None:
    handed_in = await coordinator.client.post(f"{API}/actions", json=case_tree())
    for answer in (handed_in, await coordinator.client.get(address(case))):
        assert answer.is_success
        assert "facts" not in answer.json()
        assert "Esa noche recibieron" not in answer.text


@pytest.mark.parametrize("why", ReadingReason)
async def test_each_reading_is_an_event_that_says_who_what_and_why(
    case: Case, verifier: Caller, why: ReadingReason
) -> None:
    for count in (1, 2):
        await opened(verifier, case, why)
        fields = [
            *("facts", "identities", "families", "consent_reasons"),
            *("sources", "risk_note", "objections", "answers", "signers"),
        ]
        assert await readings(case) == [(str(verifier.person_id), {"fields": fields, "why": why})] * count


async def test_a_reading_does_not_wake_those_who_follow(case: Case, site: Site, coordinator: Caller) -> None:
    before = (await coordinator.client.get(address(case))).json()
    change = site.services.feed.next_change(case.action.id)
    await opened(coordinator, case)
    assert (await coordinator.client.get(address(case))).json() == before
    assert not change.is_set()
    timeline = (await coordinator.client.get(f"{address(case)}/timeline")).json()["events"]
    assert [one["kind"] for one in timeline][-1] == "private_read"


async def test_what_cannot_be_written_down_is_not_shown(case: Case, verifier: Caller) -> None:
    await execute(case.database, "ALTER TABLE audit_event ADD CHECK (kind <> 'private_read')")
    answer = await verifier.client.get(f"{address(case)}/private", params={"why": "attesting"})
    assert answer.status_code == 500
    assert case_tree()["people_at_risk"][0]["name"] not in answer.text


async def test_who_says_no_reason_or_has_no_business_with_cases_reads_nothing(
    case: Case, site: Site, verifier: Caller
) -> None:
    for query in ({}, {"why": "curiosity"}):
        problem(await verifier.client.get(f"{address(case)}/private", params=query), 422)
    async with (await site.caller(Role.ADMIN)).client as admin:
        problem(await admin.get(f"{address(case)}/private", params={"why": "attesting"}), 403)
    problem(await verifier.client.get(f"{API}/actions/UA-1999-001/private?why=attesting"), 404)
    assert await readings(case) == []
