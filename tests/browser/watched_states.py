"""What has changed under a partner's hand, and what everybody or a whole room sees."""

from collections.abc import AsyncIterator
from datetime import timedelta

from playwright.async_api import Page

from models.columns import now
from models.lifecycle import Decision
from models.vocabulary import SignatureVisibility
from security.tokens import new_token, token_hash
from storage.actions import action_by_id
from storage.screens import make_screen_link
from tests.browser.conftest import Visit
from tests.browser.links import signed_by, signing, to_sign
from tests.browser.partners_states import fill_in, press
from tests.browser.web_process import WebProcess
from tests.integration.outbox_cases import Case, changed_text, execute
from tests.integration.web.public_lists import path, released


async def to_screen(case: Case) -> str:
    """Make a link to the live page of a case, and return its path."""
    token = new_token()
    async with case.database.transaction() as session:
        action = await action_by_id(session, case.action.id)
        ends = now() + timedelta(hours=1)
        await make_screen_link(session, action, token_hash(token), action.author_id, ends)
    return f"/screen/{token}"


async def changed_states(web: WebProcess, visit: Visit, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Show the page of a text that changes, and of a signature that is doubted."""
    case = await signing(web)
    page = await visit(f"{await to_sign(case)}?lang={language}")
    await signed_by(case, "red-del-volcan", SignatureVisibility.PUBLIC)
    earlier = await visit(f"{await to_sign(case, 'red-del-volcan')}?lang={language}")
    await changed_text(case)
    await fill_in(page)
    await press(page, "sign")
    yield "sign-changed", page
    await earlier.reload()
    yield "signed-earlier", earlier
    await press(page, "sign")
    await execute(web.database, "UPDATE signature SET doubted_at = now() WHERE superseded_at IS NULL")
    await page.goto(page.url)
    yield "signed-doubted", page


async def watched_states(web: WebProcess, visit: Visit, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Show the public list and the live page. The latter stands still, as it would renew itself meanwhile."""
    case = await signing(web)
    await execute(web.database, "UPDATE partner SET website = 'https://manantial.example/', member_count = 7")
    await signed_by(case, "casa-manantial", SignatureVisibility.PUBLIC)
    await signed_by(case, "red-del-volcan", SignatureVisibility.PUBLIC)
    page = await visit(f"{path(case)}?lang={language}")
    yield "public-list-none", page
    await released(case)
    await page.reload()
    yield "public-list", page
    screen = await visit(f"{await to_screen(case)}?lang={language}")
    still = f"{screen.url.partition('?')[0]}?lang={language}&paused=1"
    await screen.goto(still)
    yield "screen", screen
    await case.decide(Decision.HOLD)
    await screen.goto(still)
    yield "screen-on-hold", screen
    await screen.goto(f"/screen/unknown?lang={language}")
    yield "screen-unusable", screen
