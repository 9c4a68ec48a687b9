"""Mails that came in, from the script."""

from datetime import UTC, datetime
from uuid import UUID

from pytest_httpserver import HTTPServer

from models.inbound_mail import InboundState, MatchedBy
from tests.unit.console.api_answers import REFERENCE, answer, problem
from tests.unit.console.conftest import Run
from web.inbound import InboundList, InboundView, OpenedMail

MAILS = f"/api/v1/actions/{REFERENCE}/inbound"
ID = UUID("7e0c3a3e-3df5-4a8e-8a4e-0a54b3f3a001")
MOMENT = datetime(2026, 11, 4, 15, 5, tzinfo=UTC)


def view(state: InboundState = InboundState.WAITING, target: int | None = 0) -> InboundView:
    return InboundView(
        id=ID,
        target=target,
        matched_by=MatchedBy.MESSAGE_ID,
        automatic=target is None,
        size=812,
        received_at=MOMENT,
        state=state,
        response_id=None,
    )


def test_mails_are_listed_with_who_may_have_sent_them(server: HTTPServer, run: Run) -> None:
    listed = InboundList(reference=REFERENCE, mails=[view(), view(InboundState.DISMISSED, None)])
    server.expect_request(MAILS, "GET").respond_with_response(answer(listed))
    told = run("inbound", "list", REFERENCE.lower()).stdout
    assert told.count(str(ID)) == 2
    assert "waiting" in told
    assert told.count("written by a machine") == 1
    server.clear()
    server.expect_request(MAILS, "GET").respond_with_response(
        answer(InboundList(reference=REFERENCE, mails=[]))
    )
    assert "No mail came in" in run("inbound", "list", REFERENCE).stdout


def test_a_mail_is_read_as_text_and_the_trail_is_told_why(server: HTTPServer, run: Run) -> None:
    mail = OpenedMail(
        id=ID,
        sender="Oficialía <o@fge.example>",
        subject="Re: oficio [bold]1",
        text="Recibimos su carta.",
        attachments=["oficio.pdf"],
    )
    server.expect_request(f"{MAILS}/{ID}", "GET", query_string={"why": "coordinating"}).respond_with_response(
        answer(mail)
    )
    told = run("inbound", "show", REFERENCE, str(ID)).stdout
    for part in ("Re: oficio [bold]1", "o@fge.example", "Recibimos su carta.", "Attached: oficio.pdf"):
        assert part in told


def test_a_mail_is_confirmed_as_a_response_or_put_aside(server: HTTPServer, run: Run) -> None:
    server.expect_ordered_request(
        f"{MAILS}/{ID}/confirmed", "POST", json={"kind": "token"}
    ).respond_with_response(problem(409, "Nobody knows which target sent it."))
    unknown = run("inbound", "confirm", REFERENCE, str(ID), "--kind", "token")
    assert (unknown.exit_code, "which target" in unknown.stderr) == (1, True)
    server.expect_ordered_request(
        f"{MAILS}/{ID}/confirmed", "POST", json={"kind": "token", "target": 2}
    ).respond_with_response(answer(view(InboundState.CONFIRMED)))
    told = run("inbound", "confirm", REFERENCE, str(ID), "--kind", "token", "--target", "2")
    assert "counts as a response" in told.stdout
    server.expect_ordered_request(f"{MAILS}/{ID}/dismissed", "POST").respond_with_response(
        answer(view(InboundState.DISMISSED))
    )
    assert "put aside" in run("inbound", "dismiss", REFERENCE, str(ID)).stdout
