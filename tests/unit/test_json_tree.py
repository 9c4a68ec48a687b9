import pytest

from models.json_tree import read_json
from models.problems import InvalidInput

CANARY = "canario-7f3a"


def test_json_is_read_as_it_is() -> None:
    assert read_json('{"on": "2026-11-20", "given": [true, null, 3]}') == {
        "on": "2026-11-20",
        "given": [True, None, 3],
    }


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f'{{"a": 1,\n"b": [{CANARY}', "line 2, column 7"),
        (f'{{"a": "{CANARY}", "a": 2}}', "(whole input)"),
        ("[" * 200_000, "(whole input)"),
        ("1" * 10_000, "(whole input)"),
        ("", "line 1, column 1"),
    ],
)
def test_a_damaged_file_is_refused_by_place_and_not_by_content(text: str, where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_json(text)
    (problem,) = refused.value.problems
    assert problem.field == where
    assert CANARY not in repr(refused.value)
    assert refused.value.__context__ is None
