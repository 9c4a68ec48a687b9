"""Whether a call is from the provider whose secret it is signed with, and not older than it may be.

Each takes the secrets that are valid now: two while one is being replaced.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import SecretStr
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError, WebhookVerificationError

OLDEST: Final = timedelta(minutes=5)
"""How far the time of a signature may be from ours, to either side."""

REPEATED: Final = timedelta(hours=25)
"""How old a receipt of Vonage's SMS API may be: it names when it was first sent, and comes for a day."""

_LONGEST_TOKEN: Final = 4_000
_VONAGE_DIGESTS: Final = {64: "sha256", 128: "sha512"}
"""Methods of signing by the length of what they make."""
_VONAGE_DIVIDERS: Final = re.compile("[&=]")


def listed_secrets(listed: SecretStr | None) -> tuple[str, ...]:
    """Return the secrets of a list with commas."""
    return tuple(one.strip() for one in listed.get_secret_value().split(",")) if listed else ()


def is_bearer(secrets: Iterable[str], authorization: str) -> bool:
    """Tell whether an Authorization header carries one of the keys."""
    kind, _, given = authorization.partition(" ")
    return kind.lower() == "bearer" and _is_one_of(secrets, given.strip())


def signed_by_twilio(
    secrets: Iterable[str], urls: Iterable[str], form: Sequence[tuple[str, str]], signature: str
) -> bool:
    """Check X-Twilio-Signature: base64 of the HMAC-SHA1 over the address and the sorted form.

    Proxies and Twilio do not agree whether a default port belongs to an address: any of `urls` will do.
    """
    fields = "".join(name + value for name, value in sorted(set(form)))
    expected = (
        base64.b64encode(hmac.digest(secret.encode(), (url + fields).encode(), hashlib.sha1)).decode()
        for secret in secrets
        for url in urls
    )
    return _is_one_of(expected, signature)


def signed_by_vonage(secrets: Iterable[str], body: bytes, authorization: str, now: datetime) -> bool:
    """Check a signed webhook: a JWT (RFC 7519) by HMAC-SHA256 that names time and hash of the body."""
    kind, _, token = authorization.partition(" ")
    signed, _, signature = token.strip().rpartition(".")
    if kind.lower() != "bearer" or len(token) > _LONGEST_TOKEN:
        return False
    expected = (_jwt_part(hmac.digest(one.encode(), signed.encode(), hashlib.sha256)) for one in secrets)
    if not _is_one_of(expected, signature):
        return False
    head, _, claims = signed.partition(".")
    said = _json_part(claims)
    return (
        _json_part(head).get("alg") == "HS256"
        and _is_recent(said.get("iat"), now)
        and _is_one_of([hashlib.sha256(body).hexdigest()], str(said.get("payload_hash", "")))
    )


def signed_by_vonage_sms(secrets: Iterable[str], said: Mapping[str, str], now: datetime) -> bool:
    """Check the `sig` of a receipt: the hexadecimal HMAC over all its other parameters, `timestamp` included.

    Of the methods that an account may choose, those by MD5 and SHA-1 are refused.
    """
    signature, stamp = said.get("sig", "").lower(), said.get("timestamp", "")
    digest = _VONAGE_DIGESTS.get(len(signature))
    if digest is None or not (stamp.isascii() and stamp.isdecimal()):
        return False
    told = "".join(
        f"&{name}={_VONAGE_DIVIDERS.sub('_', value)}" for name, value in sorted(said.items()) if name != "sig"
    )
    signed = told.encode("utf-8", "surrogatepass")
    expected = (hmac.digest(one.encode(), signed, digest).hex() for one in secrets)
    age = now.timestamp() - int(stamp[:12])
    return _is_one_of(expected, signature) and -OLDEST.total_seconds() <= age <= REPEATED.total_seconds()


def signed_by_gateway(
    secrets: Iterable[str], body: bytes, timestamp: str, signature: str, now: datetime
) -> bool:
    """Check the hexadecimal HMAC-SHA256 over `timestamp.body`, the time in seconds since 1970."""
    if not timestamp.isdecimal() or not _is_recent(int(timestamp[:12]), now):
        return False
    signed = timestamp.encode() + b"." + body
    expected = (hmac.digest(one.encode(), signed, hashlib.sha256).hex() for one in secrets)
    return _is_one_of(expected, signature.lower())


def signed_by_standard(secrets: Iterable[str], body: bytes, headers: Mapping[str, str]) -> bool:
    """Check a call by Standard Webhooks: id, time and signature stand in its headers."""
    return any(_verifies(secret, body, headers) for secret in secrets)


def _verifies(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, dict(headers))
    except (WebhookVerificationError, EmptyWebhookSecretError, ValueError, OverflowError, OSError):
        return False
    return True


def _is_one_of(expected: Iterable[str], given: str) -> bool:
    """Compare with each, in the same time wherever they differ."""
    told = given.encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(one.encode(), told) for one in expected]
    return any(matches)


def _is_recent(seconds: object, now: datetime) -> bool:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return False
    return abs(now.timestamp() - seconds) <= OLDEST.total_seconds()


def _jwt_part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _json_part(part: str) -> dict[str, Any]:
    """Read a part of a token; nothing where it is none."""
    try:
        tree = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}
