"""Changed texts, public lists and the live page: nothing hinders anybody there.

In one language: what they say is rendered in each by the tests of the templates, and their shape is the same.
"""

from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Visit
from tests.browser.inspection import DEFAULT_LANGUAGE, LONG_WALK_SECONDS, inspected
from tests.browser.watched_states import changed_states, watched_states
from tests.browser.web_process import WebProcess

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(LONG_WALK_SECONDS)]

States = Callable[[WebProcess, Visit, str], AsyncIterator[tuple[str, Page]]]


@pytest.mark.parametrize(
    ("states", "count"), [(changed_states, 3), (watched_states, 5)], ids=["changed", "watched"]
)
async def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    web: WebProcess, visit: Visit, states: States, count: int
) -> None:
    found = {
        name: await inspected(page, name, DEFAULT_LANGUAGE)
        async for name, page in states(web, visit, DEFAULT_LANGUAGE)
    }
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert len(found) == count
