"""Where a browser comes from, and what is said where none can be had."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.async_api import Playwright

from tests.browser import chromium, provide
from tests.conftest import ROOT

ONE_TEST = "tests/browser/test_watching.py::test_axe_and_the_measures_find_what_hinders"
FAILS = (sys.executable, "-c", "raise SystemExit(1)")


def making(file: Path) -> Sequence[str]:
    """Return a command that makes a file, as an installation would."""
    return (sys.executable, "-c", f"open({str(file)!r}, 'w')")


def without_a_browser(folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run one of these tests on a machine that has no browser."""
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    nowhere = {"PATH": str(folder), "PLAYWRIGHT_BROWSERS_PATH": str(folder)}
    return subprocess.run(  # noqa: S603 - our own tests
        (sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", ONE_TEST),
        env={**environment, **nowhere, **more},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_browser_a_test_is_skipped_and_says_what_to_do(tmp_path: Path) -> None:
    ended = without_a_browser(tmp_path)
    assert ended.returncode == 0, ended.stdout
    assert "1 skipped" in ended.stdout
    assert "neither Chromium nor Chrome is installed: `make browser` installs one" in ended.stdout


def test_without_a_browser_ci_fails(tmp_path: Path) -> None:
    ended = without_a_browser(tmp_path, CI="true")
    assert ended.returncode == 1, ended.stdout
    assert "neither Chromium nor Chrome is installed" in ended.stdout


def test_one_way_is_tried_after_the_other_and_in_the_end_it_is_said_that_there_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    never, once = tmp_path / "never", tmp_path / "once"
    ways = [("one way", [FAILS, making(never)]), ("another", [making(once)])]
    monkeypatch.setattr(provide, "_ways", lambda: iter(ways))
    monkeypatch.setattr(chromium, "_candidates", lambda _: [])
    provide.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition("; ")[2] for line in lines[:2]] == ["trying one way.", "trying another."]
    assert "Browser tests are skipped (in CI they fail), since neither Chromium nor Chrome" in lines[2]
    assert (never.exists(), once.exists()) == (False, True)


@pytest.mark.usefixtures("browser")
def test_once_a_browser_starts_nothing_more_is_tried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    installed, never = tmp_path / "installed", tmp_path / "never"
    found = chromium._candidates

    def after_installation(playwright: Playwright) -> list[str]:
        return found(playwright) if installed.exists() else []

    ways = [("one way", [making(installed)]), ("another", [making(never)])]
    monkeypatch.setattr(provide, "_ways", lambda: iter(ways))
    monkeypatch.setattr(chromium, "_candidates", after_installation)
    provide.main()
    assert len(capsys.readouterr().out.splitlines()) == 1
    provide.main()
    assert capsys.readouterr().out == ""
    assert not never.exists()
