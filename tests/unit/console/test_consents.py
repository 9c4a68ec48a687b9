import json
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.unit.console.api_answers import REFERENCE, answer, problem
from tests.unit.console.conftest import Run
from tests.unit.console.consent_examples import (
    LEAK,
    PASSAGE,
    REMEDY,
    appearance,
    consequences,
    listed,
    revocation,
)
from tests.unit.console.terminals import Terminal

ACTION = f"/api/v1/actions/{REFERENCE}"
CONSENTS, REVOCATIONS = f"{ACTION}/consents", f"{ACTION}/consents/revocations"
GIVEN = ("--person", "0", "--use", "photograph", "--given", "--given-by", "herself")
HOW = ("--method", "phone", "--on", "2026-03-05")
FAMILY = "Amada Ejemplo Invento"


def sent(server: HTTPServer) -> Any:
    (request, _) = server.log[-1]
    return json.loads(request.get_data())


def test_consents_are_listed_with_numbers_every_record_and_what_may_go_out(
    server: HTTPServer, run: Run
) -> None:
    server.expect_request(CONSENTS, "GET").respond_with_response(answer(listed()))

    told = run("consents", "list", REFERENCE.lower()).stdout

    assert "0  Luna (person, pseudonym)" in told
    assert "Her family decides since 2026-03-04 (disappearance)." in told
    assert "NOT allowed  Name in public: NO (family, phone, 2026-03-05), recorded " in told
    assert "before: Name in public: yes" in told
    assert "allowed  Photograph: yes (not obtainable, phone, 2026-03-05), reason sealed" in told
    assert "by Ana Ejemplo" in told
    assert "1  name withheld (family, withheld)" in told
    assert "no consent recorded" in told
    assert "Must not go out to the public:" in told
    assert f"consent of the public: {REMEDY}" in told
    assert "May go out to authorities." in told


def test_a_list_as_json_is_what_the_api_answered(server: HTTPServer, run: Run) -> None:
    server.expect_request(CONSENTS, "GET").respond_with_response(answer(listed()))

    assert run("consents", "list", REFERENCE, "--json").stdout == listed().model_dump_json() + "\n"


def test_a_consent_is_recorded_from_options(server: HTTPServer, run: Run) -> None:
    server.expect_request(CONSENTS, "POST").respond_with_response(answer(consequences(), 201))

    result = run("consents", "add", REFERENCE, *GIVEN, *HOW, "--until", "2027-03-05")

    assert result.exit_code == 0
    assert f"{REFERENCE}: it is recorded." in result.stdout
    assert "Must not go out to the public:" in result.stdout
    assert sent(server) == {
        "person": 0,
        "use": "photograph",
        "given": True,
        "given_by": "herself",
        "method": "phone",
        "on": "2026-03-05",
        "until": "2027-03-05",
    }


def test_a_consent_is_recorded_from_a_file_and_options_count_before_it(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "consent.yaml"
    file.write_text(
        "{person: 0, use: photograph, given: true, given_by: not_obtainable, method: phone,"
        " on: 2026-03-05, reason: Está incomunicada.}",
        encoding="utf-8",
    )
    server.expect_request(CONSENTS, "POST").respond_with_response(answer(consequences(), 201))

    assert run("consents", "add", REFERENCE, str(file), "--person", "1").exit_code == 0

    assert (sent(server)["person"], sent(server)["reason"]) == (1, "Está incomunicada.")
    assert sent(server)["on"] == "2026-03-05"


def test_a_consent_with_problems_is_told_with_all_of_them_and_not_sent(server: HTTPServer, run: Run) -> None:
    result = run("consents", "add", REFERENCE, "--person", "0", "--on", "soon", "--refused")

    assert result.exit_code == 2
    assert "The command has 4 problems; nothing was sent." in result.stderr
    assert all(f"  {field} " in result.stderr for field in ("use", "given_by", "method", "on"))
    assert server.log == []


def test_why_nobody_could_be_asked_is_asked_for_and_no_option(
    server: HTTPServer, environment: dict[str, str], run: Run
) -> None:
    server.expect_request(CONSENTS, "POST").respond_with_response(answer(consequences(), 201))
    given = ("--person", "0", "--use", "photograph", "--given", "--given-by", "not_obtainable")

    alone = run("consents", "add", REFERENCE, *given, *HOW)
    assert (alone.exit_code, server.log) == (2, [])
    assert "Without a terminal, write it in a FILE." in alone.stderr
    with Terminal(environment, "consents", "add", REFERENCE, *given, *HOW) as terminal:
        terminal.expect("Why could nobody be asked?")
        terminal.type("Está incomunicada.\n")
        assert terminal.end() == 0

    assert sent(server)["reason"] == "Está incomunicada."


@pytest.mark.parametrize(
    ("chosen", "body"),
    [
        (("0", "name_in_public"), {"person": 0, "use": "name_in_public"}),
        (("all", "ALL"), {"person": "all", "use": "all"}),
    ],
)
def test_consents_are_taken_back_once_it_is_confirmed(
    server: HTTPServer, run: Run, chosen: tuple[str, str], body: dict[str, object]
) -> None:
    server.expect_request(REVOCATIONS, "POST").respond_with_response(answer(revocation(2)))
    options = ("--person", chosen[0], "--use", chosen[1])

    unconfirmed = run("consents", "revoke", REFERENCE, *options)
    assert (unconfirmed.exit_code, server.log) == (2, [])
    result = run("consents", "revoke", REFERENCE, *options, "--yes")

    assert result.exit_code == 0
    assert f"{REFERENCE}: 2 consents are taken back." in result.stdout
    assert "Must not go out to the public:" in result.stdout
    assert sent(server) == body


@pytest.mark.parametrize(("count", "told"), [(0, "there was no consent"), (1, "one consent is taken back")])
def test_how_many_were_taken_back_is_told(server: HTTPServer, run: Run, count: int, told: str) -> None:
    server.expect_request(REVOCATIONS, "POST").respond_with_response(answer(revocation(count)))

    assert told in run("consents", "revoke", REFERENCE, "--person", "0", "--use", "all", "--yes").stdout


def test_at_a_terminal_it_is_said_what_is_taken_back_of_whom(
    server: HTTPServer, environment: dict[str, str]
) -> None:
    with Terminal(
        environment, "consents", "revoke", REFERENCE, "--person", "all", "--use", "photograph"
    ) as terminal:
        terminal.expect("Take back the consent “photograph” of everybody?")
        terminal.type("n\n")
        assert terminal.end() == 2

    assert server.log == []


@pytest.mark.parametrize(("person", "use"), [("everybody", "all"), ("0", "poster"), ("-1", "all")])
def test_a_wrong_revocation_is_not_sent(server: HTTPServer, run: Run, person: str, use: str) -> None:
    result = run("consents", "revoke", REFERENCE, "--person", person, "--use", use, "--yes")

    assert (result.exit_code, server.log) == (2, [])


def test_the_family_is_asked_for_and_never_an_argument(
    server: HTTPServer, environment: dict[str, str], run: Run
) -> None:
    server.expect_request(f"{ACTION}/people/1/passage", "POST").respond_with_response(answer(PASSAGE, 201))
    command = ("consents", "pass", REFERENCE, "--person", "1", "--because", "death", "--on", "2026-03-04")

    alone = run(*command)
    assert (alone.exit_code, server.log) == (2, [])
    with Terminal(environment, *command) as terminal:
        terminal.expect("Who of her family decides in her place?")
        terminal.type(f"{FAMILY}\n")
        terminal.expect("related to her?")
        terminal.type("hermana\n")
        assert terminal.end() == 0

    assert "Her family decides since 2026-03-04" in terminal.drawn
    assert sent(server) == {
        "because": "death",
        "happened_on": "2026-03-04",
        "family": {"name": FAMILY, "relation": "hermana"},
    }


def test_the_family_may_stand_in_a_file(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "family.yaml"
    file.write_text(
        f"because: death\nhappened_on: 2026-03-04\nnote: Así lo pidió.\n"
        f"family: {{name: {FAMILY}, relation: hermana}}",
        encoding="utf-8",
    )
    server.expect_request(f"{ACTION}/people/1/passage", "POST").respond_with_response(answer(PASSAGE, 201))

    result = run("consents", "pass", REFERENCE, str(file), "--person", "1", "--because", "disappearance")

    assert result.exit_code == 0
    assert FAMILY not in result.output
    assert (sent(server)["because"], sent(server)["note"]) == ("disappearance", "Así lo pidió.")


def test_a_second_passage_is_told_as_the_server_refuses_it(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "family.yaml"
    file.write_text(
        f"{{because: death, happened_on: 2026-03-04, family: {{name: {FAMILY}, relation: hija}}}}",
        encoding="utf-8",
    )
    refused = problem(409, "Consent of this person passed before.")
    server.expect_request(f"{ACTION}/people/1/passage", "POST").respond_with_response(refused)

    result = run("consents", "pass", REFERENCE, str(file), "--person", "1")

    assert result.exit_code == 1
    assert "passed before" in result.stderr


def test_a_change_of_appearance_lists_the_places_that_must_be_changed(server: HTTPServer, run: Run) -> None:
    path = f"{ACTION}/people/1/visibility"
    server.expect_request(path, "POST").respond_with_response(answer(appearance(LEAK)))

    result = run(
        "people", "visibility", REFERENCE, "--person", "1", "--visibility", "pseudonym", "--pseudonym", "Luna"
    )

    assert result.exit_code == 0
    assert f"{REFERENCE}: person 1 appears as pseudonym from now on." in result.stdout
    assert "Change these places first:" in result.stdout
    assert LEAK.field in result.stdout
    assert sent(server) == {"visibility": "pseudonym", "pseudonym": "Luna"}


def test_an_appearance_without_its_pseudonym_is_not_sent_and_one_without_leaks_lists_none(
    server: HTTPServer, run: Run
) -> None:
    command = ("people", "visibility", REFERENCE, "--person", "1", "--visibility")
    assert "pseudonym" in run(*command, "pseudonym").stderr
    assert server.log == []
    server.expect_request(f"{ACTION}/people/1/visibility").respond_with_response(answer(appearance()))

    assert "Change these places" not in run(*command, "withheld").stdout


def test_a_source_is_added_from_a_file_and_stays_off_the_screen(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "source.yaml"
    file.write_text("{kind: family, name: Tía Ejemplo, received_on: 2026-03-04}", encoding="utf-8")
    away = consequences(informed=False)
    server.expect_request(f"{ACTION}/sources", "POST").respond_with_response(answer(away, 201))

    result = run("sources", "add", REFERENCE, str(file))

    assert result.exit_code == 0
    assert f"{REFERENCE} has one more source." in result.stdout
    assert "will be told when it is back" in result.stderr
    assert "Tía" not in result.output
    assert sent(server) == {"kind": "family", "name": "Tía Ejemplo", "received_on": "2026-03-04"}


@pytest.mark.parametrize(
    ("command", "path", "body"),
    [
        (
            ("consents", "revoke", REFERENCE, "--person", "0", "--use", "all", "--yes"),
            REVOCATIONS,
            revocation(1),
        ),
        (("consents", "add", REFERENCE, *GIVEN, *HOW), CONSENTS, consequences()),
        (
            ("people", "visibility", REFERENCE, "--person", "1", "--visibility", "named"),
            f"{ACTION}/people/1/visibility",
            appearance(LEAK),
        ),
    ],
    ids=["revoke", "add", "visibility"],
)
def test_changes_as_json_are_what_the_api_answered(
    server: HTTPServer, run: Run, command: tuple[str, ...], path: str, body: Any
) -> None:
    server.expect_request(path, "POST").respond_with_response(answer(body))

    assert run(*command, "--json").stdout == body.model_dump_json() + "\n"
