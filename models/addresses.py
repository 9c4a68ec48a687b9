"""The addresses messages go to, each in its one canonical form."""

import base64
import binascii
import re
from typing import Annotated
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, SecretStr, StringConstraints

from models.problems import refusal
from models.vocabulary import Channel

_PHONE = re.compile(r"\+[0-9][0-9 ().-]{5,30}")
_SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix that Standard Webhooks gives secrets
_SECRET_BYTES = range(24, 65)


def canonical_email(text: str) -> str:
    """Return a mail address with its domain in lower-case ASCII (RFC 5321, no SMTPUTF8)."""
    try:
        found = validate_email(text, allow_smtputf8=False, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise refusal("must be a mail address", "Write it as name@organisation.example.") from None
    return found.ascii_email or found.normalized


def canonical_phone(text: str) -> str:
    """Return a phone number in E.164."""
    try:
        number = phonenumbers.parse(text) if _PHONE.fullmatch(text) else None
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise refusal("must be a phone number", "Write it with + and the country's code: +12025550123.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def canonical_address(channel: Channel, value: str) -> str:
    """Return the canonical form of an address on a channel; a postal address stays as it is."""
    if channel is Channel.EMAIL:
        return canonical_email(value)
    return canonical_phone(value) if channel is Channel.SMS else value


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        well_formed = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed or not text.isascii() or not text.isprintable() or " " in text:
        raise refusal("must be a web address", "Write it as https://host/path.")
    if "@" in parts.netloc or parts.fragment:
        raise refusal("must be a web address without user name or fragment", "Write it as https://host/path.")
    return text


def webhook_secret(secret: SecretStr) -> SecretStr:
    """Refuse what is no secret by Standard Webhooks."""
    text = secret.get_secret_value()
    try:
        key = base64.b64decode(text.removeprefix(_SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(_SECRET_PREFIX) or len(key) not in _SECRET_BYTES:
        raise refusal(
            "must be a Standard Webhooks secret", "Write whsec_ and the base64 of 24 to 64 random bytes."
        )
    return secret


EmailAddress = Annotated[str, StringConstraints(strict=True, max_length=254), AfterValidator(canonical_email)]
PhoneNumber = Annotated[str, StringConstraints(strict=True, max_length=40), AfterValidator(canonical_phone)]
WebAddress = Annotated[str, StringConstraints(strict=True, max_length=2_000), AfterValidator(_web_address)]
WebhookSecret = Annotated[SecretStr, AfterValidator(webhook_secret)]
