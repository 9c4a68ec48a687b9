"""A verifier types her PIN, reads the case and answers, with the browser and the hands that she has."""

import pytest

from tests.browser.accessibility import has_visible_focus
from tests.browser.conftest import Visit
from tests.browser.links import to_approve_a_notice, to_be_verified, to_enrol
from tests.browser.partners_states import mark, press
from tests.browser.verifiers_states import choose_pin, type_pin
from tests.browser.visitors import DESKTOP, NO_SCRIPT, PHONE
from tests.browser.web_process import WebProcess
from tests.integration.outbox_cases import execute
from tests.integration.web.verification_visits import EVERYTHING, PIN, WRONG

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAYS = {"phone": PHONE, "desktop": DESKTOP, "no script": {**PHONE, **NO_SCRIPT}}
NEWEST = (
    "SELECT confirms FROM attestation WHERE action_id ="
    " (SELECT id FROM urgent_action ORDER BY number DESC LIMIT 1) ORDER BY confirms"
)


@pytest.mark.parametrize("way", WAYS)
async def test_she_attests(web: WebProcess, visit: Visit, way: str) -> None:
    page = await visit(await to_be_verified(web), WAYS[way])
    await type_pin(page, WRONG)
    assert "Ceiba" not in await page.locator("body").inner_text()
    await type_pin(page)
    for one in EVERYTHING:
        await mark(page, f"confirms-{one.replace(':', '-')}")
    await press(page, "attest")
    assert "Gracias" in await page.locator("h1").inner_text()
    assert await execute(web.database, NEWEST) == [(one,) for one in sorted(EVERYTHING)]


@pytest.mark.parametrize("way", WAYS)
async def test_she_returns_a_case_and_says_what_is_missing(web: WebProcess, visit: Visit, way: str) -> None:
    page = await visit(await to_be_verified(web), WAYS[way])
    await type_pin(page)
    await page.locator("summary", has_text="Falta algo").click()
    await page.locator("#missing").fill("Falta la segunda fuente.")
    await press(page, "return")
    assert "Gracias" in await page.locator("h1").inner_text()


async def test_she_attests_with_the_keyboard_alone(web: WebProcess, visit: Visit) -> None:
    page = await visit(await to_be_verified(web))
    await page.locator("#pin").focus()
    assert await has_visible_focus(page)
    await page.keyboard.type(PIN)
    await page.keyboard.press("Enter")
    await page.locator("#confirms-facts").focus()
    for _ in EVERYTHING:
        assert await has_visible_focus(page)
        await page.keyboard.press("Space")
        await page.keyboard.press("Tab")
    assert await page.evaluate("() => document.activeElement.value") == "attest"
    await page.keyboard.press("Enter")
    await page.wait_for_selector("section.card")
    assert await execute(web.database, NEWEST) == [(one,) for one in sorted(EVERYTHING)]


async def test_another_language_keeps_what_she_wrote(web: WebProcess, visit: Visit) -> None:
    page = await visit(await to_be_verified(web), PHONE)
    await type_pin(page)
    await mark(page, "confirms-facts")
    await page.locator(".languages button[lang=fr]").click()
    assert await page.locator("html").get_attribute("lang") == "fr"
    assert await page.locator("#confirms-facts").is_checked()


async def test_the_notice_of_an_end_is_approved(web: WebProcess, visit: Visit) -> None:
    page = await visit(await to_approve_a_notice(web), PHONE)
    await type_pin(page)
    assert await page.locator("label[for=confirms-facts]").count() == 0
    await mark(page, "confirms-text-es")
    await press(page, "attest")
    assert "Gracias" in await page.locator("h1").inner_text()


@pytest.mark.parametrize("way", WAYS)
async def test_she_chooses_a_pin(web: WebProcess, visit: Visit, way: str) -> None:
    path = await to_enrol(web)
    page = await visit(path, WAYS[way])
    await choose_pin(page, PIN, WRONG)
    assert await page.locator("#pin").input_value() == ""
    assert await page.locator(".problems li").count() == 1
    await choose_pin(page, PIN, PIN)
    assert "PIN" in await page.locator("h1").inner_text()
    again = await page.goto(path)
    assert again
    assert again.status == 404
