"""Recording consents: the newest record of a use counts, from its commit on."""

from typing import Any

import pytest

from models.vocabulary import Disclosure
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.consent_calls import (
    CEIBA,
    FAMILY,
    HERSELF,
    JACINTA,
    address,
    consented,
    open_to,
    passed,
    post,
    revoked,
    shown,
    uses_of,
)
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import contents_of

PUBLIC, AUTHORITY, MECHANISM = Disclosure.PUBLIC, Disclosure.AUTHORITY, Disclosure.MECHANISM
WHOLE = {"person": CEIBA, "use": "photograph", "given": True, **HERSELF}
REASON = "Está incomunicada desde el traslado"


async def test_every_record_is_listed_by_person_and_use_and_the_newest_first(
    case: Case, coordinator: Caller, verifier: Caller
) -> None:
    await consented(coordinator, case, CEIBA, "photograph", until="2030-01-31")
    await consented(coordinator, case, CEIBA, "photograph", given=False, method="in_person")
    listed = await shown(verifier, case)
    assert [one["display_name"] for one in listed["people"]] == ["Ceiba", "Jacinta Olvera Montejo", None]
    assert [one["position"] for one in listed["people"]] == [0, 1, 2]
    photograph = uses_of(listed, CEIBA)["photograph"]
    assert photograph["live"] is False
    assert [(one["given"], one["method"]) for one in photograph["records"]] == [
        (False, "in_person"),
        (True, "phone"),
    ]
    assert photograph["records"][1]["valid_until"] == "2030-01-31"
    assert photograph["records"][0]["recorded_by"].startswith("Persona ")
    assert uses_of(listed, JACINTA)["name_in_public"]["live"] is True
    assert set(uses_of(listed, FAMILY)) == {"name_to_authorities", "mechanisms"}
    assert open_to(listed) == {PUBLIC, AUTHORITY, MECHANISM}


async def test_a_refusal_beats_the_consent_before_it_and_a_consent_the_refusal(
    case: Case, coordinator: Caller
) -> None:
    refused = await consented(coordinator, case, JACINTA, "name_in_public", given=False)
    assert open_to(refused) == {AUTHORITY}
    missing = {one["reader"]: one["missing"] for one in refused["readers"]}
    assert [one["check"] for one in missing["public"]] == ["consent of the public"]
    assert "starter.py people visibility" in missing["public"][0]["remedy"]
    given = await consented(coordinator, case, JACINTA, "name_in_public")
    await case.confirm()
    assert open_to(await shown(coordinator, case)) == {PUBLIC, AUTHORITY, MECHANISM}
    assert (given["decision"], refused["decision"]) == ("edit", "revoke")


async def test_a_consent_that_widens_keeps_everything_in_until_others_confirm_it(
    case: Case, coordinator: Caller
) -> None:
    batch = await case.batch()
    told = await consented(coordinator, case, JACINTA, "name_in_public")
    assert (told["attestations"], open_to(told)) == ({"count": 0, "required": 2}, set())
    assert {one["check"] for one in told["readers"][0]["missing"]} == {"attested"}
    assert await case.claim(batch) == []
    await case.confirm()
    assert open_to(await shown(coordinator, case)) == {PUBLIC, AUTHORITY, MECHANISM}
    assert len(await case.claim(batch)) == batch.last - batch.first + 1


async def test_verifiers_are_asked_again_once_however_many_consents_are_written_down(
    site: Site, case: Case, coordinator: Caller
) -> None:
    for use in ("name_in_public", "name_to_authorities", "mechanisms"):
        await consented(coordinator, case, JACINTA, use)
    assert await _revisions(site) == [(4, 2)]
    await case.confirm()
    await consented(coordinator, case, CEIBA, "name_to_authorities")
    assert await _revisions(site) == [(5, 3)]


async def test_whoever_read_other_consents_does_not_confirm_these(
    case: Case, coordinator: Caller, verifier: Caller
) -> None:
    read = (await verifier.client.get(address(case))).json()
    await consented(coordinator, case, JACINTA, "name_in_public")
    body = {"digest": read["document"]["digest"]}
    for stale in (body, {**body, "consent_revision": read["consent_revision"]}):
        refused = problem(await post(verifier, case, "attestations", stale), 409)
        assert "consent_revision" in refused["detail"]
    told = await post(verifier, case, "attestations", {**stale, "confirms": ["facts", "text:es"]})
    assert told.json()["attestations"]["count"] == 0
    fresh = {
        **body,
        "consent_revision": (await verifier.client.get(address(case))).json()["consent_revision"],
    }
    assert (await post(verifier, case, "attestations", fresh)).json()["attestations"]["count"] == 1


@pytest.mark.parametrize(
    ("use", "changes"),
    [("name_in_public", {"given": False}), ("photograph", {})],
)
async def test_what_widens_nothing_needs_no_confirmation(
    site: Site, case: Case, coordinator: Caller, use: str, changes: dict[str, Any]
) -> None:
    told = await consented(coordinator, case, JACINTA, use, **changes)
    assert told["attestations"] == {"count": 2, "required": 2}
    assert await _revisions(site) == [(1, 1)]


async def test_verifiers_whom_nobody_has_answered_of_consent_yet_are_not_asked_once_more(
    site: Site, case: Case, coordinator: Caller
) -> None:
    await execute(site.services.database, "DELETE FROM attestation WHERE confirms = 'consent'")
    await consented(coordinator, case, JACINTA, "name_in_public")
    assert await _revisions(site) == [(2, 1)]


async def test_a_confirmation_of_an_earlier_version_has_nobody_asked_once_more(
    site: Site, case: Case, coordinator: Caller
) -> None:
    shown_otherwise = await post(
        coordinator, case, f"people/{JACINTA}/visibility", {"visibility": "withheld"}
    )
    assert shown_otherwise.status_code == 200
    ((_, cycle),) = await _revisions(site)
    await consented(coordinator, case, JACINTA, "name_in_public")
    assert await _revisions(site) == [(2, cycle)]


async def _revisions(site: Site) -> list[Any]:
    query = "SELECT consent_revision, verification_cycle FROM urgent_action"
    return [tuple(row) for row in await execute(site.services.database, query)]


async def test_a_consent_that_is_over_is_not_live(case: Case, coordinator: Caller) -> None:
    await consented(coordinator, case, JACINTA, "mechanisms", on="2026-01-01", until="2026-02-01")
    await case.confirm()
    assert open_to(await shown(coordinator, case)) == {PUBLIC, AUTHORITY}
    assert uses_of(await shown(coordinator, case), JACINTA)["mechanisms"]["live"] is False


async def test_why_nobody_could_be_asked_stays_sealed(site: Site, case: Case, coordinator: Caller) -> None:
    told = await consented(coordinator, case, CEIBA, "photograph", given_by="not_obtainable", reason=REASON)
    listed = await coordinator.client.get(address(case, "consents"))
    action = await coordinator.client.get(address(case))
    timeline = await coordinator.client.get(address(case, "timeline"))
    assert (listed.status_code, action.status_code, timeline.status_code) == (200, 200, 200)
    assert uses_of(listed.json(), CEIBA)["photograph"]["records"][0]["has_reason"] is True
    assert uses_of(listed.json(), CEIBA)["mechanisms"]["records"][0]["has_reason"] is False
    assert REASON not in f"{told} {listed.text} {action.text} {timeline.text}"
    rows = await execute(site.services.database, "SELECT sealed_reason FROM consent")
    sealed = [row.sealed_reason for row in rows if row.sealed_reason]
    assert len(sealed) == 1
    assert REASON.encode() not in sealed[0]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"person": 3}, ["person"]),
        ({"person": -1}, ["person"]),
        ({"person": "Maruca"}, ["person"]),
        ({"person": True}, ["person"]),
        ({"use": "poster", "given": "yes", "unknown": 1}, ["use", "given", "unknown"]),
        ({"given_by": "not_obtainable"}, ["reason"]),
        ({"reason": REASON}, ["reason"]),
        ({"on": "2026-10-30", "until": "2026-10-29"}, ["until"]),
        ({"on": "2999-01-01"}, ["on"]),
    ],
)
async def test_a_wrong_record_is_refused_with_all_its_problems_and_nothing_is_stored(
    site: Site, case: Case, coordinator: Caller, changes: dict[str, Any], fields: list[str]
) -> None:
    before = await contents_of(site.services.database)
    answer = await post(coordinator, case, "consents", {**WHOLE, **changes})
    told = problem(answer, 422)["problems"]
    assert [one["field"] for one in told] == fields
    assert all(one["rule"] and one["remedy"] for one in told)
    assert REASON not in answer.text
    assert "Maruca" not in answer.text
    assert await contents_of(site.services.database) == before


async def test_an_ended_action_takes_no_new_consent_and_takes_a_refusal(
    site: Site, case: Case, coordinator: Caller
) -> None:
    await execute(site.services.database, "UPDATE urgent_action SET phase = 'closed', closed_at = now()")
    answer = await post(coordinator, case, "consents", WHOLE)
    assert problem(answer, 409)["refusal"] == "already_ended"
    refused = await consented(coordinator, case, JACINTA, "name_in_public", given=False)
    assert refused["decision"] == "revoke"
    assert open_to(refused) == set()
    assert uses_of(await shown(coordinator, case), JACINTA)["name_in_public"]["live"] is False


async def test_after_a_passage_only_the_family_decides_and_what_she_allowed_holds_until_they_take_it_back(
    case: Case, coordinator: Caller
) -> None:
    assert (await passed(coordinator, case, JACINTA)).status_code == 201
    assert open_to(await shown(coordinator, case)) == {PUBLIC, AUTHORITY, MECHANISM}
    body = {**WHOLE, "person": JACINTA}
    for other in ("herself", "representative", "not_obtainable"):
        reason = {"reason": "Nadie contesta"} if other == "not_obtainable" else {}
        answer = await post(coordinator, case, "consents", {**body, "given_by": other, **reason})
        (told,) = problem(answer, 422)["problems"]
        assert told["field"] == "given_by"
        assert "family" in told["rule"]
    await consented(coordinator, case, JACINTA, "photograph", given_by="family")
    await consented(coordinator, case, CEIBA, "photograph")
    assert open_to(await revoked(coordinator, case, JACINTA, "name_in_public")) == {AUTHORITY}


async def test_a_record_is_told_in_the_timeline_without_what_was_said(
    case: Case, coordinator: Caller
) -> None:
    await consented(coordinator, case, CEIBA, "mechanisms")
    events = (await coordinator.client.get(address(case, "timeline"))).json()["events"]
    (recorded,) = [event for event in events if event["kind"] == "consent_recorded"]
    query = "SELECT id FROM consent ORDER BY recorded_at DESC LIMIT 1"
    ((newest,),) = await execute(case.database, query)
    assert recorded["detail"] == {"consent_id": str(newest), "person": CEIBA, "use": "mechanisms"}
    assert recorded["person"].startswith("Persona ")
