"""What partners did, from the script."""

from datetime import UTC, date, datetime
from uuid import UUID

from pytest_httpserver import HTTPServer

from models.partner_actions import PartnerActionKind
from tests.unit.console.api_answers import REFERENCE, answer
from tests.unit.console.conftest import Run
from web.partner_actions import (
    OpenedPartnerAction,
    OpenedPartnerActions,
    PartnerActionList,
    PartnerActionView,
    Tally,
    TallyText,
)

PATH = f"/api/v1/actions/{REFERENCE}/partner-actions"
ID = UUID("5d0c3a3e-3df5-4a8e-8a4e-0a54b3f3a001")
MOMENT = datetime(2026, 11, 4, 15, 5, tzinfo=UTC)


def view(name: str | None = "Tejedoras", withdrawn_at: datetime | None = None) -> PartnerActionView:
    return PartnerActionView(
        id=ID,
        partner="tejedoras" if name else None,
        partner_name=name,
        document=1,
        kind=PartnerActionKind.CALLED,
        target=2,
        office="Embajada Ejemplo",
        on=date(2026, 11, 4),
        reported_at=MOMENT,
        withdrawn_at=withdrawn_at,
        has_note=True,
    )


def listing(*views: PartnerActionView) -> PartnerActionList:
    texts = {"es": TallyText(headline="Lo que han hecho", body="- 1 organización llamó.")} if views else {}
    tally = Tally(organisations={PartnerActionKind.CALLED: 1} if views else {}, texts=texts)
    return PartnerActionList(reference=REFERENCE, actions=list(views), tally=tally)


def test_what_partners_did_is_listed_with_the_tally_in_words(server: HTTPServer, run: Run) -> None:
    server.expect_request(PATH, "GET").respond_with_response(
        answer(listing(view(), view(None), view(withdrawn_at=MOMENT)))
    )
    told = run("partner-actions", REFERENCE.lower()).stdout
    assert "Tejedoras" in told
    assert "(name withheld)" in told
    assert "called, taken back" in told
    assert "[es] Lo que han hecho\n- 1 organización llamó." in told


def test_notes_are_opened_when_that_is_asked_for(server: HTTPServer, run: Run) -> None:
    server.expect_request(PATH, "GET").respond_with_response(answer(listing(view())))
    notes = OpenedPartnerActions(actions=[OpenedPartnerAction(id=ID, note="Sin respuesta")])
    server.expect_request(f"{PATH}/notes", "GET", query_string="why=coordinating").respond_with_response(
        answer(notes)
    )
    assert "Sin respuesta" not in run("partner-actions", REFERENCE).stdout
    assert "Sin respuesta" in run("partner-actions", REFERENCE, "--notes").stdout


def test_that_nobody_did_anything_is_said(server: HTTPServer, run: Run) -> None:
    server.expect_request(PATH, "GET").respond_with_response(answer(listing()))
    assert "No partner has reported" in run("partner-actions", REFERENCE).stdout
