"""Mail scanners open every link many times, some in a real browser that clicks on whatever there is."""

import asyncio

import httpx
import pytest
from playwright.async_api import Page

from tests.browser.conftest import Visit
from tests.browser.links import signing
from tests.browser.receipt_states import to_disown
from tests.browser.visitors import PHONE
from tests.browser.watched_states import to_screen
from tests.browser.web_process import WebProcess
from tests.integration.proposals import approver_link, proposed
from tests.integration.sign_links import sign_link
from tests.integration.web.sign_visits import SCANNERS
from tests.integration.web.snapshots import contents_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

LOOKS = 1_000
AT_ONCE = 10
_SENT = "() => [...document.forms].forEach((one) => { one.noValidate = true; })"


async def test_a_thousand_looks_and_a_browser_that_clicks_on_everything_change_nothing(
    web: WebProcess, visit: Visit
) -> None:
    case = await signing(web)
    links = [
        f"/s/{await sign_link(case, 'casa-manantial')}",
        f"/s/{await approver_link(case, await proposed(case, 'red-del-volcan'))}",
        f"/s/{await sign_link(case, 'red-del-volcan')}",
        await to_disown(case, "tejedoras-del-maiz"),
        await to_screen(case),
    ]
    before = await contents_of(web.database)
    statuses = await looked_at(web.address, links)
    assert statuses == {200}
    for link in links:
        page = await visit(link, PHONE)
        paths = [page.url.partition("?")[0]]
        if "/sign/" in page.url:
            paths += [f"{paths[0]}/{part}" for part in ("approver", "questions", "details")]
        for path in paths:
            await clicked_through(page, path)
    assert await contents_of(web.database) == before


async def looked_at(address: str, links: list[str]) -> set[int]:
    """Follow the links a thousand times in all, as scanners do, and return what was answered."""
    seen: set[int] = set()

    async def look(part: int) -> None:
        async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as scanner:
            for number in range(part, LOOKS, AT_ONCE):
                agent = {"User-Agent": SCANNERS[number % len(SCANNERS)], "Purpose": "prefetch"}
                method = "HEAD" if number % 3 == 0 else "GET"
                link = links[number // AT_ONCE % len(links)]
                seen.add(
                    (await scanner.request(method, link, headers=agent, follow_redirects=True)).status_code
                )

    await asyncio.gather(*(look(part) for part in range(AT_ONCE)))
    return seen


async def clicked_through(page: Page, path: str) -> None:
    """Press each button of a page in a fresh view of it, with all else clicked on before; type nothing."""
    await page.goto(path)
    for place in range(await page.locator("button").count()):
        await page.goto(path)
        await page.evaluate(_SENT)
        await page.locator("details:not([open])").evaluate_all("all => all.forEach((one) => one.open = true)")
        for choice in await page.locator("label").all():
            await choice.click(force=True)
        button = page.locator("button").nth(place)
        async with page.expect_navigation():
            await button.evaluate("one => one.click()")
