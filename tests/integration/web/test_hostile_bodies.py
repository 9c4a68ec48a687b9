"""Whatever is thrown at the doors: never a server error, always a problem, and never an echo of it."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.yaml_tree import read_yaml
from tests.factories import EXAMPLES as EXAMPLES_FOLDER
from tests.factories import case_tree
from tests.integration.outbox_cases import Case
from tests.integration.web.paperwork import released
from tests.integration.web.site import API, Caller, problem
from web.document_schemas import DOCUMENT_EXAMPLE

Steps = tuple[Any, ...]

TEXT = st.text(st.characters(codec=None), max_size=20)
NUMBERS = st.integers() | st.floats() | st.integers(min_value=10**30, max_value=10**40)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXT
NAMES = st.sampled_from(["id", "name", "contacts", "channels", "languages", "title", "event", "texts", "es"])
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | TEXT, inner, max_size=4),
    max_leaves=12,
)
DOORS = st.sampled_from(["actions", "partners", "contacts"])
EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _places(tree: Any, path: Steps = ()) -> Iterator[Steps]:
    yield path
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, part in inner:
        yield from _places(part, (*path, step))


PLACES = [path for path in _places(case_tree()) if path]


def _changed(tree: Any, path: Steps, value: object) -> object:
    place = tree
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return tree


async def _throw(caller: Caller, door: str, tree: object) -> None:
    answer = await caller.client.post(
        f"{API}/{door}", content=json.dumps(tree), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code < 500, answer.text
    if not answer.is_success:
        problem(answer, answer.status_code)


@EXAMPLES
@given(door=DOORS, tree=TREES)
async def test_arbitrary_json_is_a_problem(coordinator: Caller, door: str, tree: object) -> None:
    await _throw(coordinator, door, tree)


@EXAMPLES
@given(path=st.sampled_from(PLACES), value=TREES)
async def test_a_case_with_anything_in_one_place_is_stored_or_a_problem(
    coordinator: Caller, path: Steps, value: object
) -> None:
    await _throw(coordinator, "actions", _changed(case_tree(), path, value))


@EXAMPLES
@given(data=st.data(), value=TREES)
async def test_a_directory_with_anything_in_one_place_is_stored_or_a_problem(
    coordinator: Caller, data: st.DataObject, value: object
) -> None:
    door = data.draw(st.sampled_from(["partners", "contacts"]))
    tree = read_yaml((EXAMPLES_FOLDER / f"{door}.yaml").read_text())
    path = data.draw(st.sampled_from([path for path in _places(tree) if path]))
    await _throw(coordinator, door, _changed(tree, path, value))


@EXAMPLES
@given(digest=TREES, name=TEXT)
async def test_an_attestation_of_anything_is_a_problem(verifier: Caller, digest: object, name: str) -> None:
    await _throw(verifier, "actions/UA-2026-999/attestations", {"digest": digest, name: 1})


DOCUMENT_PLACES = [path for path in _places(DOCUMENT_EXAMPLE) if path]
PAPERS = st.sampled_from(["documents", "documents/1/versions", "documents/1/versions/1/approvals", "reopen"])


@EXAMPLES
@given(door=PAPERS, path=st.sampled_from(DOCUMENT_PLACES), value=TREES)
async def test_a_document_with_anything_in_any_place_is_a_problem_or_taken(
    case: Case, coordinator: Caller, door: str, path: Steps, value: object
) -> None:
    await released(case)
    tree = _changed(deepcopy(DOCUMENT_EXAMPLE), path, value)
    await _throw(coordinator, f"actions/{case.action.reference}/{door}", tree)
