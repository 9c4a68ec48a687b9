import json
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from tests.unit.console.api_answers import REFERENCE, answer
from tests.unit.console.conftest import Run
from web.window_schemas import InvitedView, MissedPartnerView, WindowView

PATH = f"/api/v1/actions/{REFERENCE}/documents/1/sign-on"
CLOSES = datetime(2030, 12, 4, 18, 0, tzinfo=UTC)
MISSED = [
    MissedPartnerView(partner="Red del Volcán", country="SV", lost=False),
    MissedPartnerView(partner="Aguas Libres", country="CO", lost=True),
]


def window(closes_at: datetime | None = CLOSES, ended_at: datetime | None = None) -> WindowView:
    return WindowView(
        index=f"{REFERENCE}/1",
        opened_at=CLOSES - timedelta(days=2),
        closes_at=closes_at,
        ended_at=ended_at,
        invited=9,
        signed=3,
        answered=4,
        not_reached=MISSED,
    )


def test_a_window_is_shown_with_those_who_were_not_reached(server: HTTPServer, run: Run) -> None:
    server.expect_request(PATH, "GET").respond_with_response(answer(window()))

    result = run("sign-on", "show", REFERENCE.lower(), "1")

    assert result.exit_code == 0
    assert "partners may sign until" in result.stdout
    assert "3 signed, 4 of 9 answered." in result.stdout
    assert "Not reached: Red del Volcán (SV); its next contact is asked." in result.stdout
    assert "Not reached: Aguas Libres (CO); nobody of it is left to be asked." in result.stdout


@pytest.mark.parametrize(
    ("closes_at", "ended_at", "told"),
    [(CLOSES, CLOSES, "the window closed"), (None, None, "nobody was asked yet")],
)
def test_a_window_that_is_not_open_says_so(
    server: HTTPServer, run: Run, closes_at: datetime | None, ended_at: datetime | None, told: str
) -> None:
    server.expect_request(PATH, "GET").respond_with_response(answer(window(closes_at, ended_at)))
    assert told in run("sign-on", "show", REFERENCE, "1").stdout


@pytest.mark.parametrize(
    ("command", "until"),
    [("extend", "2030-12-06T12:00-06:00"), ("shorten", "2030-12-04T11:00-06:00")],
)
def test_a_window_is_moved_in_the_direction_of_the_command(
    server: HTTPServer, run: Run, command: str, until: str
) -> None:
    server.expect_request(PATH, "GET").respond_with_response(answer(window()))
    moved = datetime.fromisoformat(until).astimezone(UTC)
    server.expect_request(PATH, "PATCH", json={"closes_at": moved.isoformat()}).respond_with_response(
        answer(window(moved))
    )

    result = run("sign-on", command, REFERENCE, "1", "--until", until)

    assert result.exit_code == 0
    assert "partners may sign until" in result.stdout


@pytest.mark.parametrize(
    ("command", "until", "other"),
    [("extend", "2030-12-04T11:00-06:00", "shorten"), ("shorten", "2030-12-06T12:00-06:00", "extend")],
)
def test_a_window_is_not_moved_in_the_other_direction(
    server: HTTPServer, run: Run, command: str, until: str, other: str
) -> None:
    server.expect_request(PATH, "GET").respond_with_response(answer(window()))

    result = run("sign-on", command, REFERENCE, "1", "--until", until)

    assert result.exit_code == 2
    assert f"Use {other}" in result.stderr


@pytest.mark.usefixtures("server")
def test_a_moment_that_cannot_be_read_is_refused_with_an_example(run: Run) -> None:
    result = run("sign-on", "extend", REFERENCE, "1", "--until", "tomorrow")
    assert result.exit_code == 2
    assert "2026-12-04T18:00" in result.stderr


def test_a_window_is_ended_once_that_is_confirmed(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"{PATH}/end", "POST").respond_with_response(answer(window(CLOSES, CLOSES)))

    assert run("sign-on", "end", REFERENCE, "1").exit_code == 2
    result = run("sign-on", "end", REFERENCE, "1", "--yes", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["signed"] == 3


@pytest.mark.parametrize(("is_new", "told"), [(True, "is asked to sign."), (False, "was invited before")])
def test_one_more_partner_is_invited(server: HTTPServer, run: Run, is_new: bool, told: str) -> None:  # noqa: FBT001
    invited = InvitedView(index=f"{REFERENCE}/1", partner="aguas-libres", is_new=is_new)
    server.expect_request(
        f"{PATH}/invitations", "POST", json={"partner": "aguas-libres"}
    ).respond_with_response(answer(invited))

    result = run("sign-on", "invite", REFERENCE, "1", "--partner", "aguas-libres")

    assert result.exit_code == 0
    assert told in result.stdout
