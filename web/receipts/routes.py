"""The link in a receipt, and the page that it leads to: "that was not us"."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from security.tokens import token_hash
from storage.answer_links import OpenedAnswer, opened_answer
from storage.disowning import confirm, disown
from storage.windows import ref_of
from web.pages import RECEIPT_LINKS, RECEIPT_PAGES
from web.receipts.forms import CONFIRM, DISOWN, ReceiptForm, problems_of
from web.receipts.page import ReceiptPage
from web.services import Work
from web.signing.access import moved_to, seen_path

router = APIRouter(include_in_schema=False)

LINK = RECEIPT_LINKS + "{token}"
PAGE = RECEIPT_PAGES + "{invitation_id}"
COOKIE: Final = "receipt"


@router.api_route(LINK, methods=["GET", "HEAD"])
async def follow(token: str, request: Request, services: Work, lang: str | None = None) -> Response:
    """Send a browser on to the page, without the secret in its address. Following changes nothing."""
    async with services.database.transaction() as session:
        opened = await opened_answer(session, token_hash(token))
    if opened is None:
        return ReceiptPage(services, request, lang).unusable()
    return moved_to(
        services, seen_path(services, f"{RECEIPT_PAGES}{opened.invitation.id}"), COOKIE, token, lang
    )


@router.api_route(PAGE, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(invitation_id: str, request: Request, services: Work, lang: str | None = None) -> HTMLResponse:
    """Show what was answered. Looking never changes anything, whoever looks."""
    page = ReceiptPage(services, request, lang)
    async with services.database.transaction() as session:
        opened = await _opened_by(session, request, invitation_id)
    return page.of(opened) if opened else page.unusable()


@router.post(PAGE, response_class=HTMLResponse)
async def tell(
    invitation_id: str,
    request: Request,
    services: Work,
    form: Annotated[ReceiptForm, Form()],
    lang: str | None = None,
) -> HTMLResponse:
    """Take an answer back that somebody else gave, or confirm one that is doubted."""
    page = ReceiptPage(services, request, lang)
    async with services.database.transaction() as session:
        opened = await _opened_by(session, request, invitation_id, lock=True)
        if opened is None:
            return page.unusable()
        if opened.answer.disowned or not form.is_about(opened.answer.id):
            return page.of(opened)
        problems = problems_of(form)
        if not page.is_ours(opened, form):
            problems["form_token"] = "form_expired"  # noqa: S105 - a code, not a secret
        if problems:
            return page.of(opened, form, problems)
        if form.said == DISOWN:
            opened = opened._replace(answer=await disown(session, opened, form.told_by))
        elif form.said == CONFIRM and opened.is_doubted:
            ref = ref_of(opened.action, opened.document)
            await confirm(session, opened.answer, ref, form.told_by)
    services.feed.anything.set()
    return page.of(opened)


async def _opened_by(
    session: AsyncSession, request: Request, invitation_id: str, *, lock: bool = False
) -> OpenedAnswer | None:
    """Find what the page shows to a browser that came by a link of just this one."""
    token = request.cookies.get(COOKIE)
    opened = await opened_answer(session, token_hash(token), lock=lock) if token else None
    return opened if opened and str(opened.invitation.id) == invitation_id else None
