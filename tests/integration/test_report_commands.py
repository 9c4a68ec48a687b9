"""The script's commands for reports and figures against the real API."""

from pathlib import Path

from models.vocabulary import Role
from storage.database import Database
from tests.integration.desks import DeskOf
from tests.integration.outbox_cases import make_case
from tests.integration.web.public_lists import released, signed


async def test_a_report_is_shown_and_written_to_files_and_figures_are_told(
    desk_of: DeskOf, database: Database, tmp_path: Path
) -> None:
    desk = await desk_of(Role.COORDINATOR)
    case = await make_case(database)
    await case.open_sign_on()
    await signed(case, "casa-manantial")
    await released(case)
    reference = case.action.reference
    shown = await desk.run("report", reference)
    assert shown.code == 0, shown.errors
    assert "Signed, MX" in shown.out
    for ending, begins in ((".pdf", b"%PDF-"), (".html", b"<!doctype html>")):
        file = tmp_path / f"informe{ending}"
        written = await desk.run("report", reference, "--out", str(file), "--language", "en")
        assert written.code == 0, written.errors
        assert file.read_bytes().startswith(begins)
    odd = await desk.run("report", reference, "--out", str(tmp_path / "informe.odt"))
    assert (odd.code, "must end in" in odd.errors) == (2, True)
    figures = await desk.run("stats")
    assert figures.code == 0, figures.errors
    assert "From event to release, median" in figures.out
