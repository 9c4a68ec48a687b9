"""The command that makes links to the live page."""

import json

from pytest_httpserver import HTTPServer

from tests.unit.console.api_answers import REFERENCE
from tests.unit.console.conftest import Run

SCREENS = f"/api/v1/actions/{REFERENCE}/screens"
MADE = {
    "id": "7d6b3a52-6a0f-4a0e-9c1e-1f0f7c1c9a11",
    "url": "https://acuerpa.red.example/screen/Zm9v",
    "expires_at": "2026-11-22T08:30:00Z",
}


def test_a_link_is_made_for_as_long_as_was_asked_and_shown_once(server: HTTPServer, run: Run) -> None:
    server.expect_request(SCREENS, "POST", json={"hours": 3}).respond_with_json(MADE, 201)
    result = run("screen", REFERENCE.lower(), "--hours", "3")
    assert result.exit_code == 0
    assert MADE["url"] in result.stdout
    told = run("screen", REFERENCE, "--hours", "3", "--json")
    assert json.loads(told.stdout) == MADE


def test_all_links_are_revoked_at_once(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"{SCREENS}/revocation", "POST").respond_with_json({"revoked": 2})
    result = run("screen", REFERENCE, "--revoke")
    assert result.exit_code == 0
    assert "Links revoked: 2." in result.stdout


def test_a_refusal_is_told(server: HTTPServer, run: Run) -> None:
    told = {"status": 403, "title": "Your key may not do that.", "detail": "It needs the role coordinator."}
    server.expect_request(SCREENS, "POST").respond_with_json(
        told, 403, content_type="application/problem+json"
    )
    result = run("screen", REFERENCE)
    assert result.exit_code == 1
    assert "Your key may not do that." in result.stderr
