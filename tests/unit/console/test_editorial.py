"""The command by which somebody confirms an editorial change."""

from typing import Any

from pytest_httpserver import HTTPServer

from models.lifecycle import Decision
from tests.unit.console.api_answers import DIGEST, REFERENCE, TEXT, answer, decided
from tests.unit.console.conftest import Run
from tests.unit.console.document_answers import listed, summary
from web.differences import difference_of
from web.document_schemas import DifferenceView, DocumentList

ACTION = f"/api/v1/actions/{REFERENCE}"
BODY = {"digest": DIGEST, "confirms": ["editorial"]}


def changed() -> DifferenceView:
    before, after = TEXT, TEXT.model_copy(update={"body": "**Luna** cuida el agua."})
    return DifferenceView(
        index=f"{REFERENCE}/2",
        before=1,
        after=2,
        before_digest=DIGEST,
        after_digest=DIGEST,
        languages=difference_of({"es": before}, {"es": after}, ["es"]),  # type: ignore[dict-item]
        renderings=[],
    )


def serve(server: HTTPServer, **marked: Any) -> None:
    documents = DocumentList(documents=[listed(summary(), summary(2, **marked))])
    server.expect_request(f"{ACTION}/documents", "GET").respond_with_response(answer(documents))
    difference = f"{ACTION}/documents/2/versions/1/difference/2"
    server.expect_request(difference, "GET").respond_with_response(answer(changed()))
    confirmed = server.expect_request(f"{ACTION}/attestations", "POST", json=BODY)
    confirmed.respond_with_response(answer(decided(Decision.ATTEST)))


def test_what_changed_and_why_is_shown_before_it_is_confirmed(server: HTTPServer, run: Run) -> None:
    serve(server, editorial_of=1, editorial_why="Una palabra estaba mal escrita.")
    result = run("documents", "confirm-editorial", REFERENCE, "2", "--yes")
    assert result.exit_code == 0, result.stderr
    assert "from version 1 to version 2" in result.stdout
    assert "Why: Una palabra estaba mal escrita." in result.stdout
    assert [request.method for request, _ in server.log] == ["GET", "GET", "POST"]


def test_a_script_that_knows_the_digest_is_asked_nothing(server: HTTPServer, run: Run) -> None:
    serve(server, editorial_of=1)
    assert run("documents", "confirm-editorial", REFERENCE, "2", "--digest", DIGEST).exit_code == 0
    assert len(server.log) == 1


def test_what_is_not_marked_cannot_be_confirmed_nor_anything_unasked(server: HTTPServer, run: Run) -> None:
    serve(server)
    result = run("documents", "confirm-editorial", REFERENCE, "2", "--yes")
    assert (result.exit_code, "is no editorial change" in result.stderr) == (2, True)
    assert run("documents", "confirm-editorial", REFERENCE, "3", "--yes").exit_code == 2
    assert "--yes" in run("documents", "confirm-editorial", REFERENCE, "2").stderr
