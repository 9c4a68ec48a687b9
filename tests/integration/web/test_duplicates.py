"""Possible duplicates: found at intake by names and dates, shown on both cases, in nobody's way."""

import asyncio
from typing import Any

import pytest

from models.vocabulary import Role
from storage.database import Database
from tests.factories import case_tree
from tests.integration.outbox_cases import execute
from tests.integration.web.site import API, Caller, Site
from tests.integration.web.snapshots import count_of

CASES = f"{API}/actions"
SOMEBODY_ELSE: dict[str, Any] = {
    "name": "Xóchitl Inventada Ramos",
    "aliases": ["La Xochi"],
    "pseudonym": "Jacaranda",
}


def case_of(occurred_on: str = "2026-10-28", **changes: Any) -> dict[str, Any]:
    """A case of one person, by a pseudonym, and of nobody else."""
    tree = case_tree()
    tree["event"]["occurred_on"] = occurred_on
    tree["people_at_risk"] = [{**tree["people_at_risk"][0], "private": {}, **changes}]
    for text in tree["texts"].values():
        text.update(summary="Una defensora fue amenazada.", body="Fue amenazada.", background=None)
    tree["title"] = "Amenazas contra una defensora"
    return tree


async def handed_in(caller: Caller, tree: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = await caller.client.post(CASES, json=tree, headers=headers)
    assert answer.status_code == 201, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def shown(caller: Caller, reference: str) -> list[dict[str, Any]]:
    view = (await caller.client.get(f"{CASES}/{reference}")).json()
    duplicates: list[dict[str, Any]] = view["possible_duplicates"]
    return duplicates


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "TOVILLA ESPINAR, Maruca", "aliases": []},
        {"name": "Maruka Tobilla Espinar", "aliases": []},
        {"name": "Maruca Tovilla", "aliases": []},
        {"name": "Señora Desconocida", "aliases": ["maruquita"]},
    ],
)
async def test_the_same_person_is_shown_on_both_cases_without_a_name_and_both_are_taken_in(
    coordinator: Caller, verifier: Caller, changes: dict[str, Any]
) -> None:
    first = await handed_in(coordinator, case_of())
    second = await handed_in(coordinator, case_of(**changes))
    assert first["possible_duplicates"] == []
    ((found,), (mirrored,)) = second["possible_duplicates"], await shown(verifier, first["reference"])
    assert found["reference"] == first["reference"]
    assert mirrored["reference"] == second["reference"]
    assert found.keys() == {"reference", "similarity"}
    assert 86 <= found["similarity"] == mirrored["similarity"] <= 100


async def test_somebody_else_is_no_duplicate(coordinator: Caller) -> None:
    await handed_in(coordinator, case_of())
    assert (await handed_in(coordinator, case_of(**SOMEBODY_ELSE)))["possible_duplicates"] == []


@pytest.mark.parametrize(
    ("earlier", "later", "overlap"),
    [
        ("2026-03-01", "2026-04-30", True),
        ("2026-03-01", "2026-05-01", False),
        ("2026-04-30", "2026-03-01", True),
        ("2026-05-01", "2026-03-01", False),
        ("2026-02", "2026-04-29", True),
        ("2026-02", "2026-04-30", False),
        ("2026-03-15", "2026-01", True),
        ("2025-12-02", "2026-01", True),
        ("2025-12-01", "2026-02", False),
        ("2024-02", "2024-04-29", True),
        ("2024-02", "2024-04", True),
        ("2024-01", "2024-05", False),
    ],
)
async def test_a_day_reaches_thirty_days_to_both_sides_and_a_month_as_far_from_its_ends(
    coordinator: Caller, earlier: str, later: str, *, overlap: bool
) -> None:
    await handed_in(coordinator, case_of(earlier))
    assert bool((await handed_in(coordinator, case_of(later)))["possible_duplicates"]) is overlap


async def test_the_most_alike_stand_first(coordinator: Caller) -> None:
    references = [
        (await handed_in(coordinator, case_of(name=name, aliases=[])))["reference"]
        for name in ("Maruka Tobilla Espinar", "Maruca Tovilla Espinar", "Petra Olmos Ficticia")
    ]
    found = (await handed_in(coordinator, case_of(aliases=[])))["possible_duplicates"]
    assert [one["reference"] for one in found] == [references[1], references[0]]
    assert found[0]["similarity"] == 100 > found[1]["similarity"]


async def test_whose_names_were_opened_has_an_event_of_it_that_changes_no_revision(
    site: Site, coordinator: Caller
) -> None:
    near = await handed_in(coordinator, case_of(**SOMEBODY_ELSE))
    far = await handed_in(coordinator, case_of("2020-01"))
    new = await handed_in(coordinator, case_of())
    timelines = {
        view["reference"]: (await coordinator.client.get(f"{CASES}/{view['reference']}/timeline")).json()
        for view in (near, far, new)
    }
    kinds = {
        reference: [event["kind"] for event in timeline["events"]]
        for reference, timeline in timelines.items()
    }
    assert kinds == {
        near["reference"]: ["received", "private_read"],
        far["reference"]: ["received"],
        new["reference"]: ["received"],
    }
    read = timelines[near["reference"]]["events"][1]
    assert read["detail"] == {"fields": ["names"], "why": "duplicates"}
    assert read["person"].startswith("Persona ")
    again = (await coordinator.client.get(f"{CASES}/{near['reference']}")).json()
    assert again["revision"] == near["revision"] == 1
    assert await count_of(site.services.database, "possible_duplicate") == 0


async def test_whoever_follows_the_earlier_case_learns_of_it_at_once(coordinator: Caller) -> None:
    first = await handed_in(coordinator, case_of())
    waiting = asyncio.create_task(
        coordinator.client.get(
            f"{CASES}/{first['reference']}", params={"seen": first["revision"], "wait": 20}
        )
    )
    await asyncio.sleep(0.5)
    second = await handed_in(coordinator, case_of())
    async with asyncio.timeout(10):
        view = (await waiting).json()
    assert [one["reference"] for one in view["possible_duplicates"]] == [second["reference"]]


async def test_of_intakes_at_the_same_time_each_finds_those_before_it(
    site: Site, coordinator: Caller
) -> None:
    views = await asyncio.gather(*(handed_in(coordinator, case_of()) for _ in range(4)))
    assert sorted(len(view["possible_duplicates"]) for view in views) == [0, 1, 2, 3]
    assert await count_of(site.services.database, "possible_duplicate") == 6


async def test_a_repeated_intake_finds_no_duplicate_of_itself(site: Site, coordinator: Caller) -> None:
    headers = {"Idempotency-Key": "una-vez"}
    first = await handed_in(coordinator, case_of(), **headers)
    again = await handed_in(coordinator, case_of(), **headers)
    assert (again["reference"], again["possible_duplicates"]) == (first["reference"], [])
    assert await count_of(site.services.database, "possible_duplicate") == 0


async def test_a_possible_duplicate_keeps_neither_case_from_being_attested(
    site: Site, coordinator: Caller, verifier: Caller
) -> None:
    first = await handed_in(coordinator, case_of())
    second = await handed_in(coordinator, case_of())
    other = await site.caller(Role.VERIFIER)
    async with other.client:
        for view in (first, second):
            for caller in (verifier, other):
                answer = await caller.client.post(
                    f"{CASES}/{view['reference']}/attestations", json={"digest": view["document"]["digest"]}
                )
                assert answer.status_code == 200, answer.text
            assert answer.json()["attestations"]["count"] == 2


async def test_names_are_nowhere_in_clear_after_they_were_compared(site: Site, coordinator: Caller) -> None:
    for _ in range(2):
        await handed_in(coordinator, case_of())
    assert await _tables_with(site.services.database, "Tovilla") == []


async def _tables_with(database: Database, word: str) -> list[str]:
    tables = ("audit_event", "possible_duplicate", "pending_nudge", "person_at_risk")
    found = []
    for table in tables:
        rows = await execute(
            database,
            f"SELECT 1 FROM {table} AS line WHERE to_jsonb(line)::text ILIKE :word",
            word=f"%{word}%",
        )
        found += [table] if rows else []
    return found
