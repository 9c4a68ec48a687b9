"""Consent that passes to family, and sources that are added: both sealed, both told to the workflow."""

import json
from typing import Any

import pytest

from models.vocabulary import Disclosure
from security.sealed_places import passage_place, source_place
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.consent_calls import (
    CEIBA,
    JACINTA,
    address,
    open_to,
    passed,
    post,
    revoked,
    shown,
)
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import contents_of

PASSAGE = {
    "because": "death",
    "happened_on": "2026-10-30",
    "family": {"name": "Amada Tovilla Invento", "relation": "hermana"},
}
SOURCE = {
    "kind": "media",
    "name": "Radio Inventada del Valle",
    "received_on": "2026-10-20",
    "note": "Audio guardado",
}


async def everything_shown(caller: Caller, case: Case) -> str:
    pages = [await caller.client.get(address(case, path)) for path in ("", "consents", "timeline")]
    assert all(page.status_code == 200 for page in pages)
    return "".join(page.text for page in pages)


async def test_a_passage_is_shown_with_its_reason_and_the_family_stays_sealed(
    site: Site, case: Case, coordinator: Caller, verifier: Caller
) -> None:
    answer = await passed(coordinator, case, JACINTA)
    assert answer.status_code == 201
    assert (answer.json()["because"], answer.json()["happened_on"]) == ("disappearance", "2026-10-30")
    listed = await shown(verifier, case)
    assert [one["passage"] and one["passage"]["because"] for one in listed["people"]] == [
        None,
        "disappearance",
        None,
    ]
    view = (await verifier.client.get(address(case))).json()
    assert [one["consent_passed"] for one in view["people_at_risk"]] == [None, "disappearance", None]
    said = await everything_shown(verifier, case) + answer.text
    assert not [word for word in ("Amada", "hermana", "plan de seguridad") if word in said]
    (row,) = await execute(site.services.database, "SELECT id, sealed_family FROM consent_passage")
    assert b"Amada" not in row.sealed_family
    opened = json.loads(site.services.cipher.open(row.sealed_family, context=passage_place(row.id)))
    assert opened == {
        "name": "Amada Tovilla Invento",
        "relation": "hermana",
        "note": "Ella la nombró en su plan de seguridad.",
    }


async def test_consent_passes_once(site: Site, case: Case, coordinator: Caller) -> None:
    assert (await passed(coordinator, case, JACINTA)).status_code == 201
    before = await contents_of(site.services.database)
    told = problem(await passed(coordinator, case, JACINTA), 409)
    assert "passed before" in told["title"]
    assert await contents_of(site.services.database) == before
    assert (await passed(coordinator, case, CEIBA)).status_code == 201


async def test_the_passage_stands_in_the_timeline_and_the_workflow_is_to_be_told(
    site: Site, case: Case, coordinator: Caller
) -> None:
    await passed(coordinator, case, JACINTA)
    events = (await coordinator.client.get(address(case, "timeline"))).json()["events"]
    assert events[-1]["kind"] == "consent_passed"
    assert events[-1]["detail"] == {"person": JACINTA, "because": "disappearance"}
    assert events[-1]["person"].startswith("Persona ")
    nudges = await execute(site.services.database, "SELECT addressee FROM pending_nudge")
    assert [row.addressee for row in nudges] == ["action"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"because": "holidays", "happened_on": "2999-01-01"}, ["because", "happened_on"]),
        ({"family": {"name": ""}}, ["family.name", "family.relation"]),
        ({"family": "Amada"}, ["family"]),
        ({"phone": "1"}, ["phone"]),
    ],
)
async def test_a_wrong_passage_is_refused_with_all_its_problems(
    site: Site, case: Case, coordinator: Caller, changes: dict[str, Any], fields: list[str]
) -> None:
    before = await contents_of(site.services.database)
    answer = await post(coordinator, case, f"people/{JACINTA}/passage", {**PASSAGE, **changes})
    assert [one["field"] for one in problem(answer, 422)["problems"]] == fields
    assert "Amada" not in answer.text
    assert await contents_of(site.services.database) == before


async def test_an_unknown_person_has_no_family_here_and_an_ended_action_takes_no_passage(
    site: Site, case: Case, coordinator: Caller
) -> None:
    problem(await passed(coordinator, case, 3), 404)
    await execute(site.services.database, "UPDATE urgent_action SET phase = 'closed', closed_at = now()")
    assert problem(await passed(coordinator, case, JACINTA), 409)["refusal"] == "already_ended"
    assert (await revoked(coordinator, case, JACINTA, "all"))["revoked"] == 3


async def test_one_more_source_completes_what_the_policy_asks_for(
    site: Site, case: Case, coordinator: Caller
) -> None:
    await execute(
        site.services.database, "UPDATE urgent_action SET sources_required = 4, direct_sources_required = 2"
    )
    assert open_to(await shown(coordinator, case)) == set()
    answer = await post(coordinator, case, "sources", SOURCE)
    assert (answer.status_code, answer.json()["decision"]) == (201, "edit")
    assert open_to(answer.json()) == set(Disclosure)
    view = (await coordinator.client.get(address(case))).json()
    assert {"kind": "media", "received_on": "2026-10-20"} in view["sources"]
    assert len(view["sources"]) == 4


async def test_who_a_source_is_stays_sealed(site: Site, case: Case, coordinator: Caller) -> None:
    answer = await post(coordinator, case, "sources", SOURCE)
    said = answer.text + await everything_shown(coordinator, case)
    assert not [word for word in ("Radio Inventada", "Audio guardado") if word in said]
    (row,) = await execute(
        site.services.database, "SELECT id, sealed_detail FROM source WHERE kind = 'media'"
    )
    opened = json.loads(site.services.cipher.open(row.sealed_detail, context=source_place(row.id)))
    assert opened == {"name": SOURCE["name"], "note": SOURCE["note"]}
    events = (await coordinator.client.get(address(case, "timeline"))).json()["events"]
    assert events[-1]["kind"] == "source_added"
    assert events[-1]["detail"].keys() == {"source_id", "kind"}


async def test_a_wrong_source_and_an_ended_action_are_refused(
    site: Site, case: Case, coordinator: Caller
) -> None:
    before = await contents_of(site.services.database)
    wrong = {"kind": "rumour", "received_on": "2999-01-01", "nota": "Audio"}
    told = problem(await post(coordinator, case, "sources", wrong), 422)["problems"]
    assert [one["field"] for one in told] == ["kind", "name", "received_on", "nota"]
    assert await contents_of(site.services.database) == before
    await execute(site.services.database, "UPDATE urgent_action SET phase = 'stopped', stopped_at = now()")
    assert problem(await post(coordinator, case, "sources", SOURCE), 409)["refusal"] == "already_ended"
