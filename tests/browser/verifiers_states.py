"""A verifier's way through all that her links can show."""

from collections.abc import AsyncIterator

from playwright.async_api import Page

from tests.browser.conftest import Visit
from tests.browser.links import to_approve_a_notice, to_be_verified, to_enrol
from tests.browser.partners_states import mark, press
from tests.browser.web_process import WebProcess
from tests.integration.web.verification_visits import PIN, WRONG

LOCKED_AFTER = 5


async def type_pin(page: Page, pin: str = PIN) -> None:
    """Type a PIN and open the case."""
    await page.locator("#pin").fill(pin)
    await page.locator("button.set").click()


async def choose_pin(page: Page, pin: str, again: str) -> None:
    """Choose a PIN by an enrolment link."""
    await page.locator("#pin").fill(pin)
    await page.locator("#pin_again").fill(again)
    await page.locator("button.set").click()


async def enrolling_states(web: WebProcess, visit: Visit, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Show each state of choosing a PIN with a name for it."""
    path = f"{await to_enrol(web)}?lang={language}"
    page = await visit(path)
    yield "enrol", page
    await choose_pin(page, "123456", "654321")
    yield "enrol-problems", page
    await choose_pin(page, PIN, PIN)
    yield "enrolled", page
    await page.goto(path)
    yield "enrol-unusable", page


async def verifying_states(web: WebProcess, visit: Visit, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Show each state of a verification with a name for it."""
    asked = f"?lang={language}"
    path = await to_be_verified(web) + asked
    page = await visit(path)
    yield "verify-pin", page
    await type_pin(page, WRONG)
    yield "verify-pin-wrong", page
    await type_pin(page)
    yield "verify-case", page
    await press(page, "attest")
    yield "verify-problems", page
    await page.locator("#revoke summary").click()
    await page.locator("#revoke label").first.click()
    await press(page, "revoke")
    yield "verify-revoked", page
    await mark(page, "confirms-facts")
    await press(page, "attest")
    yield "verify-attested", page
    await page.goto(path)
    yield "verify-unusable", page
    page = await visit(await to_be_verified(web) + asked)
    for _ in range(LOCKED_AFTER):
        await type_pin(page, WRONG)
    yield "verify-locked", page
    page = await visit(await to_approve_a_notice(web) + asked)
    await type_pin(page)
    yield "verify-notice", page
