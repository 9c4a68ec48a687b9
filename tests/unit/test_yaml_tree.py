import contextlib
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from models.problems import InvalidInput
from models.yaml_tree import read_yaml

CANARY = "canario-7f3a"
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{on: 2026-11-20}", {"on": "2026-11-20"}),
        ("country: NO", {"country": "NO"}),
        ("answer: yes", {"answer": "yes"}),
        ("given: true", {"given": True}),
        ("given: false", {"given": False}),
        ("quorum: 3", {"quorum": 3}),
        ("month: 2026-11", {"month": "2026-11"}),
        ("holder:", {"holder": None}),
        ("", None),
    ],
)
def test_yaml_is_read_as_json_values(text: str, expected: object) -> None:
    assert read_yaml(text) == expected


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_every_example_is_a_json_tree(file: Path) -> None:
    tree = read_yaml(file.read_text(encoding="utf-8"))
    assert json.loads(json.dumps(tree)) == tree


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f"a: 1\nb: [{CANARY}", "line 2, column"),
        (f"title: {CANARY}\ntitle: otra", "line 2, column 1"),
        (f"a: {{b: 1, b: {CANARY}}}", "line 1, column 11"),
        (f"a: !!python/object {CANARY}", "line 1, column 4"),
        (f"a: *{CANARY}", "line 1, column 4"),
        (f"{CANARY}\x00", "(whole input)"),
        (f"{CANARY}: " + "[" * 1500, "(whole input)"),
        (f"a: !!int {CANARY}", "(whole input)"),
    ],
)
def test_a_damaged_file_is_refused_by_place_and_not_by_content(text: str, where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_yaml(text)
    (problem,) = refused.value.problems
    assert problem.field.startswith(where)
    assert CANARY not in repr(refused.value)
    assert refused.value.__context__ is None


def test_pyyaml_itself_would_have_kept_the_last_of_two() -> None:
    assert yaml.safe_load("title: una\ntitle: otra") == {"title": "otra"}


@given(st.text("abn:-[]{}!&*<'\"\n \t#%=~0123.", max_size=60))
def test_any_text_is_a_tree_or_invalid_input(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        read_yaml(text)
