"""A partner's way through all that a sign link can show."""

from collections.abc import AsyncIterator, Awaitable

from playwright.async_api import Page

from models.lifecycle import Decision
from models.vocabulary import SignatureVisibility
from tests.browser.conftest import Visit
from tests.browser.links import signed_by, signing, to_sign
from tests.browser.web_process import WebProcess
from tests.integration.outbox_cases import execute

NAME, ROLE = "Amparo Ficticia Ruiz", "Coordinadora"


async def fill_in(page: Page, name: str = NAME, role: str = ROLE) -> None:
    """Type who signs."""
    await page.locator("#signer_name").fill(name)
    await page.locator("#signer_role").fill(role)


async def mark(page: Page, choice: str) -> None:
    """Choose by a click on the words, as people do."""
    await page.locator(f"label[for='{choice}']").click()


async def press(page: Page, answer: str) -> None:
    """Press one of the buttons that answer."""
    await page.locator(f"button[name=answer][value={answer}]").click()


async def decline(page: Page) -> None:
    """Unfold what stands folded below, and decline there."""
    if not await page.locator("button[value=decline]").is_visible():
        await page.locator("details.other summary").click()
    await press(page, "decline")


async def take_back(page: Page) -> None:
    """Unfold what takes a signature back, type who does, and do it."""
    if not await page.locator("#withdrawn_by").is_visible():
        await page.locator("details:has(#withdrawn_by) summary").click()
    await page.locator("#withdrawn_by").fill(NAME)
    await press(page, "withdraw")


async def answered_with(page: Page, answering: Awaitable[None]) -> None:
    """Answer, and wait for the page that says what came of it: a click alone does not."""
    async with page.expect_navigation():
        await answering


async def partners_states(web: WebProcess, visit: Visit, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Show each state with a name for it."""
    asked = f"?lang={language}"
    case = await signing(web)
    page = await visit(await to_sign(case) + asked)
    yield "sign-first", page
    await signed_by(case, "red-del-volcan", SignatureVisibility.PUBLIC)
    await signed_by(case, "tejedoras-del-maiz", SignatureVisibility.WITHHELD)
    await page.reload()
    yield "sign", page
    # A space is enough for the browser; the server wants a name.
    await fill_in(page, " ", ROLE)
    await answered_with(page, press(page, "sign"))
    yield "sign-problems", page
    await fill_in(page)
    await answered_with(page, press(page, "sign"))
    yield "signed", page
    await answered_with(page, take_back(page))
    yield "withdrawn", page
    withheld = await visit(await to_sign(case, "northern-lights-fund") + asked)
    await mark(withheld, "visibility-withheld")
    await fill_in(withheld)
    await answered_with(withheld, press(withheld, "sign"))
    yield "signed-withheld", withheld
    declined = await visit(await to_sign(case, "sisters-of-the-river") + asked)
    await declined.locator("#signer_name").fill(NAME)
    await answered_with(declined, decline(declined))
    yield "declined", declined
    await mark(declined, "visibility-authorities")
    await fill_in(declined)
    await answered_with(declined, press(declined, "sign"))
    yield "signed-for-authorities", declined
    late = await visit(f"/s/unknown{asked}")
    yield "unusable", late
    await late.goto(f"/s/a/b{asked}")
    yield "error", late
    unanswered = await to_sign(case, "colectiva-las-ceibas")
    ended = "UPDATE document SET sign_on_ended_at = now() WHERE id = :id"
    await execute(web.database, ended, id=case.document.document_id)
    await late.goto(unanswered + asked)
    yield "sign-late", late
    await case.decide(Decision.HOLD)
    await late.goto(unanswered + asked)
    yield "waiting", late
