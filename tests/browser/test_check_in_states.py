"""A coordinator on her phone: nothing of the pages of a check-in keeps her from answering."""

import pytest

from templates.catalogs import languages
from tests.browser.check_in_states import check_in_states
from tests.browser.conftest import Visit
from tests.browser.inspection import LONG_WALK_SECONDS, inspected
from tests.browser.web_process import WebProcess

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(LONG_WALK_SECONDS)]


@pytest.mark.parametrize("language", languages())
async def test_axe_finds_nothing_and_nothing_scrolls_sideways_in_any_state(
    web: WebProcess, visit: Visit, language: str
) -> None:
    found = {
        name: await inspected(page, name, language)
        async for name, page in check_in_states(web, visit, language)
    }
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert len(found) == 10
