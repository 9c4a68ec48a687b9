"""Pages for people with a browser: rendered in their language, under a policy that lets nothing else in."""

import secrets
from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import HTMLResponse

from web.services import Services

SIGN_LINKS = "/s/"
SIGN_PAGES = "/sign/"
ENROLMENTS = "/e/"
VERIFICATIONS = "/v/"
FOLDERS = (SIGN_LINKS, SIGN_PAGES, ENROLMENTS, VERIFICATIONS)
"""Where people come with a secret link and a browser; what goes wrong there is answered by a page as well."""

_NATIVE = {"es": "Español", "en": "English", "pt": "Português", "fr": "Français"}

# Not `no-referrer`: browsers would then post our own forms with `Origin: null`, as if another site had.
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}


def rendered(
    services: Services, name: str, language: str, context: Mapping[str, object], *, status: int = 200
) -> HTMLResponse:
    """Answer with the page of a template."""
    nonce = secrets.token_urlsafe(16)
    languages = [(code, _NATIVE.get(code, code), f"?lang={code}") for code in services.renderer.languages()]
    html = services.renderer.page(name, language, {**context, "csp_nonce": nonce, "languages": languages})
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(html, status, headers={"Content-Security-Policy": policy, **_PRIVATE})


def wanted_language(services: Services, wanted: str | None, otherwise: str) -> str:
    """Return the language of the switcher, where a visitor used it."""
    return wanted if wanted in services.renderer.languages() else otherwise


def error_page(request: Request, status: int) -> HTMLResponse:
    """Say to a visitor that something went wrong, and what to do."""
    services: Services = request.app.state.services
    language = wanted_language(services, request.query_params.get("lang"), services.renderer.default_language)
    return rendered(services, "error", language, {"status": status}, status=status)
