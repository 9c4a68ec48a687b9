"""The script verifies what the real server holds, and finds what was done to the database behind its back."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.anchors import AnchorFile
from models.audit import BEGINNING, hash_of
from models.lifecycle import Decision
from models.records import EventKind
from models.vocabulary import ReadingReason, Role
from storage.database import Database
from storage.records import record
from tests.integration.audit_trails import trail
from tests.integration.desks import Desk, DeskOf
from tests.integration.outbox_cases import execute, make_case
from tests.waiting import until

ROOT = Path(__file__).parents[2]
CASE = str(ROOT / "examples" / "case.yaml")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The coordinator's own file, on her machine."""
    return tmp_path / "mine.jsonl"


@pytest.fixture
async def coordinator(desk_of: DeskOf) -> Desk:
    return await desk_of(Role.COORDINATOR)


@pytest.fixture
async def reference(database: Database) -> str:
    """An action with six events: twice attested, read, held, resumed, held."""
    case = await make_case(database)
    async with database.transaction() as session:
        reading = {"fields": ["facts"], "why": ReadingReason.REVIEWING}
        await record(session, case.action.id, EventKind.PRIVATE_READ, case.verifiers[0], reading)
    for decision in (Decision.HOLD, Decision.RESUME, Decision.HOLD):
        await case.decide(decision)
    return case.action.reference


async def verified(desk: Desk, reference: str, *options: str) -> tuple[int, dict[str, Any]]:
    ended = await desk.run("audit", "verify", reference, "--json", *options)
    return ended.code, json.loads(ended.out)


async def anchored(tmp_path: Path, reference: str) -> None:
    file = AnchorFile(tmp_path / "anchors.jsonl")

    async def whole() -> bool:
        return [one.number for one in file.read(reference=reference).anchors][-1:] == [6]

    await until(whole)


async def test_an_honest_trail_verifies_against_the_servers_anchors_and_ones_own(
    coordinator: Desk, reference: str, tmp_path: Path, mine: Path
) -> None:
    await anchored(tmp_path, reference)
    for count in (0, 1):
        code, report = await verified(coordinator, reference, "--anchors", str(mine))
        assert (code, report["verified"], report["events"], report["broken"]) == (0, True, 6, [])
        assert report["server_anchors"] >= 1
        assert report["file_anchors"] == count


async def test_what_people_do_with_the_script_is_in_the_trail_that_it_verifies(
    coordinator: Desk, desk_of: DeskOf, database: Database
) -> None:
    started: str = json.loads((await coordinator.run("start", CASE, "--json")).out)["reference"]
    verifier = await desk_of(Role.VERIFIER)
    assert "Maruca" in (await verifier.run("private", started, "--why", "reviewing")).out
    assert "Maruca" in (await verifier.run("attest", started, "--yes")).out
    told = await coordinator.run("audit", "verify", started)
    assert (told.code, "the audit trail is whole" in told.out) == (0, True), told
    assert "Maruca" not in (await coordinator.run("show", started)).out
    action_id = (await execute(database, "SELECT id FROM urgent_action"))[0].id
    by_people = [one.kind for one in (await trail(database, action_id)).events if one.person_id]
    assert by_people == ["received", "private_read", "private_read", "attested"]


TAMPERING = {
    "UPDATE audit_event SET detail = '{\"why\": \"attesting\"}' WHERE kind = 'private_read'": ("altered", 3),
    "UPDATE audit_event SET at = at + interval '1 hour' WHERE number = 2": ("altered", 2),
    "UPDATE audit_event SET person_id = NULL WHERE number = 4": ("altered", 4),
    "UPDATE audit_event SET kind = 'stopped' WHERE number = 5": ("altered", 5),
    "DELETE FROM audit_event WHERE kind = 'private_read'": ("missing", 3),
    "DELETE FROM audit_event WHERE number = 6": ("truncated", 6),
    "DELETE FROM audit_event": ("missing", 1),
}


@pytest.mark.parametrize(("statement", "found"), TAMPERING.items(), ids=[*map(str, TAMPERING.values())])
async def test_tampering_by_sql_is_found_and_named(
    coordinator: Desk, reference: str, database: Database, statement: str, found: tuple[str, int]
) -> None:
    await execute(database, statement.replace(":", r"\:"))
    code, report = await verified(coordinator, reference)
    assert code == 1
    assert found in {(one["finding"], one["first"]) for one in report["broken"]}


async def test_reordering_by_sql_is_found_and_named(
    coordinator: Desk, reference: str, database: Database
) -> None:
    for statement in (
        "UPDATE audit_event SET number = 100 WHERE number = 3",
        "UPDATE audit_event SET number = 3 WHERE number = 4",
        "UPDATE audit_event SET number = 4 WHERE number = 100",
    ):
        await execute(database, statement)
    code, report = await verified(coordinator, reference)
    assert code == 1
    assert ("reordered", 3, 4) in {(one["finding"], one["first"], one["last"]) for one in report["broken"]}


async def rewrite(database: Database, keep: int) -> None:
    """Cut a trail down to `keep` events, without a reading among them, and chain it so that it is sound."""
    action_id = (await execute(database, "SELECT id FROM urgent_action"))[0].id
    events = [one for one in (await trail(database, action_id)).events if one.kind != "private_read"][:keep]
    await execute(database, "DELETE FROM audit_event")
    previous = BEGINNING
    for number, event in enumerate(events, start=1):
        forged = event._replace(number=number, previous=previous)
        previous = hash_of(forged)
        await execute(
            database,
            """INSERT INTO audit_event (action_id, number, kind, person_id, at, detail, previous, hash)
               VALUES (:action_id, :number, :kind, CAST(:person_id AS uuid), CAST(:at AS timestamptz),
                       CAST(:detail AS jsonb), decode(:previous, 'hex'), decode(:digest, 'hex'))""",
            **{**forged._asdict(), "action_id": action_id, "detail": json.dumps(forged.detail)},
            digest=previous,
        )
    end = "UPDATE audit_chain SET length = :length, head = decode(:head, 'hex')"
    await execute(database, end, length=len(events), head=previous)


@pytest.mark.parametrize("keep", [5, 3], ids=["a reading erased", "and the end cut off"])
async def test_a_trail_rewritten_wholesale_is_found_by_the_servers_anchors_and_by_ones_own(
    coordinator: Desk, reference: str, database: Database, tmp_path: Path, mine: Path, keep: int
) -> None:
    await anchored(tmp_path, reference)
    assert (await verified(coordinator, reference, "--anchors", str(mine)))[0] == 0
    await rewrite(database, keep)
    code, report = await verified(coordinator, reference, "--anchors", str(mine))
    assert code == 1
    assert {one["witness"] for one in report["broken"]} == {"server", "file"}
    assert {one["finding"] for one in report["broken"]} >= {"truncated"}


async def test_where_the_servers_anchors_are_gone_as_well_ones_own_still_know(
    coordinator: Desk, reference: str, database: Database, tmp_path: Path, mine: Path
) -> None:
    await anchored(tmp_path, reference)
    assert (await verified(coordinator, reference, "--anchors", str(mine)))[0] == 0
    await rewrite(database, 5)
    (tmp_path / "anchors.jsonl").unlink()
    assert (await verified(coordinator, reference))[0] == 0, "nothing outside the database knows better"
    code, report = await verified(coordinator, reference, "--anchors", str(mine))
    assert (code, {one["witness"] for one in report["broken"]}) == (1, {"file"})
