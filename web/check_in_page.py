"""The link in a check-in, and the page on which a coordinator answers it with one tap, or two to close."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.lifecycle import Decision
from models.vocabulary import News
from security.tokens import token_hash
from storage.action_lock import have_action_alone
from storage.check_in_answers import OpenedCheckIn, answer_check_in, answered_by, opened_check_in
from web.check_in_view import CONFIRMED, RESPONSE, CheckInPage, NewsForm, page_path
from web.decisions import allowed
from web.pages import CHECK_IN_LINKS, CHECK_IN_PAGES
from web.services import Work
from web.signing.access import moved_to

router = APIRouter(include_in_schema=False)

LINK = CHECK_IN_LINKS + "{token}"
PAGE = CHECK_IN_PAGES + "{link_id}"
COOKIE: Final = "check_in"


@router.api_route(LINK, methods=["GET", "HEAD"])
async def follow(token: str, request: Request, services: Work, lang: str | None = None) -> Response:
    """Send a browser on to the page, without the secret in its address. Following changes nothing."""
    async with services.database.reading() as session:
        opened = await opened_check_in(session, token_hash(token))
    if opened is None:
        return CheckInPage(services, request, lang).unusable()
    part = "" if opened.is_check_in else RESPONSE
    return moved_to(services, page_path(services, opened), COOKIE, token, lang, part=part)


@router.api_route(PAGE, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(link_id: str, request: Request, services: Work, lang: str | None = None) -> HTMLResponse:
    """Show the four answers. Looking never changes anything, whoever looks."""
    page = CheckInPage(services, request, lang)
    async with services.database.reading() as session:
        opened = await opened_by(session, request, link_id)
    return page.of(opened) if opened and opened.is_check_in else page.unusable()


@router.post(PAGE, response_class=HTMLResponse)
async def tell(
    link_id: str,
    request: Request,
    services: Work,
    form: Annotated[NewsForm, Form()],
    lang: str | None = None,
) -> HTMLResponse:
    """Take an answer; closing is confirmed first, and decided as by the API."""
    page = CheckInPage(services, request, lang)
    async with services.database.transaction() as session:
        opened = await opened_by(session, request, link_id)
        if opened is None or not opened.is_check_in:
            return page.unusable()
        if opened.answer:
            return page.of(opened)
        if not page.is_ours(opened, form):
            return page.of(opened, expired=True)
        if form.said == CONFIRMED:
            await allowed(session, opened.action, Decision.CLOSE)
    if form.said == News.CLOSE:
        return page.of(opened, closing=True)
    if form.said == CONFIRMED:
        await services.gateway.decide(opened.action, Decision.CLOSE, opened.person.id)
    return await _written(page, opened, News.CLOSE if form.said == CONFIRMED else News(form.said))


async def _written(page: CheckInPage, opened: OpenedCheckIn, news: News) -> HTMLResponse:
    """Write the answer down; what was closed is written down as well."""
    services = page.services
    given = answered_by(
        opened.action, opened.document, opened.link.number, news, opened.person.id, by_link=True
    )
    async with services.database.transaction() as session:
        await have_action_alone(session, opened.action.id)
        answer = await answer_check_in(session, given)
    services.feed.anything.set()
    return page.of(opened._replace(answer=answer))


async def opened_by(session: AsyncSession, request: Request, link_id: str) -> OpenedCheckIn | None:
    """Find what the page shows to a browser that came by just this link."""
    token = request.cookies.get(COOKIE)
    opened = await opened_check_in(session, token_hash(token)) if token else None
    return opened if opened and str(opened.link.id) == link_id else None
