"""Days of a case, from the script."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from pytest_httpserver import HTTPServer

from models.milestone_vocabulary import MilestoneKind, MilestoneState
from tests.unit.console.api_answers import REFERENCE, answer
from tests.unit.console.conftest import Run
from web.milestone_schemas import (
    MilestoneEntryView,
    MilestoneList,
    MilestoneNoteView,
    MilestoneView,
    OpenedMilestone,
)

DAYS = f"/api/v1/actions/{REFERENCE}/milestones"
MOMENT = datetime(2026, 11, 4, 15, 5, tzinfo=UTC)


def view(state: MilestoneState = MilestoneState.PLANNED, *, kept: bool = False) -> MilestoneView:
    entry = MilestoneEntryView(
        number=1,
        state=MilestoneState.PLANNED,
        on=date(2026, 12, 14),
        at=time(10),
        time_zone="America/Bogota",
        recorded_by="Ana Ejemplo",
        recorded_at=MOMENT,
        has_note=True,
    )
    return MilestoneView(
        number=1,
        kind=MilestoneKind.HEARING,
        state=state,
        on=date(2026, 12, 14),
        at=time(10),
        time_zone="America/Bogota",
        remind_before=[timedelta(days=7)],
        remind_after=[timedelta(days=1)],
        response=None,
        kept=kept,
        entries=[entry],
    )


def test_a_day_is_written_down_and_what_it_is_stands_in_a_file(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "hearing.yaml"
    file.write_text('kind: hearing\non: 2026-12-14\nat: "10:00"\nnote: Juzgado Segundo.\n')
    body = {
        "kind": "hearing",
        "on": "2026-12-14",
        "at": "10:00",
        "remind_before": ["P14D", "P2D"],
        "note": "Juzgado Segundo.",
    }
    server.expect_ordered_request(DAYS, "POST", json=body).respond_with_response(answer(view(), 201))
    reminders = ("--remind-before", "P14D", "--remind-before", "P2D")
    told = run("milestones", "add", REFERENCE.lower(), str(file), *reminders)
    assert told.exit_code == 0, told.stderr
    line = "1  Hearing, 2026-12-14 10:00 (America/Bogota): planned; reminders: 7 d 0 h before, 1 d 0 h after"
    assert line in told.stdout


def test_a_day_is_moved_held_cancelled_and_done(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    note = tmp_path / "note.yaml"
    note.write_text("note: Sigue en libertad.\n")
    moved = answer(view(MilestoneState.MOVED))
    server.expect_ordered_request(f"{DAYS}/1/move", "POST", json={"on": "2026-12-18", "at": "09:00"}
    ).respond_with_response(moved)  # fmt: skip
    server.expect_ordered_request(f"{DAYS}/1/held", "POST", json={}).respond_with_response(answer(view()))
    server.expect_ordered_request(f"{DAYS}/1/cancel", "POST", json={}).respond_with_response(answer(view()))
    server.expect_ordered_request(
        f"{DAYS}/1/done", "POST", json={"note": "Sigue en libertad."}
    ).respond_with_response(answer(view(MilestoneState.DONE)))
    told = run("milestones", "move", REFERENCE, "1", "--on", "2026-12-18", "--at", "09:00")
    assert "(America/Bogota): moved" in told.stdout
    assert run("milestones", "held", REFERENCE, "1").exit_code == 0
    assert run("milestones", "cancel", REFERENCE, "1").exit_code == 0
    told = run("milestones", "done", REFERENCE, "1", str(note))
    assert "(America/Bogota): done\n" in told.stdout


def test_nothing_is_sent_where_the_entry_is_incomplete(run: Run) -> None:
    for command in (
        ("move", REFERENCE, "1"),
        ("add", REFERENCE, "--kind", "hearing"),
        ("done", REFERENCE, "1"),
    ):
        told = run("milestones", *command)
        assert told.exit_code == 2
        assert "is required" in told.stderr


def test_days_are_listed_with_what_was_written_down_and_whether_the_action_expires_before(
    server: HTTPServer, run: Run
) -> None:
    days = [view(), view(MilestoneState.DONE), view(kept=True)]
    listed = MilestoneList(reference=REFERENCE, expires_at=datetime(2026, 12, 1, tzinfo=UTC), milestones=days)
    server.expect_request(DAYS, "GET").respond_with_response(answer(listed))
    told = run("milestones", "list", REFERENCE).stdout
    assert told.count("The action expires before") == 2
    assert "planned 2026-12-14 10:00, by Ana Ejemplo" in told
    assert "; a positive response has come since" in told
    server.clear()
    none = MilestoneList(reference=REFERENCE, expires_at=None, milestones=[])
    server.expect_request(DAYS, "GET").respond_with_response(answer(none))
    assert "No day of" in run("milestones", "list", REFERENCE).stdout


def test_what_is_sealed_of_a_day_is_opened_when_asked(server: HTTPServer, run: Run) -> None:
    note = MilestoneNoteView(number=1, state=MilestoneState.PLANNED, note="Juzgado Segundo.")
    server.expect_request(f"{DAYS}/1", "GET", query_string={"why": "coordinating"}).respond_with_response(
        answer(OpenedMilestone(number=1, notes=[note]))
    )
    assert "Planned: Juzgado Segundo." in run("milestones", "show", REFERENCE, "1").stdout
