"""What is looked at in every state of every page."""

from playwright.async_api import Page

from tests.browser.accessibility import sideways, violations
from tests.browser.screenshots import photographed, photographed_everywhere

DEFAULT_LANGUAGE = "es"
LONG_WALK_SECONDS = 300
"""A walk through all states of a page, each looked at, on a busy machine."""


async def inspected(page: Page, name: str, language: str) -> list[str]:
    """Photograph a page, and list what hinders anybody in it; its night is the same in every language."""
    found = await violations(page)
    if language == DEFAULT_LANGUAGE:
        await page.emulate_media(color_scheme="dark")
        found += [f"by night: {one}" for one in await violations(page)]
        await photographed_everywhere(page, f"{name}.{language}")
    else:
        await photographed(page, f"{name}.{language}", ("light",), ("phone",))
    return found + await sideways(page)
