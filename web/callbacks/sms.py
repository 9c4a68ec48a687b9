"""Callbacks of SMS providers: what became of text messages."""

import json
from typing import Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from fastapi import APIRouter, Request, Response

from models.columns import now
from models.delivery_receipts import DeliveryReceipt
from models.receipt_codes import CallbackProvider, sms_verdict
from models.vocabulary import Channel
from security.callback_signatures import (
    is_bearer,
    signed_by_gateway,
    signed_by_twilio,
    signed_by_vonage,
    signed_by_vonage_sms,
)
from storage.delivery_receipts import take_receipts
from web.callbacks.guard import COMPARE, let_in, read_body, taken, unreadable, unrecognised
from web.callbacks.schemas import GatewayStatus, TwilioStatus, VonageStatus, delivery_id
from web.services import Services, Work

router = APIRouter(prefix="/callbacks", include_in_schema=False)

_MOST_FIELDS: Final = 100
_WEAK_SIGNATURES: Final = (32, 40)
"""What MD5 and SHA-1 make."""
_STRONGER: Final = "choose SHA-256 HMAC as signature method in the account's API settings"
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


@router.post("/twilio")
async def twilio(request: Request, services: Work) -> Response:
    """Take a status callback: a form, signed over the address that was called and all fields."""
    provider, body = CallbackProvider.TWILIO, await read_body(request)
    form, signature = _form(body), request.headers.get("X-Twilio-Signature", "")
    urls = _addresses(services.public_url, request)
    let_in(
        services.callbacks,
        provider,
        authentic=signed_by_twilio(services.callbacks.twilio, urls, form, signature),
    )
    try:
        said = TwilioStatus.model_validate(dict(form))
    except ValueError:
        raise unreadable(provider) from None
    ours = delivery_id(request.query_params.get("delivery"))
    return await _take(services, provider, (said.status, said.code), said.reference, ours)


@router.post("/vonage")
async def vonage(request: Request, services: Work) -> Response:
    """Take a delivery receipt of the SMS API, or a webhook with a signed token."""
    provider, body = CallbackProvider.VONAGE, await read_body(request)
    secrets, authorization = services.callbacks.vonage, request.headers.get("Authorization", "")
    parameters = _parameters(body)
    let_in(
        services.callbacks,
        provider,
        authentic=signed_by_vonage_sms(secrets, parameters, now())
        or signed_by_vonage(secrets, body, authorization, now()),
        remedy=_STRONGER if len(parameters.get("sig", "")) in _WEAK_SIGNATURES else COMPARE,
    )
    try:
        said = (
            VonageStatus.model_validate(parameters) if parameters else VonageStatus.model_validate_json(body)
        )
    except ValueError:
        raise unreadable(provider) from None
    return await _take(
        services, provider, (said.status, said.code or said.error.title), said.reference, said.ours
    )


@router.post("/sms")
async def gateway(request: Request, services: Work) -> Response:
    """Take the status of a message from any other gateway, with a bearer key or a signature and its time."""
    provider, body = CallbackProvider.GATEWAY, await read_body(request)
    secrets, told = services.callbacks.gateway, request.headers
    authentic = is_bearer(secrets, told.get("Authorization", "")) or signed_by_gateway(
        secrets, body, told.get("X-Timestamp", ""), told.get("X-Signature", ""), now()
    )
    let_in(services.callbacks, provider, authentic=authentic)
    try:
        said = GatewayStatus.model_validate_json(body)
    except ValueError:
        raise unreadable(provider) from None
    return await _take(services, provider, (said.status, said.reason), said.id, said.delivery_id)


async def _take(
    services: Services,
    provider: CallbackProvider,
    said: tuple[str, str | None],
    reference: str | None,
    ours: UUID | None,
) -> Response:
    status, code = said
    verdict = sms_verdict(provider, status, code)
    if verdict is None or not (reference or ours):
        raise unreadable(provider)
    if not verdict.recognised:
        unrecognised(provider, str(code))
    receipt = DeliveryReceipt(verdict.kind, ours, reference)
    await take_receipts(services.database, Channel.SMS, provider, [receipt])
    services.feed.anything.set()
    return taken()


def _form(body: bytes) -> list[tuple[str, str]]:
    """Read a form; nothing where it is none, which no signature fits."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return []


def _parameters(body: bytes) -> dict[str, str]:
    """Read the parameters of a receipt, JSON or form; nothing where it holds more than texts and numbers."""
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        return dict(_form(body))
    if not isinstance(tree, dict) or not all(type(value) in {str, int} for value in tree.values()):
        return {}
    return {name: str(value) for name, value in tree.items()}


def _addresses(public_url: str, request: Request) -> list[str]:
    """Return how the caller may have written the address that it called: as it knows us, not the proxy."""
    query = f"?{request.url.query}" if request.url.query else ""
    path = f"{request.url.path}{query}"
    parts = urlsplit(public_url)
    with_port = parts._replace(netloc=f"{parts.netloc}:{_DEFAULT_PORTS.get(parts.scheme)}").geturl()
    return [f"{base}{path}" for base in ((public_url,) if parts.port else (public_url, with_port))]
