"""A server on loopback that answers what a test says, and the script that calls it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner, Result

from starter import app

ROOT = Path(__file__).parents[3]
KEY = "acu_" + "k" * 43
Run = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def running_server() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as running:
        yield running


@pytest.fixture
def server(running_server: HTTPServer) -> Iterator[HTTPServer]:
    """An API whose answers a test sets; whatever else is asked of it fails the test."""
    running_server.clear()
    yield running_server
    running_server.check_assertions()


@pytest.fixture
def environment(server: HTTPServer) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ACUERPA_")}
    ours = {"ACUERPA_API_URL": server.url_for("/").rstrip("/"), "ACUERPA_API_KEY": KEY}
    return {**inherited, **ours, "NO_COLOR": "1", "COLUMNS": "160", "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def run(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process."""
    monkeypatch.setattr("console.client.RETRY_PAUSES", (0.0, 0.0))
    runner = CliRunner()

    def invoke(*arguments: str, **changes: str) -> Result:
        return runner.invoke(app, arguments, env={**environment, **changes})

    return invoke


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    """Run a command as a coordinator would: a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def launch(*arguments: str, **changes: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, str(ROOT / "starter.py"), *arguments],
            env={**environment, **changes},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        started.append(process)
        return process

    yield launch
    for process in started:
        process.kill()
        process.communicate()
