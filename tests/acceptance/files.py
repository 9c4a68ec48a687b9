"""The files of the acceptance cases, read as if they had been written today."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from models.yaml_tree import read_yaml

CASES = Path(__file__).parent / "cases"
WRITTEN_ON = date(2026, 11, 20)
"""The day of which all the files tell."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def case_file(name: str, today: date) -> dict[str, Any]:
    """Return a case; its dates are as far from today as those of the file are from the day it was written."""
    moved: dict[str, Any] = _moved(_tree(f"{name}.yaml"), today - WRITTEN_ON)
    return moved


def document_file(name: str) -> dict[str, Any]:
    """Return a further document of a case."""
    return _tree(f"documents/{name}.yaml")


def change_file(name: str, today: date) -> dict[str, Any]:
    """Return what a coordinator reports when facts change, as of today."""
    moved: dict[str, Any] = _moved(_tree(f"changes/{name}.yaml"), today - WRITTEN_ON)
    return moved


def _tree(path: str) -> dict[str, Any]:
    tree = read_yaml((CASES / path).read_text())
    assert isinstance(tree, dict)
    return tree


def _moved(tree: Any, by: timedelta) -> Any:
    if isinstance(tree, dict):
        return {key: _moved(value, by) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_moved(value, by) for value in tree]
    if isinstance(tree, str) and _DAY.fullmatch(tree):
        return (date.fromisoformat(tree) + by).isoformat()
    return tree
