"""The script's commands for submissions against the real API."""

import json
from pathlib import Path

from models.vocabulary import Role
from storage.database import Database
from tests.integration.desks import DeskOf
from tests.integration.outbox_cases import make_case
from tests.unit.templates.submission_examples import in_docx


async def test_a_draft_is_written_to_a_file_sent_by_a_person_and_listed(
    desk_of: DeskOf, database: Database, tmp_path: Path
) -> None:
    desk = await desk_of(Role.COORDINATOR)
    reference = (await make_case(database)).action.reference
    file = tmp_path / "cidh.docx"
    drafted = await desk.run("submissions", "draft", reference, "iachr", "--out", str(file))
    assert drafted.code == 0, drafted.errors
    assert "Maruca Tovilla Espinar" in in_docx(file.read_bytes())
    told = " ".join(drafted.out.split())
    assert "gravity.why" in told
    assert "person 2" in told
    (listed,) = json.loads((await desk.run("submissions", "list", reference, "--json")).out)["submissions"]
    assert listed["digest"] in "".join(drafted.out.split())
    sent = await desk.run("submissions", "sent", reference, "iachr", listed["digest"])
    assert sent.code == 0, sent.errors
    (again,) = json.loads((await desk.run("submissions", "list", reference, "--json")).out)["submissions"]
    assert again["sent_at"] is not None
    assert "IACHR" in (await desk.run("submissions", "list", reference)).out


async def test_a_file_of_another_kind_and_a_form_that_does_not_fit_are_refused(
    desk_of: DeskOf, database: Database, tmp_path: Path
) -> None:
    desk = await desk_of(Role.COORDINATOR)
    reference = (await make_case(database)).action.reference
    odd = await desk.run("submissions", "draft", reference, "iachr", "--out", str(tmp_path / "a.odt"))
    assert (odd.code, "must end in" in odd.errors) == (2, True)
    wrong = await desk.run("submissions", "draft", reference, "ced", "--out", str(tmp_path / "a.pdf"))
    assert (wrong.code, "another kind of case" in wrong.errors) == (1, True)
    assert _written(tmp_path) == set()


def _written(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("a.*")}
