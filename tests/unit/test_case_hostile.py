import contextlib
import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.case import CaseFile, parse_case
from models.problems import InvalidInput
from tests.unit.case_trees import CANARY, PERSON, TODAY, changed, sample

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.text(st.characters(exclude_categories=())),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=4)
    ),
    max_leaves=8,
)


def leaves(tree: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(tree, dict):
        return [path, *(leaf for key, value in tree.items() for leaf in leaves(value, (*path, key)))]
    if isinstance(tree, list):
        return [path, *(leaf for index, value in enumerate(tree) for leaf in leaves(value, (*path, index)))]
    return [path]


def refusal_of(tree: object) -> InvalidInput | None:
    try:
        parse_case(tree, latest_day=TODAY)
    except InvalidInput as refused:
        return refused
    return None


SAMPLE = sample()
PLACES = [".".join(map(str, path)) for path in leaves(SAMPLE) if path]


@given(json_values)
def test_any_tree_is_a_case_or_invalid_input(tree: object) -> None:
    with pytest.raises(InvalidInput):
        parse_case(tree, latest_day=TODAY)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PLACES), json_values), min_size=1, max_size=3))
def test_a_case_with_anything_anywhere_is_a_case_or_invalid_input(
    replacements: list[tuple[str, object]],
) -> None:
    tree = copy.deepcopy(SAMPLE)
    for path, value in replacements:
        try:
            changed(path, value, tree)
        except (KeyError, IndexError, TypeError):
            continue
    with contextlib.suppress(InvalidInput):
        assert isinstance(parse_case(tree, latest_day=TODAY), CaseFile)


@pytest.mark.parametrize("planted", [CANARY, [CANARY], {"es": CANARY}, {"es": [CANARY]}, f"{CANARY}\x00"])
@pytest.mark.parametrize("path", PLACES)
def test_a_problem_never_repeats_what_was_typed(path: str, planted: object) -> None:
    refused = refusal_of(changed(path, planted, copy.deepcopy(SAMPLE)))
    assert CANARY not in f"{refused} {refused!r}"
    assert refused is None or refused.__context__ is None


def test_the_keys_of_private_notes_are_not_repeated() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_case(changed(f"{PERSON}.private", {CANARY: 7}), latest_day=TODAY)
    assert [problem.field for problem in refused.value.problems] == [f"{PERSON}.private"]
