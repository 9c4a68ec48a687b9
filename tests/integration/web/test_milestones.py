"""Days of a case as coordinators keep them; what they are stays sealed."""

from typing import Any

import httpx
import pytest

from models.lifecycle import Decision
from tests.factories import case_tree
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.consent_calls import address, post
from tests.integration.web.site import API, Caller, Site, problem
from tests.integration.web.snapshots import contents_of, count_of
from tests.integration.web.test_responses import PLEDGE, TOKEN, logged

NOTE = "Audiencia de la Maestra Ocotlana en el Juzgado Segundo."
HEARING = {
    "kind": "hearing",
    "on": "2026-12-14",
    "at": "10:00",
    "time_zone": "America/Bogota",
    "note": NOTE,
}
LATER = {"on": "2026-12-18", "note": "La jueza la difirió por la Maestra."}
WHY = {"why": "coordinating"}


async def added(caller: Caller, case: Case, body: dict[str, Any] = HEARING) -> dict[str, Any]:
    answer = await post(caller, case, "milestones", body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def changed(caller: Caller, case: Case, path: str, body: object) -> dict[str, Any]:
    answer = await post(caller, case, f"milestones/{path}", body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def listed(caller: Caller, case: Case) -> list[dict[str, Any]]:
    answer = await caller.client.get(address(case, "milestones"))
    assert answer.status_code == 200
    milestones: list[dict[str, Any]] = answer.json()["milestones"]
    return milestones


async def test_a_day_is_written_down_with_the_reminders_of_its_kind(
    case: Case, coordinator: Caller, verifier: Caller
) -> None:
    hearing = await added(coordinator, case)
    bare = {"kind": "anniversary", "on": "2027-03-08", "remind_before": [], "remind_after": ["PT3H"]}
    anniversary = await added(coordinator, case, bare)
    assert await listed(verifier, case) == [hearing, anniversary]
    assert (hearing["number"], hearing["state"], hearing["at"]) == (1, "planned", "10:00")
    assert (hearing["remind_before"], hearing["remind_after"]) == (["P7D", "P1D"], ["P1D"])
    assert (anniversary["number"], anniversary["at"], anniversary["time_zone"]) == (
        2,
        None,
        "America/Mexico_City",
    )
    assert (anniversary["remind_before"], anniversary["remind_after"]) == ([], ["PT3H"])


async def test_each_move_stays_on_record_and_gives_the_date_that_holds(
    case: Case, coordinator: Caller
) -> None:
    await added(coordinator, case)
    await changed(coordinator, case, "1/move", LATER)
    moved = await changed(
        coordinator, case, "1/move", {"on": "2026-12-20", "at": "09:15", "remind_before": ["P2D"]}
    )
    assert [(one["state"], one["on"], one["at"]) for one in moved["entries"]] == [
        ("planned", "2026-12-14", "10:00"),
        ("moved", "2026-12-18", None),
        ("moved", "2026-12-20", "09:15"),
    ]
    assert (moved["state"], moved["on"], moved["time_zone"]) == ("moved", "2026-12-20", "America/Bogota")
    assert (moved["remind_before"], moved["remind_after"]) == (["P2D"], ["P1D"])
    nowhere = {"on": "2026-12-20", "at": "09:15"}
    problem(await post(coordinator, case, "milestones/1/move", nowhere), 409)


async def test_what_was_held_is_done_with_what_came_of_it_and_changes_no_more(
    case: Case, coordinator: Caller
) -> None:
    await added(coordinator, case)
    assert (await changed(coordinator, case, "1/held", {}))["state"] == "held"
    problem(await post(coordinator, case, "milestones/1/held", {}), 409)
    problem(await post(coordinator, case, "milestones/1/done", {}), 422)
    done = await changed(coordinator, case, "1/done", {"note": "Sigue en libertad."})
    assert (done["state"], done["on"]) == ("done", "2026-12-14")
    for path, body in (("move", LATER), ("held", {}), ("cancel", {}), ("done", {"note": "x"})):
        refused = problem(await post(coordinator, case, f"milestones/1/{path}", body), 409)
        assert refused["title"] == "The milestone is done."


async def test_what_was_written_is_sealed_and_each_reading_is_written_down(
    site: Site, case: Case, coordinator: Caller, verifier: Caller
) -> None:
    await added(coordinator, case)
    await changed(coordinator, case, "1/move", LATER)
    await changed(coordinator, case, "1/cancel", {})
    shown = repr(await listed(verifier, case)) + repr(await contents_of(site.services.database))
    rows = await execute(site.services.database, "SELECT * FROM milestone_entry ORDER BY number")
    events = await execute(site.services.database, "SELECT detail FROM audit_event")
    assert "Maestra" not in shown + repr([tuple(row) for row in rows]) + repr(events)
    answer = await verifier.client.get(address(case, "milestones/1"), params=WHY)
    assert answer.json() == {
        "number": 1,
        "notes": [
            {"number": 1, "state": "planned", "note": NOTE},
            {"number": 2, "state": "moved", "note": LATER["note"]},
        ],
    }
    assert answer.headers["Cache-Control"] == "no-store"
    (read,) = await execute(
        site.services.database, "SELECT person_id, detail FROM audit_event WHERE kind = 'private_read'"
    )
    assert (read.person_id, read.detail["milestone"]) == (verifier.person_id, 1)
    problem(await verifier.client.get(address(case, "milestones/1")), 422)


async def test_the_trail_tells_of_a_day_by_numbers_and_dates_alone_and_the_workflow_is_told(
    site: Site, case: Case, coordinator: Caller
) -> None:
    await added(coordinator, case)
    await changed(coordinator, case, "1/move", LATER)
    await changed(coordinator, case, "1/done", {"note": "x"})
    events = await execute(
        site.services.database,
        "SELECT kind, person_id, detail FROM audit_event WHERE kind LIKE 'milestone%' ORDER BY number",
    )
    day = {"milestone": 1, "kind": "hearing"}
    assert [(row.kind, row.detail) for row in events] == [
        ("milestone_planned", {**day, "state": "planned", "on": "2026-12-14"}),
        ("milestone_moved", {**day, "state": "moved", "on": "2026-12-18"}),
        ("milestone_ended", {**day, "state": "done"}),
    ]
    assert {row.person_id for row in events} == {coordinator.person_id}
    (nudge,) = await execute(
        site.services.database,
        "SELECT requested FROM pending_nudge WHERE action_id = :id AND addressee = 'action'",
        id=case.action.id,
    )
    assert nudge.requested >= 3


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("milestones", {**HEARING, "kind": "pledge"}, "kind"),
        ("milestones", {**HEARING, "on": "soon"}, "on"),
        ("milestones", {**HEARING, "at": "25:00"}, "at"),
        ("milestones", {**HEARING, "place": NOTE}, "place"),
        ("milestones/1/move", {"note": NOTE}, "on"),
        ("milestones/1/cancel", {"on": "2026-12-14"}, "on"),
        ("milestones/1/done", {"note": NOTE * 200}, "note"),
    ],
)
async def test_what_is_wrong_is_named_with_its_remedy_and_nothing_is_kept(
    site: Site, case: Case, coordinator: Caller, path: str, body: dict[str, Any], field: str
) -> None:
    refused = problem(await post(coordinator, case, path, body), 422)
    assert {one["field"] for one in refused["problems"]} == {field}
    assert "Maestra" not in str(refused)
    assert await count_of(site.services.database, "milestone_entry") == 0


async def test_an_unknown_day_is_said(case: Case, coordinator: Caller) -> None:
    for path, body in (("move", LATER), ("held", {}), ("cancel", {}), ("done", {"note": "x"})):
        problem(await post(coordinator, case, f"milestones/1/{path}", body), 404)
    unknown: httpx.Response = await coordinator.client.get(address(case, "milestones/1"), params=WHY)
    problem(unknown, 404)


async def test_a_pledge_becomes_a_day_with_its_response_and_is_shown_with_it(
    case: Case, coordinator: Caller
) -> None:
    pledge = await logged(coordinator, case, PLEDGE)
    assert pledge["milestone"] == 1
    (day,) = await listed(coordinator, case)
    assert (day["kind"], day["on"], day["at"], day["response"]) == (
        "pledge",
        "2027-01-15",
        None,
        pledge["id"],
    )
    assert (day["remind_before"], day["remind_after"], day["kept"]) == ([], ["P1D", "P14D"], False)
    assert (await logged(coordinator, case, {**PLEDGE, "pledged_for": None}))["milestone"] is None
    assert (await logged(coordinator, case, TOKEN))["milestone"] is None
    positive = {**PLEDGE, "kind": "positive", "received_on": "2026-11-20", "pledged_for": None}
    await logged(coordinator, case, {**positive, "target": 2})
    assert not (await listed(coordinator, case))[0]["kept"]
    await logged(coordinator, case, positive)
    assert (await listed(coordinator, case))[0]["kept"]


async def test_a_corrected_pledge_ends_its_day_and_another_one_has_its_own(
    case: Case, coordinator: Caller
) -> None:
    wrong = await logged(coordinator, case, PLEDGE)
    right = await logged(coordinator, case, {**PLEDGE, "pledged_for": "2027-02-01", "corrects": wrong["id"]})
    first, second = await listed(coordinator, case)
    assert (first["state"], second["state"], second["on"]) == ("cancelled", "planned", "2027-02-01")
    assert second["response"] == right["id"]
    await logged(coordinator, case, {**TOKEN, "corrects": right["id"]})
    assert [one["state"] for one in await listed(coordinator, case)] == ["cancelled", "cancelled"]


async def test_a_day_is_written_down_also_when_the_action_has_ended(case: Case, coordinator: Caller) -> None:
    await case.decide(Decision.STOP)
    assert (await added(coordinator, case))["number"] == 1


async def test_days_that_a_case_knows_already_are_written_down_with_it_and_what_they_are_is_sealed(
    site: Site, coordinator: Caller, verifier: Caller
) -> None:
    tree = case_tree()
    measures = {"kind": "end_of_measures", "on": "2027-05-20", "remind_before": ["P30D"], "remind_after": []}
    tree["follow_up"]["milestones"] = [HEARING, measures]
    headers = {"Idempotency-Key": "with days"}
    for _time in range(2):
        answer = await coordinator.client.post(f"{API}/actions", json=tree, headers=headers)
        assert answer.status_code == 201, answer.text
    path = answer.headers["Location"]
    assert "Ocotlana" not in repr(await contents_of(site.services.database)) + answer.text
    first, second = (await verifier.client.get(f"{path}/milestones")).json()["milestones"]
    assert (first["number"], first["kind"], first["on"], first["at"], first["time_zone"]) == (
        1,
        "hearing",
        "2026-12-14",
        "10:00",
        "America/Bogota",
    )
    assert (first["state"], first["remind_before"]) == ("planned", ["P7D", "P1D"])
    assert (second["number"], second["at"], second["time_zone"]) == (2, None, "America/Mexico_City")
    assert (second["remind_before"], second["remind_after"]) == (["P30D"], [])
    opened = await verifier.client.get(f"{path}/milestones/1", params=WHY)
    assert [one["note"] for one in opened.json()["notes"]] == [NOTE]
    events = (await verifier.client.get(f"{path}/timeline")).json()["events"]
    assert [one["kind"] for one in events][:3] == ["received", "milestone_planned", "milestone_planned"]


async def test_what_is_wrong_with_a_day_of_a_case_is_named_with_its_remedy_and_nothing_is_kept(
    site: Site, coordinator: Caller
) -> None:
    tree = case_tree()
    tree["follow_up"]["milestones"] = [HEARING, {**HEARING, "kind": "pledge", "at": "10h", "on": "soon"}]
    refused = problem(await coordinator.client.post(f"{API}/actions", json=tree), 422)
    assert {one["field"] for one in refused["problems"]} == {
        f"follow_up.milestones.1.{field}" for field in ("kind", "at", "on")
    }
    assert all(one["rule"] and one["remedy"] for one in refused["problems"])
    assert "Ocotlana" not in str(refused)
    assert await count_of(site.services.database, "urgent_action") == 0
