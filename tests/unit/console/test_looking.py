from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from models.lifecycle import Decision, Phase
from models.records import EventKind
from models.vocabulary import Answer, DocumentKind, PassageReason, ReleasePolicy, SignatureVisibility
from tests.unit.case_trees import FORMAT_SAMPLE
from tests.unit.console.api_answers import (
    LUNA,
    NOW,
    REFERENCE,
    SIGN_ON,
    TEXT,
    action,
    answer,
    decided,
    document,
    event,
    private,
    statement,
    timeline,
)
from tests.unit.console.conftest import Run
from web.schemas import ActionList, PossibleDuplicateView, Timeline
from web.sign_on_schemas import SignatureList, SignatureView

ACTION = f"/api/v1/actions/{REFERENCE}"
ATTESTED = {"attestations": {"count": 2, "required": 2}, "document": document()}
OPEN = SIGN_ON.model_copy(update={"invited": 0})
OUT = {"phase": Phase.FOLLOWING_UP}
NOTICE = document((), kind=DocumentKind.STOP_ACTION, index=f"{REFERENCE}/2")
TOLD_NOTICE = document(kind=DocumentKind.STOP_ACTION, index=f"{REFERENCE}/2")
SIGNATURES = SignatureList(
    signatures=[
        SignatureView(
            document=1,
            partner="Casa Ejemplo",
            country="MX",
            answer=Answer.SIGNED,
            visibility=SignatureVisibility.PUBLIC,
            answered_at=NOW,
            late=False,
            for_newest_text=True,
        ),
        SignatureView(
            document=1,
            partner=None,
            country=None,
            answer=Answer.SIGNED,
            visibility=SignatureVisibility.WITHHELD,
            answered_at=NOW,
            late=True,
            for_newest_text=False,
        ),
        SignatureView(
            document=1,
            partner="Red Callada",
            country="GT",
            answer=None,
            visibility=None,
            answered_at=None,
            late=None,
            for_newest_text=None,
        ),
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


def test_a_possible_duplicate_is_shown_wherever_somebody_begins_with_the_case(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    alike = PossibleDuplicateView(reference="UA-2026-009", similarity=92)
    shown = action(possible_duplicates=[alike])
    server.expect_request(ACTION).respond_with_response(answer(shown))
    server.expect_request("/api/v1/actions", "POST").respond_with_response(answer(shown, 201))
    server.expect_request(f"{ACTION}/private").respond_with_response(answer(private()))
    server.expect_request(f"{ACTION}/timeline").respond_with_response(answer(timeline()))
    server.expect_request(f"{ACTION}/attestations").respond_with_response(answer(decided(Decision.ATTEST)))
    case = tmp_path / "case.yaml"
    case.write_text(FORMAT_SAMPLE, encoding="utf-8")

    for command in (("start", str(case)), ("show", REFERENCE), ("attest", REFERENCE, "--yes")):
        told = run(*command).stdout
        assert "Possible duplicate of UA-2026-009 (names 92 % alike)" in told, command


def test_it_is_told_that_a_family_decides_in_the_place_of_a_person(server: HTTPServer, run: Run) -> None:
    passed = LUNA.model_copy(update={"consent_passed": PassageReason.DEATH})
    server.expect_request(ACTION).respond_with_response(answer(action(people_at_risk=[passed])))
    server.expect_request(f"{ACTION}/timeline").respond_with_response(answer(timeline()))

    assert "Luna (person, pseudonym), her family decides (death)" in run("show", REFERENCE).stdout


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
    assert "by Zoraida Inventada (Directora), as Amparo Ficticia asked her to" in told


def test_private_takes_no_reason_of_ones_own_and_prints_json_as_it_came(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"{ACTION}/private").respond_with_response(answer(private()))

    assert run("private", REFERENCE, "--why", "porque sí").exit_code == 2
    assert server.log == []
    assert run("private", REFERENCE, "--json").stdout == private().model_dump_json() + "\n"


def test_a_withdrawn_action_ends_and_a_reopened_one_begins_again(server: HTTPServer, run: Run) -> None:
    events = [*timeline(Phase.VERIFYING, Phase.RELEASING, Phase.CLOSED).events, event(EventKind.REOPENED)]
    server.expect_oneshot_request(ACTION).respond_with_response(answer(action()))
    server.expect_oneshot_request(f"{ACTION}/timeline").respond_with_response(answer(Timeline(events=events)))
    assert "● Received  ◉ Verifying  ○ Signing  ○ Releasing" in run("show", REFERENCE).stdout

    events = [*timeline(Phase.VERIFYING).events, event(EventKind.WITHDRAWN, "Ana Ejemplo")]
    server.expect_oneshot_request(ACTION).respond_with_response(answer(action(phase=Phase.STOPPED)))
    server.expect_oneshot_request(f"{ACTION}/timeline").respond_with_response(answer(Timeline(events=events)))
    told = run("show", REFERENCE).stdout
    assert "● Verifying  ◉ Stopped" in told
    assert told.split("◉ Stopped")[1].splitlines()[1].count(f"{NOW.astimezone():%H:%M}") == 3


def test_show_tells_in_which_languages_a_document_may_go_out(server: HTTPServer, run: Run) -> None:
    texts = [TEXT, TEXT.model_copy(update={"language": "en"})]
    for approved, told in ((("es",), "es · waiting: en"), (("es", "en"), "es, en\n"), ((), "in no language")):
        shown = action(document=document(approved, texts=texts))
        server.expect_oneshot_request(ACTION).respond_with_response(answer(shown))
        server.expect_oneshot_request(f"{ACTION}/timeline").respond_with_response(answer(timeline()))
        assert f"Approved  {told}" in "\n".join(
            line.rstrip() for line in run("show", REFERENCE).stdout.splitlines()
        )


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
        ({**ATTESTED, "document": document(())}, f"documents approve {REFERENCE} 1"),
        (ATTESTED, "goes on by itself"),
        ({"phase": Phase.RETURNED}, f"complete {REFERENCE}"),
        ({"phase": Phase.REJECTED}, "Nothing goes out"),
        ({"phase": Phase.SIGNING}, "goes out by itself, or at once with"),
        ({"phase": Phase.RELEASING}, "on its way"),
        ({**OUT, **ATTESTED}, f"close {REFERENCE}"),
        ({**OUT, "document": document(index=f"{REFERENCE}/2")}, f"attest {REFERENCE}"),
        ({**OUT, **ATTESTED, "releasable": True}, f"release {REFERENCE}"),
        ({**OUT, **ATTESTED, "releasable": True, "sign_on": OPEN}, "Partners are signing"),
        ({**OUT, **ATTESTED, "sign_on": OPEN}, f"close {REFERENCE}"),
        ({**OUT, **ATTESTED, "document": document((), index=f"{REFERENCE}/2")}, f"{REFERENCE}/2 waits in es"),
        ({**OUT, "on_hold": True}, f"resume {REFERENCE}"),
        ({"phase": Phase.STOPPED, "document": NOTICE}, f"documents approve {REFERENCE} 2"),
        ({"phase": Phase.STOPPED, "document": TOLD_NOTICE}, "Nothing leaves any more"),
        ({"phase": Phase.STOPPED, "on_hold": True}, "Nothing leaves any more"),
        ({"phase": Phase.CLOSED, "on_hold": True, "closed_at": NOW}, "nothing left to do"),
        ({"phase": Phase.CLOSED, "closed_at": NOW}, f"reopen {REFERENCE} FILE"),
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
