"""What targets answer: written down, listed, corrected by another entry, opened with a record."""

from typing import Any
from uuid import uuid4

import pytest

from models.lifecycle import Decision
from models.response_vocabulary import FINAL, ResponseKind
from security.sealed_places import response_place
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.consent_calls import address, post
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import contents_of, count_of

NOTE = "Oficio 123 de la Lic. Eulalia: prometen medidas."
PLEDGE = {
    "target": 0,
    "kind": "pledge",
    "channel": "letter",
    "received_on": "2026-11-02",
    "pledged_for": "2027-01-15",
    "note": NOTE,
}
TOKEN = {"target": 2, "kind": "token", "channel": "email", "received_on": "2026-11-03"}
WHY = {"why": "coordinating"}


async def logged(caller: Caller, case: Case, body: dict[str, Any]) -> dict[str, Any]:
    answer = await post(caller, case, "responses", body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def listed(caller: Caller, case: Case) -> list[dict[str, Any]]:
    answer = await caller.client.get(address(case, "responses"))
    assert answer.status_code == 200
    responses: list[dict[str, Any]] = answer.json()["responses"]
    return responses


async def test_what_targets_answer_is_listed_in_the_order_in_which_it_was_written_down(
    case: Case, coordinator: Caller, verifier: Caller
) -> None:
    first = await logged(coordinator, case, PLEDGE)
    second = await logged(coordinator, case, TOKEN)
    assert await listed(verifier, case) == [first, second]
    assert (first["office"], first["kind"], first["final"]) == (
        "Fiscalía de Derechos Humanos del Estado",
        "pledge",
        True,
    )
    assert (first["pledged_for"], first["has_note"]) == ("2027-01-15", True)
    assert (second["target"], second["final"], second["has_note"]) == (2, False, False)


@pytest.mark.parametrize("kind", ResponseKind)
async def test_what_answers_the_letter_is_final_and_nothing_else(
    case: Case, coordinator: Caller, kind: ResponseKind
) -> None:
    assert (await logged(coordinator, case, {**TOKEN, "kind": kind}))["final"] == (kind in FINAL)


async def test_what_was_said_is_sealed_and_each_reading_is_written_down(
    site: Site, case: Case, coordinator: Caller, verifier: Caller
) -> None:
    one = await logged(coordinator, case, PLEDGE)
    assert "Eulalia" not in repr(await listed(verifier, case))
    (row,) = await execute(site.services.database, "SELECT id, sealed_note FROM response")
    assert b"Eulalia" not in row.sealed_note
    assert site.services.cipher.open(row.sealed_note, context=response_place(row.id)) == NOTE
    opened = await verifier.client.get(address(case, f"responses/{one['id']}"), params=WHY)
    assert opened.json() == {"id": one["id"], "note": NOTE, "attachments": []}
    assert opened.headers["Cache-Control"] == "no-store"
    (read,) = await execute(
        site.services.database, "SELECT person_id, detail FROM audit_event WHERE kind = 'private_read'"
    )
    assert read.person_id == verifier.person_id
    assert read.detail["response_id"] == one["id"]
    problem(await verifier.client.get(address(case, f"responses/{one['id']}")), 422)


async def test_the_trail_tells_of_a_response_by_ids_and_words_alone(
    site: Site, case: Case, coordinator: Caller
) -> None:
    one = await logged(coordinator, case, PLEDGE)
    anew = await logged(
        coordinator, case, {**PLEDGE, "kind": "obstruction", "pledged_for": None} | {"corrects": one["id"]}
    )
    events = await execute(
        site.services.database,
        "SELECT kind, person_id, detail FROM audit_event WHERE kind LIKE 'response%' ORDER BY number",
    )
    assert [(row.kind, row.person_id, row.detail) for row in events] == [
        (
            "response_logged",
            coordinator.person_id,
            {"response_id": one["id"], "target": 0, "kind": "pledge"},
        ),
        (
            "response_corrected",
            coordinator.person_id,
            {"response_id": anew["id"], "target": 0, "kind": "obstruction", "corrects": one["id"]},
        ),
    ]
    (nudge,) = await execute(
        site.services.database,
        "SELECT requested FROM pending_nudge WHERE action_id = :id AND addressee = 'action'",
        id=case.action.id,
    )
    assert nudge.requested >= 2


async def test_a_correction_counts_in_place_of_what_was_wrong_and_takes_nothing_away(
    case: Case, coordinator: Caller
) -> None:
    wrong = await logged(coordinator, case, PLEDGE)
    right = await logged(coordinator, case, {**TOKEN, "corrects": wrong["id"]})
    kept, counting = await listed(coordinator, case)
    assert kept == {**wrong, "corrected_by": right["id"]}
    assert (counting["corrects"], counting["corrected_by"]) == (wrong["id"], None)
    again = await post(coordinator, case, "responses", {**TOKEN, "corrects": wrong["id"]})
    assert right["id"] in problem(again, 409)["detail"]


async def test_an_answer_counts_whenever_it_comes(case: Case, coordinator: Caller) -> None:
    await case.decide(Decision.STOP)
    assert (await logged(coordinator, case, PLEDGE))["final"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "maybe"}, "kind"),
        ({"channel": "pigeon"}, "channel"),
        ({"received_on": "2999-01-01"}, "received_on"),
        ({"received_on": "soon"}, "received_on"),
        ({"pledged_for": "2026-11-01"}, "pledged_for"),
        ({"kind": "positive"}, "pledged_for"),
        ({"note": ""}, "note"),
        ({"note": "x" * 4_001}, "note"),
        ({"target": -1}, "target"),
        ({"target": "0"}, "target"),
        ({"corrects": "that one"}, "corrects"),
        ({"secret": "x"}, "secret"),
    ],
)
async def test_what_is_wrong_is_named_with_its_remedy_and_nothing_is_kept(
    site: Site, case: Case, coordinator: Caller, change: dict[str, Any], field: str
) -> None:
    refused = problem(await post(coordinator, case, "responses", {**PLEDGE, **change}), 422)
    assert {one["field"] for one in refused["problems"]} == {field}
    assert all(one["remedy"] for one in refused["problems"])
    assert "Eulalia" not in str(refused)
    assert await count_of(site.services.database, "response") == 0


async def test_an_unknown_target_or_response_is_said(site: Site, case: Case, coordinator: Caller) -> None:
    before = await contents_of(site.services.database)
    problem(await post(coordinator, case, "responses", {**PLEDGE, "target": 9}), 404)
    problem(await post(coordinator, case, "responses", {**PLEDGE, "corrects": str(uuid4())}), 404)
    problem(await coordinator.client.get(address(case, f"responses/{uuid4()}"), params=WHY), 404)
    assert await contents_of(site.services.database) == before
