"""The sign link, and the page that it leads to: a partner reads the statement, and answers."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from security.tokens import token_hash
from storage.answers import GivenAnswer, answer
from storage.disowning import confirm
from storage.linked_pages import linked_page
from web.pages import SIGN_LINKS, SIGN_PAGES
from web.services import Work
from web.signing.access import opened_by, to_its_page
from web.signing.answering import Confirmed, judged
from web.signing.forms import Problems, SignForm
from web.signing.page import SignPage

router = APIRouter(include_in_schema=False)

LINK = SIGN_LINKS + "{token}"
PAGE = SIGN_PAGES + "{invitation_id}"


@router.api_route(LINK, methods=["GET", "HEAD"])
async def follow(token: str, request: Request, services: Work, lang: str | None = None) -> Response:
    """Send a browser on to the page, without the secret in its address. Following changes nothing."""
    async with services.database.reading() as session:
        page = await linked_page(session, token_hash(token))
    if page is None:
        return SignPage(services, request, lang).unusable()
    return to_its_page(services, page, token, lang)


@router.api_route(PAGE, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(invitation_id: str, request: Request, services: Work, lang: str | None = None) -> HTMLResponse:
    """Show the statement. Looking never changes anything, whoever looks."""
    page = SignPage(services, request, lang)
    async with services.database.reading() as session:
        link = await opened_by(session, request, invitation_id)
        prepared = await page.prepared(session, link) if link else None
    return page.shown(prepared) if prepared else page.unusable()


@router.post(PAGE, response_class=HTMLResponse)
async def give_answer(
    invitation_id: str,
    request: Request,
    services: Work,
    form: Annotated[SignForm, Form()],
    lang: str | None = None,
) -> HTMLResponse:
    """Take a partner's answer: it is safe when the page says thank you.

    One that was posted from a page that another answer has overtaken is not taken: the page says what counts.
    """
    page = SignPage(services, request, lang)
    async with services.database.transaction() as session:
        link = await opened_by(session, request, invitation_id, lock=True)
        if link is None:
            return page.unusable()
        given = judged(page, services.cipher, link, form)
        problems: Problems = {}
        if isinstance(given, GivenAnswer):
            link = link._replace(answer=await answer(session, link, given))
        elif isinstance(given, Confirmed):
            await confirm(session, given.signature, link.ref, given.by)
        else:
            problems = given
        prepared = await page.prepared(session, link, form if problems else SignForm(), problems)
    services.feed.anything.set()
    return page.shown(prepared)
