"""The live page of an action: how the signing goes, on a screen that everybody in the room sees."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from security.tokens import token_hash
from storage.screens import Signing, opened_screen, signing_of
from web.pages import SCREEN_PAGES, SCREENS, rendered, wanted_language
from web.services import Services, Work

router = APIRouter(include_in_schema=False)

COOKIE: Final = "screen"
REFRESH_SECONDS: Final = 15

_KEPT_BY_NOBODY = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@router.api_route(SCREENS + "{token}", methods=["GET", "HEAD"])
async def follow(token: str, request: Request, services: Work, lang: str | None = None) -> Response:
    """Send a browser on to the page: its address stands on the screen, and must be no secret."""
    async with services.database.transaction() as session:
        opened = await opened_screen(session, token_hash(token))
    if opened is None:
        return _page(services, request, "screen_unusable", {}, status=404)
    path = f"{urlsplit(services.public_url).path.rstrip('/')}{SCREEN_PAGES}{opened.link.id}"
    known = lang in services.renderer.languages()
    moved = RedirectResponse(f"{path}?lang={lang}" if known else path, 303, headers=_KEPT_BY_NOBODY)
    secure = services.public_url.startswith("https:")
    # It lasts as long as the link: a screen that lost its power comes back by itself.
    moved.set_cookie(
        COOKIE,
        token,
        path=path,
        expires=opened.link.expires_at,
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return moved


@router.api_route(SCREEN_PAGES + "{link_id}", methods=["GET", "HEAD"], response_class=HTMLResponse)
async def show(link_id: str, request: Request, services: Work) -> HTMLResponse:
    """Show how the signing goes, and come again by itself; while nothing may be shown, say that alone."""
    token = request.cookies.get(COOKIE)
    async with services.database.transaction() as session:
        opened = await opened_screen(session, token_hash(token)) if token else None
        if opened is None or str(opened.link.id) != link_id:
            return _page(services, request, "screen_unusable", {}, status=404)
        context = await _context(session, services, opened.action)
    paused = request.query_params.get("paused") == "1"
    page = _page(services, request, "screen", {**context, "paused": paused, "seconds": REFRESH_SECONDS})
    if not paused:
        page.headers["Refresh"] = str(REFRESH_SECONDS)
    return page


async def _context(session: AsyncSession, services: Services, action: UrgentAction) -> dict[str, object]:
    state = _state(action)
    if state != "shown":
        return {"state": state}
    signing = await signing_of(session, action)
    if signing is None:
        return {"state": "not_opened", "index": action.reference}
    return {
        **_progress(signing),
        "state": state,
        "index": f"{action.reference}/{signing.document.number}",
        "quorum": signing.quorum,
        "updated_at": now(),
        "time_zone": services.time_zone,
    }


def _state(action: UrgentAction) -> str:
    """Tell what keeps everything else from the screen."""
    if action.stopped_at or action.rejected_at or action.closed_at:
        return "ended"
    return "on_hold" if action.held_at else "shown"


def _progress(signing: Signing) -> dict[str, object]:
    document, status = signing.document, signing.status
    closes_at = document.sign_on_closes_at
    ended = document.sign_on_ended_at is not None
    left = closes_at - now() if closes_at and not ended else timedelta(0)
    return {
        "invited": status.invited,
        "signed": status.signed,
        "organisations": signing.organisations,
        "unanswered": status.invited - status.answered,
        "closes_at": _while_it_lasts(closes_at, left),
        "hours_left": int(left / timedelta(hours=1)),
        "minutes_left": int(left / timedelta(minutes=1)) % 60,
        "signatories": [one._asdict() for one in signing.signatories],
    }


def _while_it_lasts(closes_at: datetime | None, left: timedelta) -> datetime | None:
    return closes_at if left > timedelta(0) else None


def _page(
    services: Services, request: Request, name: str, context: dict[str, object], *, status: int = 200
) -> HTMLResponse:
    language = wanted_language(services, request.query_params.get("lang"), services.renderer.default_language)
    kept = {"paused": "1"} if context.get("paused") else None
    return rendered(services, name, language, context, status=status, kept=kept)
