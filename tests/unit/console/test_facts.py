"""Facts that change under a case, from the script."""

from datetime import UTC, date, datetime
from pathlib import Path

from pytest_httpserver import HTTPServer

from models.changed_fact_file import DemandsNow, FactChange
from models.lifecycle import Decision
from models.vocabulary import DocumentKind
from tests.unit.console.api_answers import REFERENCE, answer, decided
from tests.unit.console.conftest import Run
from tests.unit.console.consent_examples import LEAK, READERS
from web.fact_steps import FactList, FactStep, FactView, StepView
from web.widening import WideningView

FACTS = f"/api/v1/actions/{REFERENCE}/changed-facts"
SOURCE = "source: {kind: family, name: Amada Robles Invento, received_on: 2026-10-30}\n"


def view(overtaken_by: int | None = None) -> FactView:
    return FactView(
        reference=REFERENCE,
        number=1,
        change=FactChange.RELEASED,
        person=0,
        demands=DemandsNow.MET,
        known_on=date(2026, 10, 30),
        recorded_at=datetime(2026, 11, 4, 15, 5, tzinfo=UTC),
        document=f"{REFERENCE}/2",
        version=1,
        kind=DocumentKind.STOP_ACTION,
        overtaken_by=overtaken_by,
        steps=[
            StepView(step=FactStep.DEMANDS_STOPPED, done=True, what="all", remedy="Nothing."),
            StepView(step=FactStep.RELEASED, done=False, what="to all", remedy="starter.py release REF"),
        ],
    )


def test_a_report_is_confirmed_and_answered_with_what_is_needed(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "fact.yaml"
    file.write_text(f"change: released\ndemands: met\nknown_on: 2026-10-30\n{SOURCE}")
    server.expect_ordered_request(FACTS, "POST").respond_with_response(answer(view(), 201))
    told = run("facts", "report", REFERENCE, str(file), "--person", "0", "--yes")
    assert told.exit_code == 0, told.stderr
    assert "stop_action" in told.stdout
    assert f"starter.py release {REFERENCE}" in told.stdout
    sent = server.log[0][0].get_json()
    assert (sent["person"], sent["source"]["name"]) == (0, "Amada Robles Invento")


def test_nothing_is_reported_without_a_yes_or_a_source(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "fact.yaml"
    file.write_text(f"change: released\ndemands: met\nknown_on: 2026-10-30\n{SOURCE}")
    assert run("facts", "report", REFERENCE, str(file), "--person", "0").exit_code == 2
    told = run("facts", "report", REFERENCE, "--change", "killed", "--person", "0", "--yes")
    assert (told.exit_code, "source" in told.stderr) == (2, True)


def test_facts_are_listed_and_shown_and_an_overtaken_one_says_so(server: HTTPServer, run: Run) -> None:
    listed = FactList(reference=REFERENCE, facts=[view(overtaken_by=2)])
    server.expect_request(FACTS, "GET").respond_with_response(answer(listed))
    server.expect_request(f"{FACTS}/1", "GET").respond_with_response(answer(view()))
    assert "Fact 2 has overtaken it" in run("facts", "list", REFERENCE).stdout
    assert "overtaken" not in run("facts", "show", REFERENCE, "1").stdout


def test_the_example_file_is_read_as_it_stands(server: HTTPServer, run: Run) -> None:
    server.expect_ordered_request(FACTS, "POST").respond_with_response(answer(view(), 201))
    told = run("facts", "report", REFERENCE, "examples/changed-fact.yaml", "--yes")
    assert told.exit_code == 0, told.stderr


def test_who_comes_to_a_case_is_added_and_places_that_name_her_are_listed(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "more.yaml"
    file.write_text("concerns: [forced_eviction]\n")
    view = WideningView(
        **decided(Decision.EDIT).model_dump(),
        readers=READERS,
        people_at_risk=3,
        concerns=["forced_eviction"],
        leaks=[LEAK],
    )
    path = f"/api/v1/actions/{REFERENCE}/widening"
    server.expect_ordered_request(path, "POST").respond_with_response(answer(view, 201))
    told = run("people", "add", REFERENCE, str(file))
    assert told.exit_code == 0, told.stderr
    assert "3 people at risk" in told.stdout
    assert "documents.1.texts.es.body" in told.stdout
