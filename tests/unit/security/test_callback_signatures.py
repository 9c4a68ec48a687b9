"""Signatures of callbacks: the right one passes, and nothing else."""

import hashlib
import hmac
import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from standardwebhooks import Webhook

from security.callback_signatures import (
    OLDEST,
    is_bearer,
    listed_secrets,
    signed_by_gateway,
    signed_by_standard,
    signed_by_twilio,
    signed_by_vonage,
    signed_by_vonage_sms,
)

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECRET, OLD = "an invented secret", "an older secret"
BODY = b'{"status": "delivered"}'

# As Twilio publishes it with its libraries: token, address, form, signature.
TOKEN = "12345"
CALLED = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_the_published_example_of_twilio_passes() -> None:
    assert signed_by_twilio([TOKEN], [CALLED], FORM[::-1], SIGNATURE)
    assert signed_by_twilio([OLD, TOKEN], ["https://x.example", CALLED], FORM, SIGNATURE)


@pytest.mark.parametrize(
    ("secrets", "address", "form", "signature"),
    [
        ([], CALLED, FORM, SIGNATURE),
        ([OLD], CALLED, FORM, SIGNATURE),
        ([TOKEN], CALLED + "0", FORM, SIGNATURE),
        ([TOKEN], CALLED, FORM[1:], SIGNATURE),
        ([TOKEN], CALLED, [*FORM[1:], ("CallSid", "other")], SIGNATURE),
        ([TOKEN], CALLED, FORM, SIGNATURE[:-2]),
        ([TOKEN], CALLED, FORM, ""),
        ([TOKEN], CALLED, FORM, "ñ" * 28),
    ],
)
def test_another_secret_address_form_or_signature_does_not(
    secrets: list[str], address: str, form: list[tuple[str, str]], signature: str
) -> None:
    assert not signed_by_twilio(secrets, [address], form, signature)


def token(secret: str = SECRET, body: bytes = BODY, *, algorithm: str = "HS256", **claims: Any) -> str:
    """Sign a call as Vonage does."""
    told = {"iat": NOW.timestamp(), "payload_hash": hashlib.sha256(body).hexdigest(), **claims}
    parts = ".".join(_part(json.dumps(one).encode()) for one in ({"alg": algorithm, "typ": "JWT"}, told))
    return f"Bearer {parts}.{_part(hmac.digest(secret.encode(), parts.encode(), 'sha256'))}"


def _part(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_signed_webhook_passes_by_either_secret() -> None:
    assert signed_by_vonage([SECRET], BODY, token(), NOW)
    assert signed_by_vonage([OLD, SECRET], BODY, token(), NOW)


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer ",
        "Bearer a.b.c",
        token(OLD),
        token(body=b"{}"),
        token(algorithm="none"),
        token(algorithm="HS512"),
        token(iat=None),
        token(iat="now"),
        token(iat=True),
        token(iat=(NOW - OLDEST - timedelta(seconds=1)).timestamp()),
        token(iat=(NOW + OLDEST + timedelta(seconds=1)).timestamp()),
        token(payload_hash=None),
        token().replace("Bearer", "Basic"),
        token()[:-3],
        token() + "A" * 5_000,
        token().replace(".", ".."),
    ],
    ids=range(17),
)
def test_a_webhook_that_is_old_forged_or_of_another_body_does_not(authorization: str) -> None:
    assert not signed_by_vonage([SECRET], BODY, authorization, NOW)


# As Vonage publishes it with its libraries: parameters, secret, signatures.
PUBLISHED = {"a": "1", "b": "2", "timestamp": "1461605396"}
PUBLISHED_SECRET, PUBLISHED_AT = "secret", datetime.fromtimestamp(1461605396, UTC)
BY_MD5, BY_SHA1 = "6af838ef94998832dbfc29020b564830", "3e19a4e6880fdc2c1426bfd0587c98b9532f0210"
BY_SHA256 = "a321e824b9b816be7c3f28859a31749a098713d39f613c80d455bbaffae1cd24"
BY_SHA512 = hmac.digest(b"secret", b"&a=1&b=2&timestamp=1461605396", "sha512").hex()


@pytest.mark.parametrize("signature", [BY_SHA256, BY_SHA256.upper(), BY_SHA512])
def test_the_published_example_of_vonages_sms_api_passes(signature: str) -> None:
    said = {**PUBLISHED, "sig": signature}
    assert signed_by_vonage_sms([OLD, PUBLISHED_SECRET], said, PUBLISHED_AT)
    assert signed_by_vonage_sms([PUBLISHED_SECRET], dict(reversed(said.items())), PUBLISHED_AT)
    assert not signed_by_vonage_sms([OLD], said, PUBLISHED_AT)
    assert not signed_by_vonage_sms([], said, PUBLISHED_AT)
    assert not signed_by_vonage_sms([PUBLISHED_SECRET], {**said, "b": "3"}, PUBLISHED_AT)
    assert not signed_by_vonage_sms([PUBLISHED_SECRET], {**said, "c": ""}, PUBLISHED_AT)


@pytest.mark.parametrize("signature", ["", BY_MD5, BY_SHA1, BY_SHA256[:-1], "ñ" * 64, BY_SHA256[:-1] + "g"])
def test_a_receipt_by_a_weak_or_wrong_signature_does_not(signature: str) -> None:
    assert not signed_by_vonage_sms([PUBLISHED_SECRET], {**PUBLISHED, "sig": signature}, PUBLISHED_AT)


def test_dividers_in_values_are_signed_as_vonage_does() -> None:
    signed = b"&text=2 _ 5_7&timestamp=1461605396"
    said = {
        "text": "2 & 5=7",
        "timestamp": "1461605396",
        "sig": hmac.digest(b"secret", signed, "sha256").hex(),
    }
    assert signed_by_vonage_sms([PUBLISHED_SECRET], said, PUBLISHED_AT)


@pytest.mark.parametrize(("hours", "passes"), [(-1, False), (0, True), (24, True), (26, False)])
def test_a_receipt_may_come_again_for_a_day(hours: int, passes: bool) -> None:  # noqa: FBT001
    at = PUBLISHED_AT + timedelta(hours=hours)
    assert signed_by_vonage_sms([PUBLISHED_SECRET], {**PUBLISHED, "sig": BY_SHA256}, at) is passes


@pytest.mark.parametrize("stamp", [None, "", "now", "-1", "٣", "9" * 400])
def test_a_receipt_without_a_time_is_refused(stamp: str | None) -> None:
    said = {"a": "1"} if stamp is None else {"a": "1", "timestamp": stamp}
    signed = "".join(f"&{name}={said[name]}" for name in sorted(said))
    signature = hmac.digest(b"secret", signed.encode(), "sha256").hex()
    assert not signed_by_vonage_sms([PUBLISHED_SECRET], {**said, "sig": signature}, PUBLISHED_AT)


def gateway(secret: str = SECRET, body: bytes = BODY, at: datetime = NOW) -> tuple[str, str]:
    """Sign a call as a gateway does."""
    stamp = str(int(at.timestamp()))
    return stamp, hmac.digest(secret.encode(), stamp.encode() + b"." + body, "sha256").hex()


def test_a_gateway_signs_body_and_time() -> None:
    stamp, signature = gateway()
    assert signed_by_gateway([OLD, SECRET], BODY, stamp, signature.upper(), NOW)
    assert not signed_by_gateway([SECRET], BODY + b" ", stamp, signature, NOW)
    assert not signed_by_gateway([SECRET], BODY, str(int(stamp) + 1), signature, NOW)
    assert not signed_by_gateway([OLD], BODY, stamp, signature, NOW)
    assert not signed_by_gateway([], BODY, stamp, signature, NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_gateway_that_signed_too_long_ago_is_not_believed(minutes: int) -> None:
    stamp, signature = gateway(at=NOW + timedelta(minutes=minutes))
    assert not signed_by_gateway([SECRET], BODY, stamp, signature, NOW)


@pytest.mark.parametrize("stamp", ["", "-1", "1e9", "٣", "9" * 400])
def test_a_time_that_is_none_is_refused(stamp: str) -> None:
    assert not signed_by_gateway([SECRET], BODY, stamp, "00", NOW)


@pytest.mark.parametrize(
    ("authorization", "passes"),
    [
        (f"Bearer {SECRET}", True),
        (f"bearer  {SECRET} ", True),
        (f"Basic {SECRET}", False),
        ("Bearer", False),
        (f"Bearer {SECRET}x", False),
        ("Bearer \udcff", False),
        ("", False),
    ],
)
def test_a_bearer_key_is_compared_whole(authorization: str, passes: bool) -> None:  # noqa: FBT001
    assert is_bearer([OLD, SECRET], authorization) is passes
    assert not is_bearer([], authorization)


HOOK = "whsec_" + b64encode(b"an invented secret of 32 letters").decode()


def standard(body: bytes = BODY, at: datetime | None = None) -> dict[str, str]:
    """Sign a call by Standard Webhooks."""
    at = at or datetime.now(UTC)
    signature = Webhook(HOOK).sign("msg_1", at, body.decode())
    stamp = str(int(at.timestamp()))
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


def test_a_standard_webhook_passes_by_either_secret() -> None:
    other = "whsec_" + b64encode(b"another invented secret, as long").decode()
    assert signed_by_standard([other, HOOK], BODY, standard())
    assert not signed_by_standard([other], BODY, standard())
    assert not signed_by_standard([], BODY, standard())
    assert not signed_by_standard([HOOK], BODY + b" ", standard())
    assert not signed_by_standard([HOOK], BODY, standard(at=datetime.now(UTC) - timedelta(minutes=6)))


@given(
    st.binary(max_size=60),
    st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text(max_size=40)
    ),
)
def test_nothing_that_somebody_makes_up_passes_or_raises(body: bytes, headers: dict[str, str]) -> None:
    assert not signed_by_standard([HOOK], body, headers)
    told = headers.get("webhook-signature", "")
    assert not signed_by_vonage([SECRET], body, f"Bearer {told}", NOW)
    assert not signed_by_gateway([SECRET], body, headers.get("webhook-timestamp", ""), told, NOW)
    said = {**headers, "sig": told.ljust(64, "0"), "timestamp": str(int(NOW.timestamp()))}
    assert not signed_by_vonage_sms([SECRET], said, NOW)


def test_secrets_are_listed_with_a_comma() -> None:
    assert listed_secrets(None) == ()
    assert listed_secrets(SecretStr("one, two")) == ("one", "two")
