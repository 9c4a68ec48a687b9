"""Pictures of pages, for people to look at; git ignores their folder."""

from collections.abc import Sequence
from typing import Literal

from playwright.async_api import Page

from tests.browser.visitors import DESKTOP, PHONE
from tests.conftest import ROOT

Scheme = Literal["light", "dark"]
FOLDER = ROOT / ".local" / "screenshots"
WINDOWS = {"phone": PHONE["viewport"], "desktop": DESKTOP["viewport"]}


async def photographed(page: Page, name: str, schemes: Sequence[Scheme], devices: Sequence[str]) -> None:
    """Keep the whole page as each of these devices shows it, by day and by night."""
    for scheme in schemes:
        await page.emulate_media(color_scheme=scheme)
        for device in devices:
            await page.set_viewport_size(WINDOWS[device])
            await page.screenshot(path=FOLDER / f"{name}.{device}.{scheme}.png", full_page=True)
    await page.emulate_media(color_scheme="light")


async def photographed_everywhere(page: Page, name: str) -> None:
    """Keep the whole page as phones and desktops show it, by day and by night."""
    await photographed(page, name, ("light", "dark"), tuple(WINDOWS))
