import json

import pytest
from pytest_httpserver import HTTPServer

from console import rehearsals
from models.lifecycle import Decision
from models.outbox import RecipientKind
from models.vocabulary import Channel, Disclosure
from tests.unit.console.api_answers import REFERENCE, action, answer, decided
from tests.unit.console.conftest import Run
from tests.unit.console.terminals import Terminal
from web.rehearsals import GroupView, ListView, PreviewView, RehearsalView, RehearsedView

ACTION = f"/api/v1/actions/{REFERENCE}"
PREVIEW = PreviewView(
    document=f"{REFERENCE}/1",
    total=1203,
    confirm_above=100,
    languages=["es"],
    waiting_for_approval=["en"],
    groups=[
        GroupView(recipient=RecipientKind.TARGET, channel=Channel.EMAIL, language="es", count=3),
        GroupView(recipient=RecipientKind.CONTACT, channel=Channel.SMS, language="es", count=1200),
    ],
    lists=[ListView(slug="redacciones", count=700)],
    unreachable_contacts=4,
    unreachable_targets=[],
)
MADE = RehearsalView(
    document=f"{REFERENCE}/1",
    number=2,
    sent=False,
    ready=True,
    messages=[
        RehearsedView(
            channel=Channel.EMAIL,
            language="es",
            recipient=RecipientKind.TARGET,
            disclosure=Disclosure.AUTHORITY,
            subject="Acción urgente",
            text="Señor Fiscal: [bold]no es marcado[/bold]",
            html="<p>…</p>",
            attachments=["UA.pdf"],
        ),
        RehearsedView(
            channel=Channel.SMS,
            language="es",
            recipient=RecipientKind.CONTACT,
            disclosure=Disclosure.PUBLIC,
            failure="names_somebody",
        ),
    ],
)


def test_a_preview_says_how_many_by_what_and_who_is_left_out(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"{ACTION}/preview").respond_with_response(answer(PREVIEW))
    result = run("preview", REFERENCE)
    assert result.exit_code == 0
    assert f"{REFERENCE}/1 goes to 1203 recipients." in result.stdout
    for line in (("Contact", "SMS", "1200"), ("Target", "email", "3")):
        assert any(all(word in row for word in line) for row in result.stdout.splitlines())
    assert "List redacciones: 700" in result.stdout
    assert "in en is not approved" in result.stderr
    assert "4 contacts" in result.stderr
    assert json.loads(run("preview", REFERENCE, "--json").stdout)["total"] == 1203


def test_a_rehearsal_is_waited_for_and_its_messages_shown_as_they_are(server: HTTPServer, run: Run) -> None:
    begun = MADE.model_copy(update={"ready": False, "messages": []})
    server.expect_oneshot_request(f"{ACTION}/rehearsals", "POST", json={"send": False}).respond_with_response(
        answer(begun, status=202)
    )
    path = f"{ACTION}/rehearsals/2"
    server.expect_oneshot_request(path, "GET").respond_with_response(answer(begun))
    server.expect_request(path, "GET").respond_with_response(answer(MADE))
    result = run("rehearse", REFERENCE)
    assert result.exit_code == 0
    for shown in ("Acción urgente", "[UA.pdf]", "[bold]no es marcado[/bold]", "None was sent"):
        assert shown in result.stdout
    assert "could not be made: names_somebody" in result.stderr


def test_a_rehearsal_that_nobody_makes_is_not_waited_for_for_ever(
    server: HTTPServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsals, "PATIENCE_SECONDS", 0)
    begun = MADE.model_copy(update={"ready": False, "messages": []})
    server.expect_request(f"{ACTION}/rehearsals", "POST").respond_with_response(answer(begun, status=202))
    result = run("rehearse", REFERENCE)
    assert result.exit_code == 3
    assert "on hold, or no worker runs" in result.stderr


@pytest.mark.parametrize(("typed", "code"), [("1203\n", 0), ("1204\n", 2), ("\n", 2)])
def test_the_number_of_a_large_release_is_typed(
    server: HTTPServer, environment: dict[str, str], typed: str, code: int
) -> None:
    server.expect_request(ACTION, "GET").respond_with_response(answer(action()))
    server.expect_request(f"{ACTION}/preview").respond_with_response(answer(PREVIEW))
    server.expect_request(f"{ACTION}/release", "POST", json={"recipients": 1203}).respond_with_response(
        answer(decided(Decision.RELEASE))
    )
    with Terminal(environment, "release", REFERENCE) as terminal:
        terminal.expect("Type their number")
        assert "goes to 1203 recipients" in " ".join(terminal.drawn.split())
        terminal.type(typed)
        if code == 0:
            terminal.expect("[y/N]")
            terminal.type("y\n")
        assert terminal.end() == code
    assert ("POST" in [request.method for request, _ in server.log]) == (code == 0)


def test_a_script_names_the_number(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"{ACTION}/release", "POST", json={"recipients": 7}).respond_with_response(
        answer(decided(Decision.RELEASE))
    )
    assert run("release", REFERENCE, "--yes", "--recipients", "7").exit_code == 0
