from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer

from models.lifecycle import Phase
from models.records import EventKind
from models.vocabulary import Answer, ReleasePolicy, SignatureVisibility
from tests.unit.console.api_answers import (
    NOW,
    REFERENCE,
    SIGN_ON,
    action,
    answer,
    event,
    private,
    statement,
    timeline,
)
from tests.unit.console.conftest import Run
from web.schemas import ActionList, SignatureList, SignatureView

ACTION = f"/api/v1/actions/{REFERENCE}"
SIGNATURES = SignatureList(
    signatures=[
        SignatureView(
            partner="Casa Ejemplo",
            country="MX",
            answer=Answer.SIGNED,
            visibility=SignatureVisibility.PUBLIC,
            answered_at=NOW,
        ),
        SignatureView(
            partner=None,
            country=None,
            answer=Answer.SIGNED,
            visibility=SignatureVisibility.WITHHELD,
            answered_at=NOW,
        ),
        SignatureView(partner="Red Callada", country="GT", answer=None, visibility=None, answered_at=None),
    ]
)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_list_shows_each_action_with_its_phase_and_any_pause(server: HTTPServer, run: Run) -> None:
    listed = ActionList(
        actions=[
            action(on_hold=True, phase=Phase.FOLLOWING_UP, released_at=NOW),
            action(reference="UA-2026-013", created_at=NOW - timedelta(days=400)),
        ]
    )
    server.expect_request("/api/v1/actions", query_string={"limit": "7"}).respond_with_response(
        answer(listed)
    )

    heading, first, second = run("list", "--limit", "7").stdout.splitlines()

    assert heading.split() == ["Reference", "Phase", "Urgency", "Received", "Released", "Title"]
    assert f"{REFERENCE}   Following up  ON HOLD" in first
    assert "UA-2026-013   Verifying" in second
    assert (NOW - timedelta(days=400)).astimezone().strftime("%b") in second


def test_an_empty_list_says_how_to_begin(server: HTTPServer, run: Run) -> None:
    server.expect_request("/api/v1/actions").respond_with_response(answer(ActionList(actions=[])))

    assert "python starter.py start FILE" in run("list").stdout


def test_show_tells_phases_sign_on_messages_partners_and_the_next_step(server: HTTPServer, run: Run) -> None:
    sign_on = SIGN_ON.model_copy(update={"policy": ReleasePolicy.BY_HAND})
    shown = action(phase=Phase.SIGNING, sign_on=sign_on, dispatches=[statement(8, 2, 1), statement(1, 0)])
    server.expect_request(ACTION).respond_with_response(answer(shown))
    server.expect_request(f"{ACTION}/signatures").respond_with_response(answer(SIGNATURES))
    server.expect_request(f"{ACTION}/timeline").respond_with_response(
        answer(timeline(Phase.VERIFYING, Phase.SIGNING))
    )

    told = _squeezed(run("show", REFERENCE).stdout)

    assert "● Received ● Verifying ◉ Signing ○ Releasing ○ Following up ○ Closed" in told
    assert "2 of 3 1 d 23 h left · 1 declined" in told
    assert "Statement email" in told
    assert "10 of 12 1 failed" in told
    assert "Signed Casa Ejemplo" in told
    assert "Signed (counted, not named)" in told
    assert "1 not answered yet" in told
    assert "Red Callada" not in told
    assert f"python starter.py release {REFERENCE}" in told


def test_a_stopped_action_shows_no_phases_ahead(server: HTTPServer, run: Run) -> None:
    events = [*timeline(Phase.VERIFYING).events, event(EventKind.STOPPED, "Ana Ejemplo")]
    server.expect_request(ACTION).respond_with_response(answer(action(phase=Phase.STOPPED)))
    server.expect_request(f"{ACTION}/timeline").respond_with_response(
        answer(timeline().model_copy(update={"events": events}))
    )

    told = run("show", REFERENCE).stdout

    assert "● Received  ● Verifying  ◉ Stopped" in told
    assert "Closed" not in told


def test_show_leads_to_what_is_sealed_and_does_not_open_it(server: HTTPServer, run: Run) -> None:
    server.expect_request(ACTION).respond_with_response(answer(action()))
    server.expect_request(f"{ACTION}/timeline").respond_with_response(answer(timeline()))

    told = run("show", REFERENCE).stdout

    assert f"python starter.py private {REFERENCE}" in told
    assert "Official record, received 2026-11-18" in told
    assert [request.path for request, _ in server.log if "private" in request.path] == []


@pytest.mark.parametrize(
    ("options", "why"),
    [((), "coordinating"), (("--why", "reviewing"), "reviewing")],
    ids=["as usual", "named"],
)
def test_private_shows_what_is_sealed_and_says_why_it_is_read(
    server: HTTPServer, run: Run, options: tuple[str, ...], why: str
) -> None:
    server.expect_request(f"{ACTION}/private", query_string={"why": why}).respond_with_response(
        answer(private())
    )

    told = run("private", REFERENCE, *options).stdout

    for text in ("La oficina fue allanada.", "Itzel Ejemplo Canseco", "+52 951 000 0001", "Acta sellada"):
        assert text in told
    assert "Risk: high" in told


def test_private_takes_no_reason_of_ones_own_and_prints_json_as_it_came(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"{ACTION}/private").respond_with_response(answer(private()))

    assert run("private", REFERENCE, "--why", "porque sí").exit_code == 2
    assert server.log == []
    assert run("private", REFERENCE, "--json").stdout == private().model_dump_json() + "\n"


def test_show_as_json_asks_for_nothing_else(server: HTTPServer, run: Run) -> None:
    shown = action()
    server.expect_request(ACTION).respond_with_response(answer(shown))

    assert run("show", REFERENCE, "--json").stdout == shown.model_dump_json() + "\n"
    assert len(server.log) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"attestations": {"count": 0, "required": 2}}, "2 people other than its author must attest"),
        ({"attestations": {"count": 1, "required": 2}}, "One more person other than its author must attest"),
        ({"attestations": {"count": 2, "required": 2}}, "goes on by itself"),
        ({"phase": Phase.RETURNED}, "Something is missing"),
        ({"phase": Phase.REJECTED}, "Nothing goes out"),
        ({"phase": Phase.SIGNING}, "goes out by itself, or at once with"),
        ({"phase": Phase.RELEASING}, "on its way"),
        ({"phase": Phase.FOLLOWING_UP}, f"close {REFERENCE}"),
        ({"phase": Phase.FOLLOWING_UP, "on_hold": True}, f"resume {REFERENCE}"),
        ({"phase": Phase.STOPPED, "on_hold": True}, "Nothing leaves any more"),
        ({"phase": Phase.CLOSED, "on_hold": True, "closed_at": NOW}, "nothing left to do"),
    ],
)
def test_show_tells_the_next_step(
    server: HTTPServer, run: Run, changes: dict[str, object], told: str
) -> None:
    server.expect_request(ACTION).respond_with_response(answer(action(**changes)))
    server.expect_request(f"{ACTION}/timeline").respond_with_response(answer(timeline()))

    assert told in "\n".join(run("show", REFERENCE).stdout.splitlines()[-2:])


def test_words_of_a_newer_server_speak_for_themselves(server: HTTPServer, run: Run) -> None:
    text = (
        action(phase=Phase.VERIFYING)
        .model_dump_json()
        .replace("verifying", "asking_un")
        .replace("death_threat", "drone_attack")
    )
    server.expect_request(ACTION).respond_with_data(
        text[:-1] + ',"new_field":{"x":1}}', content_type="application/json"
    )
    server.expect_request(f"{ACTION}/timeline").respond_with_response(answer(timeline()))

    result = run("show", REFERENCE)

    assert result.exit_code == 0
    assert "Asking un" in result.stdout
    assert "drone attack" in result.stdout
