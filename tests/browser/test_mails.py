"""How the mails to partners look in a browser, as many read them: on a phone, by day and by night."""

import pytest
from playwright.async_api import Browser, Page

from templates.catalogs import languages
from templates.rendering import Renderer
from tests.browser.accessibility import WCAG, sideways, violations
from tests.browser.screenshots import photographed_everywhere
from tests.browser.visitors import PHONE, visitor
from tests.unit.templates.examples import EXAMPLES

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOWHERE = "http://127.0.0.1"
MAILS = ("invitation", "sign_on_reminder")
RENDERER = Renderer(network_name="Red Acuerpa")


def html_of(message: str, language: str, **changes: object) -> str:
    """Render a mail."""
    return RENDERER.email(message, language, {**EXAMPLES[f"email/{message}"], **changes}).html


async def hindrances(page: Page) -> list[str]:
    """List what hinders somebody in reading by day; by night the colours are those of the mail program."""
    return await sideways(page) + await violations(page, WCAG)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("message", MAILS)
async def test_a_mail_is_read_on_any_screen_and_asks_nobody_for_anything(
    browser: Browser, message: str, language: str
) -> None:
    reader = await visitor(browser, NOWHERE, PHONE)
    await reader.page.set_content(html_of(message, language))
    await photographed_everywhere(reader.page, f"mail-{message}.{language}")
    assert await hindrances(reader.page) == []
    assert reader.complaints == []
    await reader.leave()


@pytest.mark.parametrize("message", MAILS)
async def test_a_mail_with_a_statement_from_right_to_left_keeps_its_own_direction(
    browser: Browser, message: str
) -> None:
    reader = await visitor(browser, NOWHERE, PHONE)
    await reader.page.set_content(html_of(message, "es", statement_language="ar"))
    assert await reader.page.locator("h1").evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert await reader.page.locator("a").first.evaluate("one => getComputedStyle(one).direction") == "ltr"
    assert await hindrances(reader.page) == []
    await reader.leave()
