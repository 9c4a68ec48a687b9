"""The pages beside that of an invitation, and that of an approver, in what they can show."""

from collections.abc import AsyncIterator

from playwright.async_api import Page

from models.columns import now
from models.proposals import Proposal
from tests.browser.conftest import Visit
from tests.browser.links import signing, to_sign
from tests.browser.web_process import WebProcess
from tests.integration.proposals import approver_link, proposed
from tests.integration.questions import answer, asked


async def sent(page: Page, button: str, *, by: str = "value") -> None:
    """Press a button, and wait for the page that answers: a click alone does not."""
    async with page.expect_navigation():
        await page.locator(f"button[{by}={button}]").click()


async def side_states(web: WebProcess, visit: Visit, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Show each state with a name for it."""
    case = await signing(web)
    page = await visit(f"{await to_sign(case)}?lang={language}")
    home = page.url.partition("?")[0]
    for part in ("approver", "questions", "details"):
        await page.goto(f"{home}/{part}?lang={language}")
        yield part, page
        await page.locator("form").evaluate("form => { form.noValidate = true }")
        await page.locator("form input[type=url]").evaluate_all("all => all.forEach(one => one.value = 'x')")
        await sent(page, "submit", by="type")
        yield f"{part}-problems", page
    proposal: Proposal = await proposed(case, "red-del-volcan")
    token = await approver_link(case, proposal)
    theirs = await visit(f"{await to_sign(case, 'red-del-volcan')}?lang={language}")
    await theirs.goto(f"{theirs.url.partition('?')[0]}/approver?lang={language}")
    yield "approver-asked", theirs
    await answer(case, await asked(case))
    await page.goto(f"{home}/questions?lang={language}")
    yield "questions-answered", page
    await page.goto(f"{home}?lang={language}")
    yield "sign-with-answer", page
    hers = await visit(f"/s/{token}?lang={language}")
    yield "approve", hers
    await hers.locator("form").evaluate("form => { form.noValidate = true }")
    await sent(hers, "sign")
    yield "approve-problems", hers
    await hers.locator("#signer_name").fill("Zoraida Inventada")
    await hers.locator("#signer_role").fill("Directora")
    await sent(hers, "sign")
    yield "approved", hers
    async for state in acting_states(theirs, language):
        yield state


async def acting_states(page: Page, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Show what a partner that has signed reports of what it did itself."""
    home = page.url.partition("?")[0].removesuffix("/approver")
    await page.goto(f"{home}/actions?lang={language}")
    yield "actions", page
    await page.locator("#answer").evaluate("form => { form.noValidate = true }")
    await sent(page, "submit", by="type")
    yield "actions-problems", page
    await page.locator("label[for=kind-met]").click()
    await page.locator("#target").select_option("1")
    await page.locator("#done_on").fill(now().date().isoformat())
    await page.locator("#note").fill("Nos recibieron media hora.")
    await sent(page, "submit", by="type")
    yield "actions-reported", page
