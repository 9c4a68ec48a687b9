"""The script's commands for reports and figures against the real API."""

from pathlib import Path

from models.columns import now
from models.mechanisms import Mechanism
from models.partner_actions import PartnerActionKind
from models.vocabulary import Role
from storage.database import Database
from tests.integration.desks import DeskOf
from tests.integration.outbox_cases import make_case
from tests.integration.overdue import DAY, submitted
from tests.integration.web.public_lists import PARTNERS, did, released, signed


async def test_a_report_is_shown_and_written_to_files_and_figures_are_told(
    desk_of: DeskOf, database: Database, tmp_path: Path
) -> None:
    desk = await desk_of(Role.COORDINATOR)
    case = await make_case(database)
    await case.open_sign_on()
    signatures = [await signed(case, slug) for slug in PARTNERS]
    await released(case)
    for signature in signatures:
        await did(case, signature, PartnerActionKind.CALLED)
    await submitted(case, Mechanism.CED, now() - 20 * DAY)
    reference = case.action.reference
    shown = await desk.run("report", reference)
    assert shown.code == 0, shown.errors
    for said in ("Signed, MX", "Submitted 1", "Submission late 1", "Organisations that called"):
        assert said in shown.out
    for ending, begins in ((".pdf", b"%PDF-"), (".html", b"<!doctype html>")):
        file = tmp_path / f"informe{ending}"
        written = await desk.run("report", reference, "--out", str(file), "--language", "en")
        assert written.code == 0, written.errors
        assert file.read_bytes().startswith(begins)
    odd = await desk.run("report", reference, "--out", str(tmp_path / "informe.odt"))
    assert (odd.code, "must end in" in odd.errors) == (2, True)
    figures = await desk.run("stats")
    assert figures.code == 0, figures.errors
    for said in ("From event to release, median", "Responses, mechanism", "Partners' actions: called"):
        assert said in figures.out
