"""A partner's way through all that the link of a receipt can show."""

from collections.abc import AsyncIterator

from playwright.async_api import Page

from models.columns import now
from models.partners import AnswerLink
from security.tokens import new_token, token_hash
from storage import freezing, receipts
from tests.browser.conftest import Visit
from tests.browser.links import signing
from tests.browser.web_process import WebProcess
from tests.integration.outbox_cases import Case, execute
from tests.integration.sign_links import answered


async def to_disown(case: Case, slug: str = "casa-manantial") -> str:
    """Have a partner sign and a receipt made out, and return the path of the link in it."""
    signature = await answered(case, slug)
    token = new_token()
    async with case.database.transaction() as session:
        while request := await receipts.next_receipts(session, case.action.id):
            await freezing.freeze(session, request)
    ((delivery_id,),) = await execute(
        case.database, "SELECT id FROM delivery WHERE signature_id = :id", id=signature.id
    )
    async with case.database.transaction() as session:
        session.add(
            AnswerLink(
                invitation_id=signature.invitation_id,
                delivery_id=delivery_id,
                token_hash=token_hash(token),
                expires_at=now().replace(year=now().year + 1),
            )
        )
    return f"/r/{token}"


async def press(page: Page, said: str, name: str = "Amparo Ficticia") -> None:
    """Type who says it, and press one of the buttons."""
    await page.locator("#told_by").fill(name)
    async with page.expect_navigation():
        await page.locator(f"button[name=said][value={said}]").click()


async def receipt_states(web: WebProcess, visit: Visit, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Show each state with a name for it."""
    asked = f"?lang={language}"
    case = await signing(web)
    page = await visit(await to_disown(case) + asked)
    yield "receipt", page
    await press(page, "disown", " ")
    yield "receipt-problems", page
    await press(page, "disown")
    yield "receipt-disowned", page
    doubted = await to_disown(case, "red-del-volcan")
    await execute(web.database, "UPDATE signature SET doubted_at = now() WHERE superseded_at IS NULL")
    await page.goto(doubted + asked)
    yield "receipt-doubted", page
    await press(page, "confirm")
    yield "receipt-confirmed", page
