"""What a form on our pages must show before it counts: made by us for this link, and posted from our page."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Form, Request
from pydantic import AfterValidator, SecretStr

from web.services import Services

_DEFAULT_PORTS = {"http": 80, "https": 443}


def _without_spaces_around(typed: SecretStr) -> SecretStr:
    return SecretStr(typed.get_secret_value().strip())


FormToken = Annotated[str, Form()]
PinText = Annotated[SecretStr, AfterValidator(_without_spaces_around)]
"""A PIN as it was posted: it shows in no repr."""

TypedPin = Annotated[PinText, Form()]

NO_PIN: Final = SecretStr("")


def form_token(services: Services, *made_for: bytes) -> str:
    """Return the hidden value of a form that is made for a link and what its page shows."""
    return services.form_seal.of(*made_for)


def is_ours(request: Request, services: Services, token: str, *made_for: bytes) -> bool:
    """Tell whether a form was made by us for just this, and posted from our own page."""
    return _from_our_page(request, services.public_url) and services.form_seal.fits(token, *made_for)


def origin_of(url: str) -> tuple[str, str | None, int | None] | None:
    """Return scheme, host and port, by which browsers tell sites apart; None where it is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None


def _from_our_page(request: Request, public_url: str) -> bool:
    origin = request.headers.get("Origin")
    same_origin = origin is None or origin_of(origin) == origin_of(public_url)
    return same_origin and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
