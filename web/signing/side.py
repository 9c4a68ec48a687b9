"""The pages beside that of an invitation: what they share, and how they lead back."""

from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from storage.sign_links import OpenedLink
from web.forms import form_token, is_ours
from web.pages import rendered, wanted_language
from web.services import Services
from web.signing.access import path_of
from web.signing.forms import Problems


class SidePage:
    """What one request to such a page answers. Each kind has a name, which its forms are made for as well."""

    def __init__(self, services: Services, request: Request, name: str) -> None:
        self._services = services
        self._request = request
        self._name = name

    def unusable(self) -> HTMLResponse:
        """Say the same of every link that opens nothing, whatever the reason."""
        return rendered(self._services, "unusable", self._language(None), {}, status=404)

    def waiting(self, link: OpenedLink) -> HTMLResponse:
        """Say that nothing can be answered now."""
        return rendered(self._services, "waiting", self._language(link), {"changing": not link.demands_stand})

    def show(
        self, link: OpenedLink, context: dict[str, object], problems: Problems, template: str | None = None
    ) -> HTMLResponse:
        """Show the page, with what keeps its form from counting."""
        ours: dict[str, object] = {
            "index": f"{link.action.reference}/{link.document.number}",
            "partner_name": link.partner.name,
            "time_zone": self._services.time_zone,
            "back": path_of(self._services, link),
            "problems": problems,
        }
        status = 422 if problems else 200
        name = template or self._name
        return rendered(self._services, name, self._language(link), {**ours, **context}, status=status)

    def again(self, link: OpenedLink, part: str) -> RedirectResponse:
        """Have the browser open the page afresh, so that reloading it posts nothing twice."""
        language = self._request.query_params.get("lang")
        known = language in self._services.renderer.languages()
        query = f"?{urlencode({'lang': language})}" if known else ""
        kept_by_nobody = {"Cache-Control": "no-store"}
        address = f"{path_of(self._services, link)}{part}{query}"
        return RedirectResponse(address, 303, headers=kept_by_nobody)

    def language(self, link: OpenedLink) -> str:
        """Return the language in which its reader sees it."""
        return self._language(link)

    def form_token(self, link: OpenedLink, *made_for: bytes) -> str:
        """Return the hidden value of a form of this page."""
        return form_token(self._services, *self._made_for(link, made_for))

    def is_ours(self, link: OpenedLink, token: str, *made_for: bytes) -> bool:
        """Tell whether a form came from this page, for this link."""
        return is_ours(self._request, self._services, token, *self._made_for(link, made_for))

    def _made_for(self, link: OpenedLink, made_for: tuple[bytes, ...]) -> tuple[bytes, ...]:
        opened = link.proposal or link.invitation
        return opened.id.bytes, self._name.encode(), *made_for

    def _language(self, link: OpenedLink | None) -> str:
        otherwise = self._services.renderer.default_language
        if link:
            otherwise = link.proposal.approver_language if link.proposal else link.contact.language
        return wanted_language(self._services, self._request.query_params.get("lang"), otherwise)
