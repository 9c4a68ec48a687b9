"""Somebody with a browser, and what happens behind the page that she looks at."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

PHONE: Mapping[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 800}}
NO_SCRIPT: Mapping[str, Any] = {"java_script_enabled": False}


class Visitor:
    """A browser of her own; what a page asks of others, and what the browser complains of, is kept."""

    def __init__(self, context: BrowserContext, page: Page, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._context = context
        self._address = address
        page.on("request", self._asked)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    async def open(self, path: str) -> Page:
        """Go to a page of ours."""
        await self.page.goto(path)
        return self.page

    async def leave(self) -> None:
        """Close her browser, with all that it kept."""
        await self._context.close()

    def _asked(self, request: Request) -> None:
        if _origin(request.url) != _origin(self._address):
            self.complaints.append(f"asked of somebody else: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        # The browser calls it an error that a page was answered with 404 or 422, which is how it should be.
        is_answer = message.text.startswith("Failed to load resource") and _is_page(message.location["url"])
        if message.type in {"error", "warning"} and not is_answer:
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")


async def visitor(browser: Browser, address: str, options: Mapping[str, Any]) -> Visitor:
    """Give somebody a browser with a fresh profile."""
    context = await browser.new_context(base_url=address, **{"locale": "es-MX", **options})
    return Visitor(context, await context.new_page(), address)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _is_page(url: str) -> bool:
    secret = ("s", "sign", "approve", "r", "receipt", "c", "check-in", "e", "v", "screen", "screens")
    return urlsplit(url).path.split("/")[1] in {*secret, "public", "favicon.ico"}
