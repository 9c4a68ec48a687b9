"""How a sign link gives way to an address that is no secret: the browser keeps the token for that page."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from models.proposals import Proposal
from security.tokens import token_hash
from storage.linked_pages import LinkedPage
from storage.sign_links import OpenedLink, opened_link
from web.pages import APPROVALS, SIGN_PAGES
from web.services import Services

COOKIE: Final = "link"

_KEPT_BY_NOBODY = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def to_its_page(services: Services, page: LinkedPage, token: str, language: str | None) -> RedirectResponse:
    """Send a browser from a sign link to its page.

    The cookie ends with the browser's session: the mail is the way back, and a shared phone keeps nothing.
    """
    return moved_to(services, _path_to(services, page), COOKIE, token, language)


def moved_to(
    services: Services, path: str, cookie: str, token: str, language: str | None, *, part: str = ""
) -> RedirectResponse:
    """Send a browser to a page, or a part below it, with a cookie for just that page."""
    known = language in services.renderer.languages()
    query = f"?lang={language}" if known else ""
    moved = RedirectResponse(f"{path}{part}{query}", 303, headers=_KEPT_BY_NOBODY)
    secure = services.public_url.startswith("https:")
    moved.set_cookie(cookie, token, path=path, secure=secure, httponly=True, samesite="lax")
    return moved


async def opened_by(
    session: AsyncSession, request: Request, invitation_id: str, *, lock: bool = False
) -> OpenedLink | None:
    """Find what the page of an invitation shows to a browser that came by a sign link of just this one."""
    link = await _opened(session, request, lock=lock)
    return link if link and not link.proposal and str(link.invitation.id) == invitation_id else None


async def approver_opened_by(
    session: AsyncSession, request: Request, proposal_id: str, *, lock: bool = False
) -> tuple[OpenedLink, Proposal] | None:
    """Find what the page of a proposal shows to a browser that came by its approver's link."""
    link = await _opened(session, request, lock=lock)
    if link is None or link.proposal is None or str(link.proposal.id) != proposal_id:
        return None
    return link, link.proposal


async def _opened(session: AsyncSession, request: Request, *, lock: bool) -> OpenedLink | None:
    token = request.cookies.get(COOKIE)
    return await opened_link(session, token_hash(token), lock=lock) if token else None


def path_of(services: Services, link: OpenedLink) -> str:
    """Return the path of a link's page."""
    return _path_to(services, link.page)


def _path_to(services: Services, page: LinkedPage) -> str:
    path = f"{APPROVALS}{page.proposal_id}" if page.proposal_id else f"{SIGN_PAGES}{page.invitation_id}"
    return seen_path(services, path)


def seen_path(services: Services, page: str) -> str:
    """Return a path as browsers see it, also where a proxy puts something before it."""
    return f"{urlsplit(services.public_url).path}{page}"
