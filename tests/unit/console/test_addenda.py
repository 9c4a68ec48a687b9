"""The command that has an addendum sent."""

import json

from pytest_httpserver import HTTPServer

from tests.unit.console.api_answers import REFERENCE
from tests.unit.console.conftest import Run

PATH = f"/api/v1/actions/{REFERENCE}/documents/2/addendum"
TAKEN = {"number": 1, "due_at": "2026-11-22T08:30:00Z"}


def test_it_says_when_the_addendum_leaves(server: HTTPServer, run: Run) -> None:
    server.expect_request(PATH, "POST").respond_with_json(TAKEN, 202)
    result = run("addendum", REFERENCE.lower(), "2")
    assert result.exit_code == 0
    assert result.stdout.startswith("Addendum 1 leaves from ")
    assert json.loads(run("addendum", REFERENCE, "2", "--json").stdout) == TAKEN


def test_a_refusal_is_told(server: HTTPServer, run: Run) -> None:
    told = {"status": 409, "title": "Nobody has an older list of this text.", "detail": "Release it first."}
    server.expect_request(PATH, "POST").respond_with_json(told, 409, content_type="application/problem+json")
    result = run("addendum", REFERENCE, "2")
    assert result.exit_code == 1
    assert "Nobody has an older list" in result.stderr
