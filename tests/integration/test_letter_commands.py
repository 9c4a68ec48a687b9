"""The script's commands for letters against the real API."""

import json
from pathlib import Path

from models.vocabulary import Role
from storage.database import Database
from tests.integration.desks import DeskOf
from tests.integration.outbox_cases import execute, make_case


async def test_letters_are_listed_written_to_files_and_posted(
    desk_of: DeskOf, database: Database, tmp_path: Path
) -> None:
    desk = await desk_of(Role.COORDINATOR)
    case = await make_case(database)
    reference = case.action.reference
    await execute(
        case.database,
        "DELETE FROM target_address WHERE channel <> 'letter' AND target_id IN"
        " (SELECT id FROM target WHERE position = 0)",
    )
    await case.freeze()
    listed = await desk.run("letters", reference)
    assert "Fiscalía de Derechos" in listed.out
    folder = tmp_path / "cartas"
    written = await desk.run("letters", reference, "--out", str(folder))
    (file,) = folder.iterdir()
    assert file.name == f"{reference}-1-0.pdf"
    assert str(file) in written.out.replace("\n", "")
    assert file.read_bytes().startswith(b"%PDF-")
    posted = await desk.run("posted", reference, "0", "--on", "2026-11-20", "--json")
    assert json.loads(posted.out)["posted_on"] == "2026-11-20"
    assert "No letter waits" in (await desk.run("letters", reference, "--out", str(folder))).out
    refused = await desk.run("letters", reference, "--out", str(folder), "--target", "0")
    assert refused.code == 1
    assert "This letter was posted." in refused.errors
