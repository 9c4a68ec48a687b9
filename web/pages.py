"""Pages for people with a browser: rendered in their language, under a policy that lets nothing else in."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from security.unsubscribing import UNSUBSCRIBE
from templates.catalogs import native_name
from web.services import Services

SIGN_LINKS = "/s/"
SIGN_PAGES = "/sign/"
RECEIPT_LINKS = "/r/"
RECEIPT_PAGES = "/receipt/"
CHECK_IN_LINKS = "/c/"
CHECK_IN_PAGES = "/check-in/"
APPROVALS = "/approve/"
ENROLMENTS = "/e/"
VERIFICATIONS = "/v/"
SCREENS = "/screen/"
SCREEN_PAGES = "/screens/"
UNSUBSCRIPTIONS = UNSUBSCRIBE
PUBLIC = "/public/"
FOLDERS = (
    SIGN_LINKS,
    SIGN_PAGES,
    RECEIPT_LINKS,
    RECEIPT_PAGES,
    CHECK_IN_LINKS,
    CHECK_IN_PAGES,
    APPROVALS,
    ENROLMENTS,
    VERIFICATIONS,
    SCREENS,
    SCREEN_PAGES,
    UNSUBSCRIPTIONS,
)
"""Where people come with a secret link and a browser; what goes wrong there is answered by a page as well."""

Switch = Sequence[tuple[str, str, str]]
"""Languages to choose from: code, name in itself, and the address that chooses it."""

NOT_INDEXED: Final = {"X-Robots-Tag": "noindex"}


class Showing(NamedTuple):
    """How far a page may travel: its headers, the sites that may frame it, and whether it shows pictures."""

    headers: Mapping[str, str]
    framed_by: str = "'none'"
    pictures: bool = False


# Not `no-referrer`: browsers would then post our own forms with `Origin: null`, as if another site had.
PRIVATE: Final = Showing({"Cache-Control": "no-store", "Referrer-Policy": "same-origin", **NOT_INDEXED})


def rendered(
    services: Services,
    name: str,
    language: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
    kept: Mapping[str, str] | None = None,
    showing: Showing = PRIVATE,
) -> HTMLResponse:
    """Answer with the page of a template; `kept` is what the address of its other languages holds, too."""
    nonce = secrets.token_urlsafe(16)
    ours = {**_on_every_page(services, kept), "csp_nonce": nonce}
    html = services.renderer.page(name, language, {**context, **ours})
    return _page(services, html, nonce, status, showing)


def rendered_in_mould(
    services: Services,
    name: str,
    language: str,
    shared: Mapping[str, object],
    own: Mapping[str, str],
    *,
    kept: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Answer as `rendered` does, but set what is `shared` once for all its readers: see `Renderer`."""
    nonce = secrets.token_urlsafe(16)
    ours = _on_every_page(services, kept)
    html = services.renderer.page_in_mould(name, language, {**shared, **ours}, {**own, "csp_nonce": nonce})
    return _page(services, html, nonce, 200, PRIVATE)


def _on_every_page(services: Services, kept: Mapping[str, str] | None) -> dict[str, object]:
    return {
        "languages": switch("lang", services.renderer.languages(), kept),
        "logo": f"/logo/{services.logo.name}" if services.logo else None,
    }


def _page(services: Services, html: str, nonce: str, status: int, showing: Showing) -> HTMLResponse:
    images = "img-src 'self'; " if services.logo or showing.pictures else ""
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; {images}form-action 'self'; "
        f"base-uri 'none'; frame-ancestors {showing.framed_by}"
    )
    return HTMLResponse(html, status, headers={"Content-Security-Policy": policy, **showing.headers})


def switch(parameter: str, languages: Iterable[str], kept: Mapping[str, str] | None = None) -> Switch:
    """List languages with the address that chooses each by a parameter, and keeps what was chosen before."""
    return _switch(parameter, tuple(languages), tuple((kept or {}).items()))


@lru_cache(256)
def _switch(parameter: str, languages: tuple[str, ...], kept: tuple[tuple[str, str], ...]) -> Switch:
    return tuple(
        (code, native_name(code), f"?{urlencode({**dict(kept), parameter: code})}") for code in languages
    )


def wanted_language(services: Services, wanted: str | None, otherwise: str) -> str:
    """Return the language of the switcher, where a visitor used it."""
    return wanted if wanted in services.renderer.languages() else otherwise


def error_page(request: Request, status: int) -> HTMLResponse:
    """Say to a visitor that something went wrong, and what to do."""
    services: Services = request.app.state.services
    language = wanted_language(services, request.query_params.get("lang"), services.renderer.default_language)
    return rendered(services, "error", language, {"status": status}, status=status)
