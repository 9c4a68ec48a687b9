"""What somebody sees who leaves the lists."""

from collections.abc import AsyncIterator

from playwright.async_api import Page

from security.unsubscribing import UnsubscribeLinks
from tests import factories
from tests.browser.conftest import Visit
from tests.browser.web_process import WebProcess
from tests.integration.outbox_cases import execute, make_case

LINKS = UnsubscribeLinks(factories.UNSUBSCRIBING_KEY, "http://127.0.0.1")


async def unsubscribe_states(web: WebProcess, visit: Visit, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Show each state with a name for it."""
    case = await make_case(web.database)
    listed = next(one for one in await case.deliveries(await case.batch()) if one.recipient_kind == "contact")
    page = await visit(f"/u/{LINKS.token(listed.id)}?lang={language}")
    assert await execute(web.database, "SELECT * FROM suppression") == []
    yield "unsubscribe", page
    await page.locator("button[type=submit]").click()
    await page.wait_for_selector("section.card")
    assert len(await execute(web.database, "DELETE FROM suppression RETURNING *")) == 1
    yield "unsubscribed", page
