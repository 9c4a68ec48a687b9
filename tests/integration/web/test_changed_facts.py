"""From a fact that changed to the document that replaces the old demands: the path, step by step."""

from typing import Any

import pytest

from models.vocabulary import Role
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.consent_calls import JACINTA, address, consented, passed, shown, uses_of
from tests.integration.web.fact_calls import (
    FAMILY,
    FREE,
    SOURCE,
    asked_anew,
    fact,
    filled_in,
    frozen,
    report,
    reported,
    steps,
)
from tests.integration.web.paperwork import FURTHER, Papers, reached, released, two_verifiers
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import contents_of

NEWCOMER = {
    "kind": "person",
    "name": "Marcela Olvera Inventada",
    "role": {"es": "hija", "en": "daughter"},
    "visibility": "withheld",
    "consents": [],
}
ADDS = {
    "people_at_risk": [NEWCOMER],
    "concerns": ["forced_eviction"],
    "risk_assessment": {"level": "high", "note": "Vive en la misma casa."},
}
WIDENED = {"change": "widened", "person": None, "family": None, "adds": ADDS}


async def test_the_answer_tells_all_that_is_needed_and_the_path_shows_what_is_done(
    site: Site, case: Case, coordinator: Caller
) -> None:
    await reached(case)
    told = await reported(coordinator, case)
    assert (told["document"], told["kind"]) == (f"{case.action.reference}/2", "further_information")
    path = steps(told)
    assert path["demands_stopped"] == [True]
    assert path["family_named"] == [True]
    assert path["consent_asked"] == [False] * 3
    assert not any(path["blank_filled"])
    assert path["attested"] == [False]
    assert path["approved"] == [False, False]
    assert path["released"] == [False]

    await asked_anew(coordinator, case)
    await filled_in(coordinator, case)
    first, second = await two_verifiers(site)
    for one in (first, second):
        action = (await coordinator.client.get(address(case))).json()
        digest = (await Papers(case, coordinator).newest(2))["digest"]
        body = {"digest": digest, "consent_revision": action["consent_revision"]}
        answer = await one.client.post(address(case, "attestations"), json=body)
        assert answer.status_code == 200, answer.text
    path = steps(await fact(coordinator, case))
    assert "blank_filled" not in path
    assert path["consent_asked"] == [True] * 3
    assert (path["attested"], path["approved"], path["released"]) == ([True], [True, True], [False])


async def test_a_version_with_a_blank_is_approved_by_nobody_and_the_blank_is_named(
    site: Site, case: Case, coordinator: Caller
) -> None:
    await released(case)
    await reported(coordinator, case)
    verifier = await site.caller(Role.VERIFIER)
    papers = Papers(case, verifier)
    for answer in (
        await papers.approve(2, 1, "es"),
        await papers.decide("attestations", {"digest": await papers.digest(2), "confirms": ["facts"]}),
    ):
        told = problem(answer, 422)["problems"]
        assert "texts.es.headline" in {one["field"] for one in told}
        assert all("⟦" in one["rule"] and "documents version" in one["remedy"] for one in told)
    assert await execute(case.database, "SELECT id FROM attestation WHERE confirms LIKE 'text:%'") != []
    await filled_in(coordinator, case)
    told = problem(await papers.approve(2, 2, "es"), 422)["problems"]
    assert "the name of people_at_risk.1" in told[0]["rule"]
    await asked_anew(coordinator, case)
    assert (await papers.approve(2, 2, "es")).status_code == 200


async def test_it_goes_to_exactly_those_who_received_what_it_replaces_by_their_ways(
    case: Case, coordinator: Caller
) -> None:
    await reached(case)
    query = (
        "SELECT channel, address, language, disclosure FROM delivery JOIN dispatch"
        " ON dispatch.id = dispatch_id JOIN document ON document.id = dispatch.document_id"
        " WHERE document.number = :number ORDER BY channel, address"
    )
    await execute(
        case.database,
        "UPDATE delivery SET state = 'failed' WHERE id = (SELECT id FROM delivery"
        " WHERE recipient_kind = 'contact' ORDER BY id LIMIT 1)",
    )
    before = await execute(case.database, query, number=1)
    missed = await execute(case.database, "SELECT address FROM delivery WHERE state = 'failed'")
    await execute(
        case.database,
        "INSERT INTO contact SELECT (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(),"
        " 'slug', 'llego-tarde', 'addresses', ARRAY['tarde@red.example'],"
        " 'fingerprints', ARRAY[sha256('tarde')], 'channels', ARRAY['email']))).*"
        " FROM contact AS one LIMIT 1",
    )
    await reported(coordinator, case)
    await asked_anew(coordinator, case)
    await filled_in(coordinator, case)
    await case.confirm()
    await frozen(case, 2)
    after = await execute(case.database, query, number=2)
    assert after == [row for row in before if (row.address,) not in missed]
    assert {row.disclosure for row in after} >= {"authority", "public"}


async def test_what_is_called_off_names_its_people_by_consent_and_ends_no_case_by_itself(
    case: Case, coordinator: Caller
) -> None:
    await reached(case)
    told = await reported(coordinator, case, **FREE, family=None)
    assert (told["kind"], steps(told)["closed"]) == ("stop_action", [False])
    await filled_in(coordinator, case)
    await case.confirm()
    answer = await coordinator.client.post(address(case, "release"), json={})
    assert problem(answer, 409)["refusal"] == "not_asked_anew"
    await asked_anew(coordinator, case, given_by="herself")
    await case.confirm()
    await frozen(case, 2)
    view = (await coordinator.client.get(address(case))).json()
    assert (view["phase"], view["closed_at"]) == ("following_up", None)
    assert steps(await fact(coordinator, case))["released"] == [True]


async def test_who_was_freed_decides_herself_again_and_her_family_no_more(
    case: Case, coordinator: Caller
) -> None:
    await released(case)
    assert (await passed(coordinator, case, JACINTA)).status_code == 201
    await reported(coordinator, case, **FREE, family=None)
    listed = await shown(coordinator, case)
    assert listed["people"][JACINTA]["passage"] is None
    assert not any(one["live"] for one in uses_of(listed, JACINTA).values())
    body = {
        "person": JACINTA,
        "use": "name_in_public",
        "given": True,
        "given_by": "family",
        "method": "phone",
        "on": "2026-10-30",
    }
    answer = await coordinator.client.post(address(case, "consents"), json=body)
    assert "decides herself" in problem(answer, 422)["problems"][0]["rule"]
    await consented(coordinator, case, JACINTA, "name_in_public")


async def test_the_dead_consent_to_nothing_and_their_family_may_be_named_later(
    case: Case, coordinator: Caller
) -> None:
    told = await reported(coordinator, case, family=None)
    assert steps(told)["family_named"] == [False]
    body = {
        "person": JACINTA,
        "use": "name_in_public",
        "given": True,
        "given_by": "herself",
        "method": "phone",
        "on": "2026-10-30",
    }
    answer = await coordinator.client.post(address(case, "consents"), json=body)
    assert "must not be herself" in problem(answer, 422)["problems"][0]["rule"]
    assert (await passed(coordinator, case, JACINTA)).status_code == 201
    assert steps(await fact(coordinator, case))["family_named"] == [True]
    told = problem(await report(coordinator, case, family=FAMILY), 422)
    assert [one["field"] for one in told["problems"]] == ["family"]


async def test_demands_that_are_left_out_later_are_the_new_ones(case: Case, coordinator: Caller) -> None:
    await reached(case)
    await reported(coordinator, case)
    papers = Papers(case, coordinator)
    told = problem(await papers.add(), 409)
    assert "not out yet" in told["title"]
    await asked_anew(coordinator, case)
    await filled_in(coordinator, case)
    await case.confirm()
    await frozen(case, 2)
    await execute(case.database, "UPDATE delivery SET state = 'sent', settled_at = now()")
    assert (await papers.add(FURTHER)).status_code == 201
    written = (await papers.version(3, 1)).json()["texts"]
    assert {one["language"]: one["demands"] for one in written} == {
        "es": ["Investigar."],
        "en": ["Investigate."],
    }


async def test_of_a_case_that_is_not_out_the_text_itself_is_written_anew(
    case: Case, coordinator: Caller
) -> None:
    told = await reported(coordinator, case)
    assert (told["document"], told["version"]) == (f"{case.action.reference}/1", 2)
    before = await contents_of(case.database)
    answer = await report(coordinator, case, **FREE, family=None)
    assert "stop REF" in problem(answer, 409)["detail"]
    assert await contents_of(case.database) == before


async def test_others_come_to_a_case_with_their_consents_and_risk(case: Case, coordinator: Caller) -> None:
    await released(case)
    told = await reported(coordinator, case, **WIDENED)
    assert "consent_asked" not in steps(told)
    view = (await coordinator.client.get(address(case))).json()
    assert len(view["people_at_risk"]) == 4
    assert "forced_eviction" in view["concerns"]
    leak = await Papers(case, coordinator).change(
        2, {"es": {"summary": "Marcela Olvera Inventada", "body": "x", "demands": []}}
    )
    assert "people_at_risk.3" in problem(leak, 422)["problems"][0]["rule"]


async def test_a_later_fact_overtakes_an_earlier_one(case: Case, coordinator: Caller) -> None:
    await released(case)
    await reported(coordinator, case, change="disappeared")
    second = await reported(coordinator, case, family=None)
    assert (second["number"], second["document"]) == (2, f"{case.action.reference}/3")
    assert (await fact(coordinator, case, 1))["overtaken_by"] == 2


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"change": "vanished"}, ["change"]),
        ({"person": None}, ["person"]),
        ({"person": 3}, ["person"]),
        ({"adds": ADDS}, ["adds"]),
        ({"change": "released"}, ["family"]),
        ({"source": {"kind": "family"}}, ["source.name", "source.received_on"]),
        ({"known_on": "2999-01-01"}, ["known_on"]),
        ({**WIDENED, "demands": "met"}, ["demands"]),
        ({**WIDENED, "adds": {}}, ["adds"]),
        ({**WIDENED, "adds": {"people_at_risk": [NEWCOMER]}}, ["adds.risk_assessment"]),
    ],
)
async def test_a_wrong_report_is_refused_with_its_problems_and_changes_nothing(
    case: Case, coordinator: Caller, changes: dict[str, Any], fields: list[str]
) -> None:
    before = await contents_of(case.database)
    answer = await report(coordinator, case, **changes)
    assert [one["field"] for one in problem(answer, 422)["problems"]] == fields
    assert "Amada" not in answer.text
    assert await contents_of(case.database) == before


async def test_who_said_it_and_who_decides_stays_sealed_and_the_trail_tells_of_it(
    case: Case, coordinator: Caller
) -> None:
    told = await report(coordinator, case)
    listed = await coordinator.client.get(address(case, "changed-facts"))
    timeline = await coordinator.client.get(address(case, "timeline"))
    for answer in (told, listed, timeline):
        assert not [word for word in (SOURCE["name"], SOURCE["note"], "hermana") if word in answer.text]
    kinds = [one["kind"] for one in timeline.json()["events"]]
    assert kinds.count("consent_voided") == 3
    assert {"fact_changed", "source_added", "consent_passed", "version_written"} <= set(kinds)
    problem(await coordinator.client.get(address(case, "changed-facts/2")), 404)
