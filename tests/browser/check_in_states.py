"""A coordinator's way through all that the link of a check-in, or of word of a late answer, can show."""

from collections.abc import AsyncIterator

from playwright.async_api import Page

from models.columns import now
from models.lifecycle import Decision
from models.messages import Purpose
from security.tokens import new_token, token_hash
from storage.check_in_answers import issue_check_in_link
from tests.browser.conftest import Visit
from tests.browser.side_states import sent
from tests.browser.web_process import WebProcess
from tests.integration.check_ins import give_key
from tests.integration.followed import followed_case
from tests.integration.outbox_cases import Case, execute
from tests.integration.overdue import DAY, fallen, overdue_case


async def to_answer(case: Case, purpose: Purpose = Purpose.CHECK_IN, number: int = 1) -> str:
    """Have a coordinator be written to, and return the path of the link in it."""
    token = new_token()
    batch = await case.batch(purpose, turn=number)
    (delivery, *_) = await case.deliveries(batch)
    async with case.database.transaction() as session:
        await issue_check_in_link(session, delivery, token_hash(token), now() + 90 * DAY)
    return f"/c/{token}"


async def check_in_states(web: WebProcess, visit: Visit, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Show each state with a name for it."""
    asked = f"?lang={language}"
    case = await followed_case(web.database)
    await give_key(case)
    page = await visit(await to_answer(case) + asked)
    yield "check-in", page
    await page.locator("[name=form_token]").evaluate("field => { field.value = 'x' }")
    await sent(page, "no_news")
    yield "check-in-expired-form", page
    await sent(page, "close")
    yield "check-in-closing", page
    await case.decide(Decision.HOLD)
    held = await visit(await to_answer(case, number=2) + asked)
    yield "check-in-on-hold", held
    await case.decide(Decision.RESUME)
    await page.goto(page.url)
    async for state in _written_down(page, asked):
        yield state
    await page.goto(page.url.partition("/response")[0] + asked)
    await sent(page, "news")
    yield "check-in-answered", page
    late = await visit(await to_overdue(web) + asked)
    yield "response-late", late
    await execute(web.database, "UPDATE check_in_link SET expires_at = now()")
    await late.goto(late.url)
    yield "check-in-unusable", late


async def to_overdue(web: WebProcess) -> str:
    """Have a target be late, and return the path of the link in the word of it."""
    case = await overdue_case(web.database)
    await give_key(case)
    await fallen(case)
    return await to_answer(case, Purpose.REPLY_OVERDUE)


async def _written_down(page: Page, asked: str) -> AsyncIterator[tuple[str, Page]]:
    await page.goto(page.url.partition("?")[0] + "/response" + asked)
    yield "response", page
    await page.locator("#answer").evaluate("form => { form.noValidate = true }")
    await sent(page, "submit", by="type")
    yield "response-problems", page
    await page.locator("label[for=kind-pledge]").click()
    await page.locator("#answerer").select_option(index=1)
    await page.locator("#channel").select_option("letter")
    await page.locator("#received_on").fill(now().date().isoformat())
    await page.locator("#note").fill("Prometen escolta.")
    await sent(page, "submit", by="type")
    yield "response-recorded", page
