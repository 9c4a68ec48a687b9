"""One web process and one browser a module; each test has visitors of its own."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from local.postgres import EmbeddedPostgres
from tests.browser.chromium import NoBrowserError, launched
from tests.browser.visitors import DESKTOP, Visitor, visitor
from tests.browser.web_process import WebProcess, web_process

Visit = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium. Where none can be had, CI fails, and everybody else is told."""
    async with async_playwright() as playwright:
        try:
            started = await launched(playwright)
        except NoBrowserError as missing:
            give_up = pytest.fail if os.environ.get("CI") else pytest.skip
            give_up(f"{missing}: `make browser` installs one where that is possible")
        yield started
        await started.close()


@pytest.fixture(scope="module")
def given() -> dict[str, str]:
    """The settings that this module changes."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def web(
    browser: Browser,  # noqa: ARG001 - without one nothing need be started
    postgres: EmbeddedPostgres,
    migrated: str,
    given: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> AsyncIterator[WebProcess]:
    """The web process over a database of this module."""
    name = request.module.__name__.rpartition(".")[2]
    postgres.create_database(name, template=migrated)
    async with web_process(tmp_path_factory.mktemp(name), postgres.url(name), **given) as running:
        yield running
    postgres.drop_database(name)


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, web: WebProcess) -> AsyncIterator[Visit]:
    """Open a path in a new browser; in the end, none may have asked others for anything or complained."""
    visitors: list[Visitor] = []

    async def open_in_new_browser(path: str, options: Mapping[str, Any] = DESKTOP) -> Page:
        visitors.append(await visitor(browser, web.address, options))
        return await visitors[-1].open(path)

    yield open_in_new_browser
    complaints = [complaint for one in visitors for complaint in one.complaints]
    for one in visitors:
        await one.leave()
    assert complaints == []
