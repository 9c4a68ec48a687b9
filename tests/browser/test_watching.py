"""What the tests of the pages rely on: whoever watches notices what must not be."""

import pytest
from playwright.async_api import Browser

from tests.browser import chromium
from tests.browser.accessibility import has_visible_focus, sideways, violations
from tests.browser.links import signing, to_sign
from tests.browser.visitors import DESKTOP, Visitor, visitor
from tests.browser.web_process import WebProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def watched(browser: Browser, web: WebProcess) -> Visitor:
    """Open a partner's page."""
    one = await visitor(browser, web.address, DESKTOP)
    await one.open(await to_sign(await signing(web)))
    assert one.complaints == []
    return one


@pytest.mark.parametrize(
    ("act", "complaint"),
    [
        ("document.body.setAttribute('style', 'color: red')", "Content Security Policy"),
        ("document.body.append(Object.assign(new Image(), {src: '/logo/x.png'}))", "Content Security Policy"),
        (
            "document.body.append(document.createElement('script').appendChild(new Text('1')).parentNode)",
            "Policy",
        ),
        ("console.error('broken')", "broken"),
    ],
)
async def test_what_the_policy_refuses_or_the_browser_complains_of_is_noticed(
    browser: Browser, web: WebProcess, act: str, complaint: str
) -> None:
    one = await watched(browser, web)
    async with one.page.expect_console_message():
        await one.page.evaluate(f"() => {{ {act} }}")
    assert [said for said in one.complaints if complaint in said]
    await one.leave()


async def test_a_request_to_somebody_else_is_noticed_and_goes_nowhere(
    browser: Browser, web: WebProcess
) -> None:
    one = await watched(browser, web)
    async with one.page.expect_event("requestfailed"):
        await one.page.evaluate("() => { location = 'http://elsewhere.example/' }")
    assert "asked of somebody else: http://elsewhere.example/" in one.complaints
    await one.leave()


async def test_axe_and_the_measures_find_what_hinders(browser: Browser, web: WebProcess) -> None:
    one = await watched(browser, web)
    await one.page.evaluate(
        "() => { document.documentElement.lang = ''; document.querySelector('label').remove();"
        " document.querySelector('h1').style.width = '500px';"
        " document.querySelector('h1').style.color = '#ccc' }"
    )
    found = await violations(one.page)
    assert {rule.partition(":")[0] for rule in found} >= {"html-has-lang", "label", "color-contrast"}
    assert any("H1.headline" in what for what in await sideways(one.page))
    await one.page.evaluate(
        "() => { const field = document.querySelector('#signer_name');"
        " field.style.outline = 'none'; field.focus() }"
    )
    assert not await has_visible_focus(one.page)
    await one.leave()


async def test_a_browser_that_does_not_start_is_named_with_its_reason(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nowhere:
        chromium = browser.browser_type

    monkeypatch.setattr(chromium, "_candidates", lambda _: ["/nonexistent/chromium"])
    with pytest.raises(chromium.NoBrowserError, match="/nonexistent/chromium does not start"):
        await chromium.launched(Nowhere())  # type: ignore[arg-type]
