"""Reply clocks and proposed steps, from the script."""

from datetime import UTC, date, datetime
from uuid import UUID

from pytest_httpserver import HTTPServer

from models.mechanisms import Mechanism
from models.reply_vocabulary import ClockState, StepKind, StepState
from tests.unit.console.api_answers import REFERENCE, answer, problem
from tests.unit.console.conftest import Run
from web.clock_schemas import ClockList, ClockView, LetterDraft, NextStepView, StepView

CLOCKS = f"/api/v1/actions/{REFERENCE}/clocks"
ID = UUID("6e0c3a3e-3df5-4a8e-8a4e-0a54b3f3a001")
STEP = f"/api/v1/actions/{REFERENCE}/steps/{ID}"
MOMENT = datetime(2026, 11, 4, 15, 5, tzinfo=UTC)
PROPOSED = StepView(
    id=ID,
    number=1,
    step=StepKind.EMBASSY,
    addressee=2,
    proposed_at=MOMENT,
    state=StepState.PROPOSED,
    decided_at=None,
)


def view(state: ClockState, *steps: StepView, answered_on: date | None = None) -> ClockView:
    planned = NextStepView(number=1, step=StepKind.REMINDER, at=MOMENT)
    return ClockView(
        target=0,
        office="Fiscalía Ejemplo",
        mechanism=None,
        state=state,
        started=MOMENT,
        due=MOMENT,
        answered_on=answered_on,
        steps=list(steps),
        next_step=planned if state is ClockState.RUNNING else None,
    )


def draft(state: StepState = StepState.PROPOSED, *, by_letter: bool = True) -> LetterDraft:
    return LetterDraft(
        id=ID,
        step=StepKind.REMINDER if by_letter else StepKind.PUBLISH_SILENCE,
        state=state,
        addressee=0,
        language="es",
        subject="En espera" if by_letter else None,
        text="Señora Fiscal: …" if by_letter else None,
        digest="9f" * 32 if by_letter else None,
    )


def test_clocks_are_listed_with_what_is_proposed_and_how_to_read_it(server: HTTPServer, run: Run) -> None:
    listed = ClockList(
        reference=REFERENCE,
        document=f"{REFERENCE}/2",
        clocks=[
            view(ClockState.RUNNING),
            view(ClockState.LATE, PROPOSED),
            view(ClockState.ANSWERED, answered_on=date(2026, 11, 20)),
        ],
    )
    server.expect_request(CLOCKS, "GET").respond_with_response(answer(listed))
    told = run("clocks", REFERENCE.lower()).stdout
    assert f"when {REFERENCE}/2 reached them" in told
    assert "running" in told
    assert "answered 2026-11-20" in told
    assert "Proposed for target 0 (Fiscalía Ejemplo): embassy, to target 2" in told
    assert f"steps show {REFERENCE} {ID}" in told


def test_a_letter_is_read_before_it_is_approved_by_its_digest(server: HTTPServer, run: Run) -> None:
    server.expect_request(STEP, "GET").respond_with_response(answer(draft()))
    body = {"decision": "approved", "digest": "9f" * 32}
    server.expect_request(STEP, "POST", json=body).respond_with_response(answer(draft(StepState.APPROVED)))
    told = run("steps", "approve", REFERENCE, str(ID), "--yes")
    assert told.exit_code == 0
    assert told.stdout.index("Señora Fiscal") < told.stdout.index("Approved")


def test_without_a_terminal_nothing_is_approved_unless_it_is_said_so(server: HTTPServer, run: Run) -> None:
    server.expect_request(STEP, "GET").respond_with_response(answer(draft()))
    assert run("steps", "approve", REFERENCE, str(ID)).exit_code == 2
    assert [request.method for request, _ in server.log] == ["GET"]


def test_a_script_approves_the_digest_that_it_names(server: HTTPServer, run: Run) -> None:
    server.expect_request(STEP, "GET").respond_with_response(answer(draft()))
    body = {"decision": "approved", "digest": "7a" * 32}
    server.expect_request(STEP, "POST", json=body).respond_with_response(
        problem(409, "That is not the letter as it stands now.")
    )
    told = run("steps", "approve", REFERENCE, str(ID), "--digest", "7a" * 32)
    assert told.exit_code == 1
    assert "as it stands now" in told.stderr


def test_a_step_without_a_letter_is_done_and_not_approved(server: HTTPServer, run: Run) -> None:
    server.expect_request(STEP, "GET").respond_with_response(answer(draft(by_letter=False)))
    assert "steps done" in run("steps", "approve", REFERENCE, str(ID), "--yes").stderr
    assert "done by no letter" in run("steps", "show", REFERENCE, str(ID)).stdout
    for decision, command in (("done", "done"), ("dismissed", "dismiss")):
        server.expect_request(STEP, "POST", json={"decision": decision}).respond_with_response(
            answer(draft(StepState(decision), by_letter=False))
        )
        assert run("steps", command, REFERENCE, str(ID)).exit_code == 0


def test_the_clock_of_a_submission_is_told_by_its_mechanism(server: HTTPServer, run: Run) -> None:
    own = {"target": None, "office": None, "submission": "7a" * 32, "mechanism": Mechanism.CED}
    late = view(ClockState.LATE, PROPOSED.model_copy(update={"step": StepKind.REMINDER, "addressee": None}))
    listed = ClockList(reference=REFERENCE, document=f"{REFERENCE}/1", clocks=[late.model_copy(update=own)])
    server.expect_request(CLOCKS, "GET").respond_with_response(answer(listed))
    assert "Proposed for the submission to: CED: reminder" in run("clocks", REFERENCE).stdout
