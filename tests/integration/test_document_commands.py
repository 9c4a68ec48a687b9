"""The script's commands for documents against the real API, while Temporal is away."""

import json
from pathlib import Path
from typing import Any

from models.vocabulary import Role
from tests.factories import EXAMPLES, case_tree
from tests.integration.desks import Desk, DeskOf

CASE = str(EXAMPLES / "case.yaml")
UPDATE = str(EXAMPLES / "document.yaml")


async def _started(coordinator: Desk) -> str:
    reference: str = json.loads((await coordinator.run("start", CASE, "--json")).out)["reference"]
    return reference


def _written(folder: Path, **changes: str) -> str:
    """Write the texts of the case into a file, with changes of the Spanish one."""
    texts: dict[str, Any] = case_tree()["texts"]
    texts["es"].update(changes)
    file = folder / "texts.json"
    file.write_text(json.dumps({"texts": texts}, ensure_ascii=False), encoding="utf-8")
    return str(file)


async def test_a_text_is_changed_compared_and_approved_by_somebody_else(
    desk_of: DeskOf, tmp_path: Path
) -> None:
    author, verifier = await desk_of(Role.COORDINATOR, Role.VERIFIER), await desk_of(Role.VERIFIER)
    reference = await _started(author)

    written = await author.run("documents", "version", reference, "1", _written(tmp_path, summary="Hoy."))
    compared = await verifier.run("documents", "diff", reference, "1", "1", "2")
    assert f"{reference}/1, version 2, is written." in written.out
    assert "{+Hoy+}" in compared.out
    assert "Summary: changed" in compared.out

    assert (await author.run("documents", "approve", reference, "1", "--yes")).code == 1
    approved = await verifier.run("documents", "approve", reference, "1", "--language", "es", "--yes")
    assert f"You approved {reference}/1 in es." in approved.out
    assert "Maruca Tovilla Espinar" in approved.out
    listed = await verifier.run("documents", "list", reference)
    assert "es approved" in listed.out
    assert "en waiting" in listed.out
    assert "Maruca" not in listed.out
    assert "Approved  es · waiting: en" in (await author.run("show", reference)).out


async def test_a_text_that_names_somebody_is_bad_input_and_not_repeated(
    desk_of: DeskOf, tmp_path: Path
) -> None:
    coordinator = await desk_of(Role.COORDINATOR)
    reference = await _started(coordinator)

    refused = await coordinator.run(
        "documents", "version", reference, "1", _written(tmp_path, summary="Es Maruca.")
    )

    assert refused.code == 2
    assert "texts.es.summary" in refused.errors
    assert "Maruca" not in refused.out + refused.errors


async def test_what_is_not_out_or_not_closed_gets_no_further_document(desk_of: DeskOf) -> None:
    coordinator = await desk_of(Role.COORDINATOR)
    reference = await _started(coordinator)

    added = await coordinator.run("documents", "add", reference, UPDATE)
    reopened = await coordinator.run("reopen", reference, UPDATE)

    assert (added.code, reopened.code) == (1, 1)
    assert "not out yet" in added.errors
    assert "closed" in reopened.errors


async def test_a_case_is_returned_completed_and_withdrawn(desk_of: DeskOf, tmp_path: Path) -> None:
    coordinator, verifier = await desk_of(Role.COORDINATOR), await desk_of(Role.VERIFIER)
    reference = await _started(coordinator)
    (reason := tmp_path / "reason.txt").write_text("Falta una fuente.", encoding="utf-8")

    assert "is returned" in (await verifier.run("return", reference, "--reason-file", str(reason))).out
    assert f"complete {reference}" in (await coordinator.run("show", reference)).out
    assert "is complete" in (await coordinator.run("complete", reference)).out
    assert (await coordinator.run("complete", reference)).code == 1
    assert "is withdrawn" in (await verifier.run("withdraw", reference, "--yes")).out
    assert "REVOKED" in (await coordinator.run("show", reference)).out
    rejected = await verifier.run("reject", reference, "--reason-file", str(reason), "--yes")
    assert rejected.code == 1
