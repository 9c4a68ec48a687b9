"""The format sample as a tree, and ways to break it."""

from datetime import date
from pathlib import Path
from typing import Any

from models.case import parse_case
from models.problems import InvalidInput
from models.yaml_tree import read_yaml

EXAMPLES = Path(__file__).parents[2] / "examples"
FORMAT_SAMPLE = (EXAMPLES / "case-format.yaml").read_text(encoding="utf-8")
TODAY = date(2026, 11, 22)
LEFT_OUT = object()
CANARY = "canario-7f3a"
PERSON = "people_at_risk.0"
CONSENT = "people_at_risk.0.consents.2"
ADDRESS = "targets.0.addresses.0"


def sample() -> dict[str, Any]:
    tree = read_yaml(FORMAT_SAMPLE)
    assert isinstance(tree, dict)
    return tree


def changed(path: str, value: object, tree: dict[str, Any] | None = None) -> dict[str, Any]:
    tree = tree or sample()
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = tree
    for step in parents:
        place = place[step]
    if value is LEFT_OUT:
        del place[last]
    else:
        place[last] = value
    return tree


def problems(tree: object) -> list[tuple[str, str]]:
    try:
        parse_case(tree, latest_day=TODAY)
    except InvalidInput as refused:
        return [(problem.field, problem.rule) for problem in refused.problems]
    return []
