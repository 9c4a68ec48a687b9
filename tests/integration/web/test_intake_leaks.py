"""No case is taken in whose texts say what a person at risk did not allow to be said."""

from typing import Any

import pytest

from tests.factories import case_tree
from tests.integration.web.site import API, Caller, Site, problem
from tests.integration.web.snapshots import contents_of

CASES = f"{API}/actions"
HIDDEN = {
    "name": "Quetzalli Inventada Tonalmeyotl",
    "aliases": ["La Tonal"],
    "private": {"phone": "+52 951 000 0042"},
}


def case_hiding_somebody() -> dict[str, Any]:
    tree = case_tree()
    tree["people_at_risk"][0].update(HIDDEN)
    return tree


def places_of(tree: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Map the fields that are sent to where they stand in the tree."""
    return {
        "title": (tree, "title"),
        "texts.es.body": (tree["texts"]["es"], "body"),
        "texts.en.summary": (tree["texts"]["en"], "summary"),
        "texts.es.background": (tree["texts"]["es"], "background"),
        "demands.0.en": (tree["demands"][0], "en"),
    }


@pytest.mark.parametrize(
    "said", ["quetzalli", "Q**uetz**alli Tonalmeyotl", "LA TONAL", "951-000-0042", "Tonalmeyótl"]
)
@pytest.mark.parametrize("field", places_of(case_tree()))
async def test_a_text_that_says_it_is_refused_with_its_place_and_without_its_words(
    site: Site, coordinator: Caller, field: str, said: str
) -> None:
    tree = case_hiding_somebody()
    holder, key = places_of(tree)[field]
    holder[key] = f"{holder[key].rstrip()} {said}"
    before = await contents_of(site.services.database)
    answer = await coordinator.client.post(CASES, json=tree)
    (found,) = problem(answer, 422)["problems"]
    assert found["field"] == field
    assert "people_at_risk.0" in found["rule"]
    assert said.casefold() not in answer.text.casefold()
    assert await contents_of(site.services.database) == before


async def test_the_same_case_without_it_is_taken_in(coordinator: Caller) -> None:
    assert (await coordinator.client.post(CASES, json=case_hiding_somebody())).status_code == 201
