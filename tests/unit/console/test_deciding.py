import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from models.lifecycle import Decision, Phase
from tests.unit.console.api_answers import DIGEST, REFERENCE, action, answer, decided, private
from tests.unit.console.conftest import Run
from tests.unit.console.terminals import Terminal
from web.import_schemas import ImportResult

ACTION = f"/api/v1/actions/{REFERENCE}"
PRIVATE, ATTESTING = f"{ACTION}/private", {"why": "attesting"}
EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("decision", [Decision.HOLD, Decision.RESUME, Decision.COMPLETE])
def test_what_can_be_undone_is_done_unasked(server: HTTPServer, run: Run, decision: Decision) -> None:
    server.expect_request(f"{ACTION}/{decision}", "POST").respond_with_response(answer(decided(decision)))

    result = run(decision, REFERENCE.lower())

    assert result.exit_code == 0
    assert result.stdout.startswith(f"{REFERENCE} ")


@pytest.mark.parametrize("decision", [Decision.RELEASE, Decision.STOP, Decision.WITHDRAW, Decision.CLOSE])
def test_what_cannot_be_undone_needs_yes_where_nobody_can_be_asked(
    server: HTTPServer, run: Run, decision: Decision
) -> None:
    server.expect_request(f"{ACTION}/{decision}", "POST").respond_with_response(answer(decided(decision)))

    unconfirmed = run(decision, REFERENCE)
    assert unconfirmed.exit_code == 2
    assert "--yes" in unconfirmed.stderr
    assert server.log == []

    assert run(decision, REFERENCE, "--yes").exit_code == 0
    assert len(server.log) == 1


@pytest.mark.parametrize(("typed", "code", "requests"), [("y\n", 0, 2), ("n\n", 2, 1), ("\x04", 2, 1)])
def test_at_a_terminal_the_action_is_named_and_confirmation_asked(
    server: HTTPServer, environment: dict[str, str], typed: str, code: int, requests: int
) -> None:
    server.expect_request(ACTION, "GET").respond_with_response(answer(action()))
    server.expect_request(f"{ACTION}/stop", "POST").respond_with_response(answer(decided(Decision.STOP)))

    with Terminal(environment, "stop", REFERENCE) as terminal:
        terminal.expect("[y/N]")
        assert f"{REFERENCE}: Amenazas en Villa Ejemplo" in terminal.drawn
        terminal.type(typed)
        assert terminal.end() == code

    assert len(server.log) == requests
    assert ("is stopped" in terminal.drawn) == (code == 0)
    assert ("nothing was done" in terminal.drawn) == (code == 2)


def test_a_withdrawal_says_what_it_does_before_it_is_confirmed(
    server: HTTPServer, environment: dict[str, str]
) -> None:
    server.expect_request(ACTION, "GET").respond_with_response(answer(action()))

    with Terminal(environment, "withdraw", REFERENCE) as terminal:
        terminal.expect("[y/N]")
        told = " ".join(terminal.drawn.split())
        terminal.type("n\n")
        assert terminal.end() == 2

    for consequence in ("Nothing of it leaves any more", "every consent is revoked", "told in a notice"):
        assert consequence in told
    assert [request.method for request, _ in server.log] == ["GET"]


@pytest.mark.parametrize("decision", [Decision.RETURN, Decision.REJECT])
def test_a_reason_comes_from_a_file_and_stands_on_no_command_line(
    server: HTTPServer, run: Run, tmp_path: Path, decision: Decision
) -> None:
    reason = tmp_path / "reason.txt"
    reason.write_text("Falta la voz de Rosaura.\nY una fuente.\n", encoding="utf-8")
    server.expect_request(
        f"{ACTION}/{decision}", "POST", json={"reason": "Falta la voz de Rosaura.\nY una fuente."}
    ).respond_with_response(answer(decided(decision)))

    told = run(
        decision, REFERENCE, "--reason-file", str(reason), *(["--yes"] if decision == "reject" else [])
    )

    assert told.exit_code == 0
    assert f"{REFERENCE} is {decision.value}ed" in told.stdout
    assert "Rosaura" not in told.output


@pytest.mark.parametrize("decision", [Decision.RETURN, Decision.REJECT])
def test_without_a_terminal_a_reason_needs_a_file_that_holds_one(
    server: HTTPServer, run: Run, tmp_path: Path, decision: Decision
) -> None:
    yes = ["--yes"] if decision is Decision.REJECT else []
    asked = run(decision, REFERENCE, *yes)
    (empty := tmp_path / "empty.txt").write_text(" \n")
    emptied = run(decision, REFERENCE, "--reason-file", str(empty), *yes)
    missing = run(decision, REFERENCE, "--reason-file", str(tmp_path / "nowhere.txt"), *yes)

    assert [one.exit_code for one in (asked, emptied, missing)] == [2, 2, 2]
    assert "--reason-file" in asked.stderr
    assert "empty.txt is empty" in emptied.stderr
    assert "nowhere.txt cannot be read" in missing.stderr
    assert server.log == []


@pytest.mark.parametrize(("typed", "code"), [("Falta una fuente.\n", 0), ("\n", 2), ("\x04", 2)])
def test_at_a_terminal_the_reason_is_asked_for(
    server: HTTPServer, environment: dict[str, str], typed: str, code: int
) -> None:
    server.expect_request(f"{ACTION}/return", json={"reason": "Falta una fuente."}).respond_with_response(
        answer(decided(Decision.RETURN))
    )

    with Terminal(environment, "return", REFERENCE) as terminal:
        terminal.expect("What is missing?")
        terminal.type(typed)
        assert terminal.end() == code

    assert len(server.log) == (code == 0)


def test_rejecting_is_confirmed_before_the_reason_is_asked_for(
    server: HTTPServer, environment: dict[str, str]
) -> None:
    server.expect_request(ACTION, "GET").respond_with_response(answer(action()))
    server.expect_request(f"{ACTION}/reject", json={"reason": "No es verdad."}).respond_with_response(
        answer(decided(Decision.REJECT, Phase.REJECTED))
    )

    with Terminal(environment, "reject", REFERENCE) as terminal:
        terminal.expect("[y/N]")
        assert "cannot be taken up again" in " ".join(terminal.drawn.split())
        terminal.type("y\n")
        terminal.expect("Why?")
        terminal.type("No es verdad.\n")
        assert terminal.end() == 0


def test_an_engine_that_is_away_is_told_beside_a_decision_that_holds(server: HTTPServer, run: Run) -> None:
    away = decided(Decision.HOLD, informed=False)
    server.expect_request(f"{ACTION}/hold").respond_with_response(answer(away))

    result = run("hold", REFERENCE)

    assert result.exit_code == 0
    assert "will be told when it is back" in result.stderr


def test_a_decision_as_json_is_what_the_api_answered(server: HTTPServer, run: Run) -> None:
    stopped = decided(Decision.STOP)
    server.expect_request(f"{ACTION}/stop").respond_with_response(answer(stopped))

    assert run("stop", REFERENCE, "--yes", "--json").stdout == stopped.model_dump_json() + "\n"


def test_a_verifier_reads_everything_and_confirms_what_she_read(
    server: HTTPServer, environment: dict[str, str]
) -> None:
    server.expect_ordered_request(ACTION, "GET").respond_with_response(answer(action()))
    server.expect_ordered_request(PRIVATE, "GET", query_string=ATTESTING).respond_with_response(
        answer(private())
    )
    server.expect_ordered_request(
        f"{ACTION}/attestations", "POST", json={"digest": DIGEST, "consent_revision": 1}
    ).respond_with_response(answer(decided(Decision.ATTEST)))

    with Terminal(environment, "attest", REFERENCE) as terminal:
        terminal.expect("[y/N]")
        read = terminal.drawn
        terminal.type("y\n")
        assert terminal.end() == 0

    told = [
        "La oficina fue allanada.",
        "Itzel Ejemplo Canseco (person, pseudonym, shown as: Luna)",
        "also called Itzelita, La Maestra",
        "meeting place: Barrio Abajo",
        "her family decides: Amada Ejemplo Invento, hermana",
        "Así lo pidió.",
        "nobody could be asked about mechanisms",
        "Está incomunicada.",
        "Familia Ejemplo (family, withheld, shown as: not named)",
        "Registro Ejemplo (official record, received 2026-11-18)",
        "Acta sellada",
        "Conocen sus rutas.",
        "People at risk (risk: high)",
        "Luna (person, pseudonym)",
        "Name to authorities: yes (herself, in person, 2026-11-17, until 2027-05-17)",
        "name withheld",
        "no consent recorded",
        "**Luna** cuida el manantial.",
        "Hay antecedentes.",
        "Investigar las amenazas.",
        DIGEST,
    ]
    assert all(text in read for text in told)
    assert f"{REFERENCE} is attested: 1 of 2." in terminal.drawn


def test_a_verifier_who_says_no_attests_nothing(server: HTTPServer, environment: dict[str, str]) -> None:
    server.expect_request(ACTION, "GET").respond_with_response(answer(action()))
    server.expect_request(PRIVATE, "GET").respond_with_response(answer(private()))

    with Terminal(environment, "attest", REFERENCE) as terminal:
        terminal.expect("[y/N]")
        terminal.type("n\n")
        assert terminal.end() == 2

    assert [request.method for request, _ in server.log] == ["GET", "GET"]


def test_attesting_without_a_terminal_needs_yes_or_a_digest(server: HTTPServer, run: Run) -> None:
    server.expect_request(ACTION, "GET").respond_with_response(answer(action()))
    server.expect_request(PRIVATE, "GET").respond_with_response(answer(private()))
    server.expect_request(
        f"{ACTION}/attestations", "POST", json={"digest": DIGEST, "consent_revision": 1}
    ).respond_with_response(answer(decided(Decision.ATTEST)))

    unconfirmed = run("attest", REFERENCE)
    assert unconfirmed.exit_code == 2
    assert "Without a terminal, add --yes." in unconfirmed.stderr
    assert server.log == []
    assert run("attest", REFERENCE, "--yes").exit_code == 0
    assert run("attest", REFERENCE, "--digest", DIGEST).exit_code == 0
    assert [request.method for request, _ in server.log] == ["GET", "GET", "POST", "POST"]


def test_what_a_verifier_reads_does_not_mix_with_json(server: HTTPServer, run: Run) -> None:
    attested = decided(Decision.ATTEST)
    server.expect_request(ACTION, "GET").respond_with_response(answer(action()))
    server.expect_request(PRIVATE, "GET").respond_with_response(answer(private()))
    server.expect_request(f"{ACTION}/attestations").respond_with_response(answer(attested))

    result = run("attest", REFERENCE, "--yes", "--json")

    assert result.stdout == attested.model_dump_json() + "\n"
    assert "La oficina fue allanada." in result.stderr


def test_a_directory_file_is_sent_as_the_tree_that_it_is(server: HTTPServer, run: Run) -> None:
    server.expect_request("/api/v1/partners", "POST").respond_with_response(
        answer(ImportResult(created=7, updated=1, unchanged=2))
    )

    result = run("partners", "import", str(EXAMPLES / "partners.yaml"))

    sent = json.loads(server.log[0][0].get_data())
    assert result.exit_code == 0
    assert "Imported partners: 7 new, 1 updated" in result.stdout
    assert list(sent) == ["partners"]
    assert sent["partners"][0]["id"] == "casa-manantial"


def test_secrets_of_partners_reach_the_server_and_not_the_screen(server: HTTPServer, run: Run) -> None:
    server.expect_request("/api/v1/partners").respond_with_response(
        answer(ImportResult(created=8, updated=0, unchanged=0))
    )

    result = run("partners", "import", str(EXAMPLES / "partners.yaml"))

    assert b"whsec_YW4gaW52ZW50ZWQ" in server.log[0][0].get_data()
    assert "whsec_" not in result.output


def test_a_directory_file_with_problems_is_not_sent(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "contacts.yaml"
    file.write_text("contacts: [{id: Un Nombre, kind: friend}]", encoding="utf-8")

    result = run("contacts", "import", str(file))

    assert result.exit_code == 2
    assert "contacts.0.id" in result.stderr
    assert "contacts.0.channels" in result.stderr
    assert server.log == []
