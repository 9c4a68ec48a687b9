"""What became of each person, for better or worse: the newest counts, and what was written stays sealed."""

from typing import Any

import pytest

from models.lifecycle import Decision
from models.outcome_file import Impact
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.consent_calls import CEIBA, JACINTA, address, post
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import contents_of, count_of

NOTE = "La Maestra tiene escolta desde el martes."
BETTER = {"impact": "moderate_positive", "on": "2026-11-02", "note": NOTE}
WORSE = {"impact": "large_negative", "on": "2026-11-09"}
WHY = {"why": "coordinating"}


async def written(caller: Caller, case: Case, person: int, body: dict[str, Any]) -> dict[str, Any]:
    answer = await post(caller, case, f"people/{person}/outcome", body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def listed(caller: Caller, case: Case) -> list[dict[str, Any]]:
    outcomes: list[dict[str, Any]] = (await caller.client.get(address(case, "outcomes"))).json()["outcomes"]
    return outcomes


async def test_the_newest_of_each_person_counts_and_those_before_stay(
    case: Case, coordinator: Caller, verifier: Caller
) -> None:
    first = await written(coordinator, case, CEIBA, BETTER)
    other = await written(coordinator, case, JACINTA, BETTER)
    newest = await written(coordinator, case, CEIBA, WORSE)
    assert await listed(verifier, case) == [{**first, "counts": False}, other, newest]
    assert (newest["impact"], newest["counts"], newest["has_note"]) == ("large_negative", True, False)
    assert first["display_name"] == "Ceiba"


async def test_what_happened_is_sealed_and_each_reading_is_written_down(
    site: Site, case: Case, coordinator: Caller, verifier: Caller
) -> None:
    one = await written(coordinator, case, CEIBA, BETTER)
    await written(coordinator, case, CEIBA, WORSE)
    assert NOTE not in repr(await contents_of(site.services.database)) + repr(await listed(verifier, case))
    (row,) = await execute(
        site.services.database, "SELECT sealed_note FROM outcome WHERE sealed_note IS NOT NULL"
    )
    assert b"Maestra" not in bytes(row.sealed_note)
    answer = await verifier.client.get(address(case, "outcomes/notes"), params=WHY)
    assert answer.json()["outcomes"] == [{"id": one["id"], "person": CEIBA, "note": NOTE}]
    assert answer.headers["Cache-Control"] == "no-store"
    events = await execute(
        site.services.database,
        "SELECT kind, detail FROM audit_event"
        " WHERE kind IN ('outcome_recorded', 'private_read') ORDER BY number",
    )
    assert [row.kind for row in events] == ["outcome_recorded", "outcome_recorded", "private_read"]
    assert events[0].detail == {"outcome_id": one["id"], "person": CEIBA, "impact": "moderate_positive"}
    assert events[2].detail["fields"] == ["outcome_notes"]


@pytest.mark.parametrize("impact", Impact)
async def test_every_impact_is_taken_also_after_the_end(
    case: Case, coordinator: Caller, impact: Impact
) -> None:
    await case.decide(Decision.STOP)
    assert (await written(coordinator, case, CEIBA, {**WORSE, "impact": impact}))["impact"] == impact


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"impact": "good"}, "impact"),
        ({"on": "2999-01-01"}, "on"),
        ({"note": ""}, "note"),
        ({"name": "x"}, "name"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_kept(
    site: Site, case: Case, coordinator: Caller, change: dict[str, Any], field: str
) -> None:
    answer = await post(coordinator, case, f"people/{CEIBA}/outcome", {**BETTER, **change})
    assert {one["field"] for one in problem(answer, 422)["problems"]} == {field}
    problem(await post(coordinator, case, "people/9/outcome", BETTER), 404)
    assert await count_of(site.services.database, "outcome") == 0
