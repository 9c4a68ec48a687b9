"""What became of the people at risk, from the script."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from pytest_httpserver import HTTPServer

from models.outcome_file import Impact
from tests.unit.console.api_answers import REFERENCE, answer
from tests.unit.console.conftest import Run
from web.outcomes import OpenedOutcome, OpenedOutcomes, OutcomeList, OutcomeView

ACTION = f"/api/v1/actions/{REFERENCE}"
ID = UUID("8e0c3a3e-3df5-4a8e-8a4e-0a54b3f3a001")


def view(impact: Impact = Impact.MODERATE_POSITIVE) -> OutcomeView:
    return OutcomeView(
        id=ID,
        person=1,
        display_name="Ceiba",
        impact=impact,
        on=date(2026, 11, 2),
        recorded_at=datetime(2026, 11, 4, 15, 5, tzinfo=UTC),
        counts=True,
        has_note=True,
    )


def test_an_outcome_is_written_down_and_what_happened_stands_in_a_file(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "outcome.yaml"
    file.write_text("impact: moderate_positive\nnote: Tiene escolta.\n")
    body = {"impact": "moderate_positive", "on": "2026-11-02", "note": "Tiene escolta."}
    server.expect_ordered_request(f"{ACTION}/people/1/outcome", "POST", json=body).respond_with_response(
        answer(view(), 201)
    )
    told = run("outcome", REFERENCE.lower(), str(file), "--person", "1", "--on", "2026-11-02")
    assert told.exit_code == 0
    assert "Person 1: moderate positive, since 2026-11-02." in told.stdout


def test_nothing_is_sent_where_the_entry_is_incomplete(run: Run) -> None:
    told = run("outcome", REFERENCE, "--person", "1", "--impact", "minor")
    assert told.exit_code == 2
    assert "is required" in told.stderr


def test_outcomes_are_listed_and_what_was_written_is_opened_only_when_asked(
    server: HTTPServer, run: Run
) -> None:
    listed = OutcomeList(reference=REFERENCE, outcomes=[view(), view(Impact.LARGE_NEGATIVE)])
    server.expect_request(f"{ACTION}/outcomes", "GET").respond_with_response(answer(listed))
    told = run("outcomes", REFERENCE).stdout
    assert "large negative" in told
    notes = OpenedOutcomes(outcomes=[OpenedOutcome(id=ID, person=1, note="Tiene escolta.")])
    server.expect_request(
        f"{ACTION}/outcomes/notes", "GET", query_string={"why": "coordinating"}
    ).respond_with_response(answer(notes))
    assert "Tiene escolta." in run("outcomes", REFERENCE, "--notes").stdout
