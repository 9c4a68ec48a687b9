"""Another site shows who signed: by our script or in a frame, under a policy of its own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page
from pytest_httpserver import HTTPServer

from models.lifecycle import Decision
from models.vocabulary import SignatureVisibility
from tests.browser.links import signed_by, signing
from tests.browser.web_process import WebProcess
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.public_lists import path, released

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "<img src=x onerror=alert(1)>Casa & Manantial"
PAGE = """<!doctype html><html lang="en"><title>Elsewhere</title><h1>Stand with them</h1>
<script src="{ours}/public/signatories.js" data-action="{action}" data-document="1"
 data-more="and at least {{n}} more"></script><p id="after">Read on</p>"""
POLICY = "default-src 'none'; script-src {ours}; connect-src {ours}; img-src {ours}; frame-src {ours}"


@dataclass
class Foreign:
    """A page of another origin, and what the browser complained of there."""

    page: Page
    server: HTTPServer
    ours: str
    complaints: list[str] = field(default_factory=list)

    async def open(self, html: str, policy: str = POLICY) -> None:
        """Show a page there."""
        headers = {"Content-Security-Policy": policy.format(ours=self.ours)}
        self.server.clear()
        self.server.expect_request("/").respond_with_data(html, content_type="text/html", headers=headers)
        await self.page.goto(f"http://127.0.0.1:{self.server.port}/")

    async def embed(self, case: Case, policy: str = POLICY) -> None:
        """Show the page with our script on it."""
        await self.open(PAGE.format(ours=self.ours, action=case.action.reference), policy)


@pytest_asyncio.fixture(loop_scope="module")
async def foreign(browser: Browser, web: WebProcess, httpserver: HTTPServer) -> AsyncIterator[Foreign]:
    page = await browser.new_page()
    one = Foreign(page, httpserver, web.address)
    page.on("console", lambda said: one.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: one.complaints.append(str(error)))
    yield one
    await page.close()


async def out(web: WebProcess) -> Case:
    """A case that was released with two signatures, one by a partner with a hostile name."""
    case = await signing(web)
    rename = "UPDATE partner SET name = :name, website = 'https://manantial.example/' WHERE slug = :slug"
    await execute(web.database, rename, name=HOSTILE, slug="casa-manantial")
    for slug in ("casa-manantial", "red-del-volcan"):
        await signed_by(case, slug, SignatureVisibility.PUBLIC)
    await released(case)
    return case


async def test_the_script_lists_who_signed_as_text_and_leaves_the_rest_alone(
    web: WebProcess, foreign: Foreign
) -> None:
    await foreign.embed(await out(web))
    entries = foreign.page.locator("ul.acuerpa-signatories > li")
    await entries.first.wait_for()
    assert await entries.all_inner_texts() == [
        f"{HOSTILE} Mexico",
        "Red de Defensoras del Volcán El Salvador",
    ]
    link = entries.locator("a")
    assert await link.get_attribute("href") == "https://manantial.example/"
    assert await link.get_attribute("rel") == "noopener noreferrer"
    body = await foreign.page.evaluate("() => [...document.body.children].map((one) => one.tagName)")
    assert body == ["H1", "SCRIPT", "UL", "P"]
    assert foreign.complaints == []


async def test_what_may_not_be_seen_or_asked_for_leaves_the_page_as_it_is(
    web: WebProcess, foreign: Foreign
) -> None:
    case = await out(web)
    async with foreign.page.expect_console_message():
        await foreign.embed(case, "default-src 'none'; script-src {ours}")
    assert await foreign.page.locator("ul").count() == 0
    assert foreign.complaints
    assert all("Content Security Policy" in said for said in foreign.complaints)
    await case.decide(Decision.HOLD)
    async with foreign.page.expect_response("**/signatories.json") as told:
        await foreign.embed(case)
    assert (await told.value).status == 404
    assert await foreign.page.locator("body").inner_text() == "Stand with them\n\nRead on"
    assert not [said for said in foreign.complaints if said.startswith(("TypeError", "SyntaxError"))]


async def test_the_list_stands_in_a_frame_of_another_site(web: WebProcess, foreign: Foreign) -> None:
    case = await out(web)
    await foreign.open(f'<title>Elsewhere</title><iframe title="Who signs" src="{web.address}{path(case)}">')
    await foreign.page.frame_locator("iframe").locator("ul.listed li").first.wait_for()
    assert foreign.complaints == []
