"""What waits for a coordinator, from the script."""

from datetime import date

from pytest_httpserver import HTTPServer

from models.lifecycle import Phase
from tests.unit.console.api_answers import answer
from tests.unit.console.conftest import Run
from web.digest import DigestCaseView, DigestView, WaitingView


def waiting(**counts: int) -> WaitingView:
    nothing = dict.fromkeys(set(WaitingView.model_fields) - {"expires_on"}, 0)
    return WaitingView(**{**nothing, **counts}, expires_on=date(2026, 12, 4) if counts else None)


def test_each_action_is_told_in_a_line_with_what_waits(server: HTTPServer, run: Run) -> None:
    busy = waiting(check_ins=2, late_replies=1)
    cases = [
        DigestCaseView(reference="UA-2026-014", phase=Phase.FOLLOWING_UP, on_hold=False, waiting=busy),
        DigestCaseView(reference="UA-2026-015", phase=Phase.VERIFYING, on_hold=False, waiting=waiting()),
        DigestCaseView(reference="UA-2026-016", phase=Phase.FOLLOWING_UP, on_hold=True, waiting=None),
    ]
    server.expect_request("/api/v1/digest", "GET").respond_with_response(answer(DigestView(cases=cases)))
    lines = run("digest").stdout.splitlines()
    assert [line.rstrip() for line in lines] == [
        "UA-2026-014  Following up: check-ins not answered: 2; late replies: 1; expires 2026-12-04",
        "UA-2026-015  Verifying",
        "UA-2026-016  On hold",
    ]


def test_nothing_open_is_said(server: HTTPServer, run: Run) -> None:
    server.expect_request("/api/v1/digest", "GET").respond_with_response(answer(DigestView(cases=[])))
    assert "No action of yours is open." in run("digest").stdout
