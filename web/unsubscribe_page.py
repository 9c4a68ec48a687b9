"""The page behind "unsubscribe" in our mails, and the one click of mail programs (RFC 8058).

Looking changes nothing: scanners look. Whoever holds the link may leave, without a cookie and from any site,
as mail providers post it for their users. The answer is the same for each token, whether we made it or not.
However many come at once, they take few connections from those who sign; to refuse one would keep her there.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse

from storage.unsubscribing import unsubscribe
from templates.catalogs import best_language
from web.pages import UNSUBSCRIPTIONS, rendered
from web.services import Services, Work

router = APIRouter(include_in_schema=False)

LINK: Final = UNSUBSCRIPTIONS + "{token}"
ONE_CLICK: Final = "One-Click"


@router.api_route(LINK, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(token: str, services: Work, lang: str | None = None) -> HTMLResponse:  # noqa: ARG001 - each is answered alike
    """Ask whether she wants to leave."""
    return _page(services, "unsubscribe", lang)


@router.post(LINK, response_class=HTMLResponse)
async def leave(
    token: str,
    services: Work,
    list_unsubscribe: Annotated[str, Form(alias="List-Unsubscribe")] = "",
    lang: str | None = None,
) -> HTMLResponse:
    """Take the address off our lists: from the page's button, and from mail programs alike."""
    if list_unsubscribe != ONE_CLICK:
        return _page(services, "unsubscribe", lang, status=400)
    delivery_id = services.unsubscribe_links.delivery_of(token)
    if delivery_id is not None:
        async with services.leaving, services.database.transaction() as session:
            await unsubscribe(session, delivery_id)
    return _page(services, "unsubscribed", lang)


def _page(services: Services, name: str, lang: str | None, *, status: int = 200) -> HTMLResponse:
    otherwise = services.renderer.default_language
    language = best_language(lang, otherwise) if lang else otherwise
    return rendered(services, name, language, {}, status=status)
