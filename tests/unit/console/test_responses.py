"""What targets answered, from the script."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from models.mechanisms import Mechanism
from models.response_vocabulary import AttachmentType, ResponseChannel, ResponseKind
from tests.unit import files_of_strangers as files
from tests.unit.console.api_answers import REFERENCE, answer, problem
from tests.unit.console.conftest import Run
from web.response_schemas import (
    AttachmentView,
    OpenedAttachment,
    OpenedResponse,
    ResponseList,
    ResponseView,
)

RESPONSES = f"/api/v1/actions/{REFERENCE}/responses"
ID = UUID("5d0c3a3e-3df5-4a8e-8a4e-0a54b3f3a001")
FILE_ID = UUID("5d0c3a3e-3df5-4a8e-8a4e-0a54b3f3a002")
MOMENT = datetime(2026, 11, 4, 15, 5, tzinfo=UTC)
ATTACHED = AttachmentView(id=FILE_ID, kind=AttachmentType.PDF, size=42, added_at=MOMENT)
OPTIONS = ("--target", "0", "--kind", "pledge", "--by", "letter", "--received", "2026-11-02")
BODY = {"target": 0, "kind": "pledge", "channel": "letter", "received_on": "2026-11-02"}


def view(kind: ResponseKind = ResponseKind.PLEDGE, corrected_by: UUID | None = None) -> ResponseView:
    return ResponseView(
        id=ID,
        target=0,
        office="Fiscalía Ejemplo",
        kind=kind,
        final=kind is ResponseKind.PLEDGE,
        channel=ResponseChannel.LETTER,
        received_on=date(2026, 11, 2),
        pledged_for=date(2027, 1, 15) if kind is ResponseKind.PLEDGE else None,
        milestone=3 if kind is ResponseKind.PLEDGE else None,
        recorded_by="Ana Ejemplo",
        recorded_at=MOMENT,
        corrects=None,
        corrected_by=corrected_by,
        has_note=True,
        attachments=[ATTACHED],
    )


def test_a_response_is_written_down_by_options_alone(server: HTTPServer, run: Run) -> None:
    server.expect_ordered_request(RESPONSES, "POST", json=BODY).respond_with_response(answer(view(), 201))
    told = run("respond", REFERENCE.lower(), *OPTIONS)
    assert told.exit_code == 0
    assert "Fiscalía Ejemplo: pledge, 2026-11-02. Its clock stands." in told.stdout
    assert str(ID) in told.stdout


def test_what_it_said_stands_in_a_file_which_options_complete(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "response.yaml"
    file.write_text("target: 0\nkind: token\nchannel: letter\nnote: Oficio 123.\n")
    body = {**BODY, "kind": "token", "note": "Oficio 123."}
    server.expect_ordered_request(RESPONSES, "POST", json=body).respond_with_response(
        answer(view(ResponseKind.TOKEN), 201)
    )
    told = run("respond", REFERENCE, str(file), "--received", "2026-11-02")
    assert "its clock goes on" in told.stdout


def test_files_are_handed_in_behind_the_response_with_their_names_encoded(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "Oficio número 1.pdf"
    file.write_bytes(files.PDF)
    server.expect_ordered_request(RESPONSES, "POST", json=BODY).respond_with_response(answer(view(), 201))

    def taken(request: Request) -> Response:
        assert request.get_data() == files.PDF
        assert request.headers["File-Name"] == "Oficio%20n%C3%BAmero%201.pdf"
        return answer(ATTACHED, 201)

    server.expect_ordered_request(f"{RESPONSES}/{ID}/attachments", "POST").respond_with_handler(taken)
    told = run("respond", REFERENCE, *OPTIONS, "--attach", str(file))
    assert "Files beside it: 1." in told.stdout


def test_nothing_is_sent_where_the_entry_or_a_file_is_wrong(run: Run, tmp_path: Path) -> None:
    told = run("respond", REFERENCE, *OPTIONS, "--pledged-for", "2026-11-01")
    assert told.exit_code == 2
    assert "must not be before" in told.stderr
    missing = run("respond", REFERENCE, *OPTIONS, "--attach", str(tmp_path / "nothing.pdf"))
    assert missing.exit_code == 2
    large = tmp_path / "large.pdf"
    large.write_bytes(files.PDF.ljust(5 * 1024 * 1024 + 1))
    assert "more than 5 MiB" in run("respond", REFERENCE, *OPTIONS, "--attach", str(large)).stderr


def test_responses_are_listed_with_what_counts_and_what_came_with_them(server: HTTPServer, run: Run) -> None:
    listed = ResponseList(
        reference=REFERENCE, responses=[view(corrected_by=FILE_ID), view(ResponseKind.TOKEN)]
    )
    server.expect_request(RESPONSES, "GET").respond_with_response(answer(listed))
    told = run("responses", "list", REFERENCE).stdout
    assert (
        f"{ID}  target 0 (Fiscalía Ejemplo): Pledge, for 2027-01-15 (milestone 3), letter, 2026-11-02" in told
    )
    assert told.count("counts") == 1
    assert told.count(f"{FILE_ID}  pdf") == 2
    server.clear()
    nobody = ResponseList(reference=REFERENCE, responses=[])
    server.expect_request(RESPONSES, "GET").respond_with_response(answer(nobody))
    assert "has answered" in run("responses", "list", REFERENCE).stdout


def test_opening_a_response_tells_the_trail_why(server: HTTPServer, run: Run) -> None:
    opened = OpenedResponse(
        id=ID, note="Oficio 123.", attachments=[OpenedAttachment(**ATTACHED.model_dump(), name="oficio.pdf")]
    )
    server.expect_request(
        f"{RESPONSES}/{ID}", "GET", query_string={"why": "coordinating"}
    ).respond_with_response(answer(opened))
    told = run("responses", "show", REFERENCE, str(ID)).stdout
    assert "Oficio 123." in told
    assert "oficio.pdf" in told


def test_a_file_is_written_where_she_says(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    server.expect_request(
        f"{RESPONSES}/{ID}/attachments/{FILE_ID}", "GET", query_string={"why": "coordinating"}
    ).respond_with_data(files.PDF, content_type="application/pdf")
    out = tmp_path / "carta.pdf"
    assert run("responses", "fetch", REFERENCE, str(ID), str(FILE_ID), "--out", str(out)).exit_code == 0
    assert out.read_bytes() == files.PDF
    unwritable = str(tmp_path / "nowhere" / "carta.pdf")
    assert run("responses", "fetch", REFERENCE, str(ID), str(FILE_ID), "--out", unwritable).exit_code == 2


def test_a_file_is_put_beside_a_response_or_refused(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "carta.pdf"
    file.write_bytes(files.PDF)
    path = f"{RESPONSES}/{ID}/attachments"
    server.expect_ordered_request(path, "POST").respond_with_response(answer(ATTACHED, 201))
    assert "encrypted" in run("responses", "attach", REFERENCE, str(ID), str(file)).stdout
    server.expect_ordered_request(path, "POST").respond_with_response(problem(409, "Too many files."))
    assert "Too many files." in run("responses", "attach", REFERENCE, str(ID), str(file)).stderr


def test_scripts_get_the_apis_own_json(server: HTTPServer, run: Run) -> None:
    listed = ResponseList(reference=REFERENCE, responses=[view()])
    server.expect_request(RESPONSES, "GET").respond_with_response(answer(listed))
    assert run("responses", "list", REFERENCE, "--json").stdout.strip() == listed.model_dump_json()


def test_an_answer_to_a_submission_names_it_by_its_digest(server: HTTPServer, run: Run) -> None:
    own = {"target": None, "office": None, "submission": "7a" * 32, "mechanism": Mechanism.IACHR}
    told = view().model_copy(update=own)
    body = {"submission": "7a" * 32, "kind": "pledge", "channel": "letter", "received_on": "2026-11-02"}
    server.expect_request(RESPONSES, "POST", json=body).respond_with_response(answer(told, 201))
    said = run("respond", REFERENCE, "--submission", "7A" * 32, *OPTIONS[2:])
    assert said.exit_code == 0
    assert "IACHR: pledge" in said.stdout
    listed = ResponseList(reference=REFERENCE, responses=[told])
    server.expect_request(RESPONSES, "GET").respond_with_response(answer(listed))
    assert "submission (IACHR): Pledge" in run("responses", "list", REFERENCE).stdout
