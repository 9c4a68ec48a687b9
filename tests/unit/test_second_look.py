"""A second look is for a few tests that failed, and for no more."""

import json
from pathlib import Path

import pytest

from tests import second_look

PASSING = "tests/unit/test_second_look.py::test_what_never_failed_is_not_looked_at"


def _recorded(folder: Path, tests: list[str]) -> Path:
    recorded = folder / "lastfailed"
    recorded.write_text(json.dumps(dict.fromkeys(tests, True)))
    return recorded


def test_what_never_failed_is_not_looked_at(tmp_path: Path) -> None:
    assert second_look.failed(tmp_path / "lastfailed") == []


def test_what_failed_is_read_from_pytests_own_record(tmp_path: Path) -> None:
    assert second_look.failed(_recorded(tmp_path, ["b::two", "a::one"])) == ["a::one", "b::two"]


@pytest.mark.parametrize("number", [0, second_look.MOST + 1])
def test_none_or_many_failures_have_no_second_look(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(second_look, "failed", lambda: [PASSING] * number)
    assert second_look.main() == 1
    assert capsys.readouterr().out.startswith(f"no second look: {number} tests")


def test_a_test_that_passes_alone_is_named_as_unsteady(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(second_look, "failed", lambda: [PASSING])
    assert second_look.main() == 0
    assert f"unsteady, to be mended: {PASSING}" in capsys.readouterr().out


def test_a_test_that_fails_again_ends_with_pytests_own_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = tmp_path / "test_fails.py"
    failing.write_text("def test_it() -> None:\n    assert not True\n")
    monkeypatch.setattr(second_look, "failed", lambda: [f"{failing}::test_it"])
    assert second_look.main() == 1
    assert "unsteady" not in capsys.readouterr().out
