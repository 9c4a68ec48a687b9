"""Calls of providers, signed as they sign them with the secrets of the tests' site."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx
from standardwebhooks import Webhook

from tests.integration.web.site import CALLBACKS, PUBLIC_URL, Site


async def call_twilio(
    site: Site, form: Mapping[str, str], *, query: str = "", secret: str = CALLBACKS.twilio[0], port: str = ""
) -> httpx.Response:
    """Call as Twilio does."""
    path = f"/callbacks/twilio{query}"
    signed = f"{PUBLIC_URL}{port}{path}" + "".join(name + form[name] for name in sorted(form))
    signature = base64.b64encode(hmac.digest(secret.encode(), signed.encode(), "sha1")).decode()
    headers = {
        "X-Twilio-Signature": signature,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    async with site.client() as client:
        return await client.post(path, content=urlencode(form), headers=headers)


async def call_vonage(site: Site, said: object, secret: str = CALLBACKS.vonage[1]) -> httpx.Response:
    """Call as Vonage does with a signed token."""
    body = json.dumps(said).encode()
    claims = {"iat": datetime.now(UTC).timestamp(), "payload_hash": hashlib.sha256(body).hexdigest()}
    parts = ".".join(_part(json.dumps(one).encode()) for one in ({"alg": "HS256"}, claims))
    token = f"{parts}.{_part(hmac.digest(secret.encode(), parts.encode(), 'sha256'))}"
    async with site.client(Authorization=f"Bearer {token}") as client:
        return await client.post("/callbacks/vonage", content=body)


def signed_by_sms_api(said: Mapping[str, str], secret: str, digest: str = "sha256") -> dict[str, str]:
    """Sign a receipt as Vonage's SMS API does."""
    told = {**said, "nonce": "2a6f0d5e", "timestamp": str(int(datetime.now(UTC).timestamp()))}
    plain = "".join(f"&{name}={told[name].replace('&', '_').replace('=', '_')}" for name in sorted(told))
    return {**told, "sig": hmac.digest(secret.encode(), plain.encode(), digest).hex().upper()}


async def call_vonage_sms(
    site: Site, said: Mapping[str, str], secret: str = CALLBACKS.vonage[1], *, form: bool = False
) -> httpx.Response:
    """Call as Vonage's SMS API does, with JSON or a form."""
    signed = signed_by_sms_api(said, secret)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    async with site.client(**{"Content-Type": kind}) as client:
        body = urlencode(signed) if form else json.dumps(signed)
        return await client.post("/callbacks/vonage", content=body)


async def call_gateway(site: Site, said: object, *, bearer: bool = False) -> httpx.Response:
    """Call as another gateway does."""
    body, (secret,) = json.dumps(said).encode(), CALLBACKS.gateway
    stamp = str(int(datetime.now(UTC).timestamp()))
    signature = hmac.digest(secret.encode(), f"{stamp}.".encode() + body, "sha256").hex()
    signed = {"X-Timestamp": stamp, "X-Signature": signature}
    async with site.client() as client:
        headers = {"Authorization": f"Bearer {secret}"} if bearer else signed
        return await client.post("/callbacks/sms", content=body, headers=headers)


async def call_mail(site: Site, *events: object) -> httpx.Response:
    """Call as a mail provider does."""
    body, at = json.dumps({"events": events}), datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(CALLBACKS.mail[0]).sign("msg_1", at, body),
    }
    async with site.client() as client:
        return await client.post("/callbacks/mail", content=body, headers=headers)


async def hand_on(site: Site, raw: bytes, key: str = CALLBACKS.bounces[0]) -> httpx.Response:
    """Hand a mail on that came back."""
    async with site.client(Authorization=f"Bearer {key}") as client:
        return await client.post("/callbacks/bounces", content=raw)


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
