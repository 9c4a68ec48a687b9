"""What a setting may be: each type with its rule and its remedy."""

import re
import ssl
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, SecretStr, ValidationInfo
from pydantic_core import PydanticCustomError

from models.addresses import webhook_secret
from models.endpoints import ports_in
from models.logos import LogoError, read_logo
from models.milestone_reminders import offsets_by_kind
from models.sms_budget import prefix_budgets
from models.verification import policy_of
from models.working_hours import working_hours
from security.callback_signatures import listed_secrets
from security.endpoints import HOST, is_database_url, is_neighbour, is_safe_url, is_server
from security.keys import KeyFormatError, KeyRing, decode_key

WRONG: Final = "acuerpa_setting"
_NAME: Final = r"[^\W_][^\x00-\x1f\x7f-\x9f\u2028\u2029]{0,79}"
_DOMAIN: Final = r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
_SMS_SENDER: Final = r"[A-Za-z0-9 ]{1,11}|\+[1-9][0-9]{6,14}|MG[0-9a-f]{32}"
_GUESSED_BY_NOBODY: Final = r"[!-+\--~]{16,200}"
_DATABASE_REMEDY: Final = "write postgresql+psycopg://user:password@host/name"
_URL_REMEDY: Final = "write https://host/path, no user or query; http:// only for this machine"


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    """In clear: only for a mail server on this machine or in the container network."""
    STARTTLS = "starttls"
    """Starts in clear and must change to TLS before anything is said (port 587)."""
    TLS = "tls"
    """TLS from the first byte (port 465)."""


class SmsProvider(StrEnum):
    """Who takes the text messages."""

    GENERIC = "generic"
    """A gateway that speaks as docs/operations.md says."""
    TWILIO = "twilio"
    """Twilio's Messages resource."""
    VONAGE = "vonage"
    """Vonage's SMS API."""


def _refusal(rule: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError(WRONG, "{rule}: {remedy}", {"rule": rule, "remedy": remedy})


def _must(holds: Callable[[str], object] | str, rule: str, remedy: str) -> AfterValidator:
    """Return a validator by a predicate or by a pattern of the whole text."""
    is_right = re.compile(holds).fullmatch if isinstance(holds, str) else holds

    def check(value: str) -> str:
        if not is_right(value):
            raise _refusal(rule, remedy)
        return value

    return AfterValidator(check)


def _must_parse(parse: Callable[[str], object], remedy: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        try:
            parse(secret.get_secret_value())
        except KeyFormatError as error:
            raise _refusal(f"does not hold usable keys ({error})", remedy) from None
        return secret

    return AfterValidator(check)


def _hard_to_guess(listed: SecretStr) -> SecretStr:
    if not all(re.fullmatch(_GUESSED_BY_NOBODY, one) for one in listed_secrets(listed)):
        raise _refusal(
            "is not a secret", "write at least 16 plain letters; a comma divides an old and a new one"
        )
    return listed


def _standard_webhooks(listed: SecretStr) -> SecretStr:
    try:
        for one in listed_secrets(listed):
            webhook_secret(SecretStr(one))
    except PydanticCustomError:
        raise _refusal(
            "is not a Standard Webhooks secret", "write whsec_ and base64 of 24 to 64 bytes"
        ) from None
    return listed


def _is_mail_address(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def safe_smtp_security(security: SmtpSecurity, info: ValidationInfo) -> SmtpSecurity:
    """Refuse to send mail in clear over a network."""
    host = info.data.get(_beside(info, "host"))
    if security is SmtpSecurity.NONE and host is not None and not is_neighbour(host):
        raise _refusal(
            "sends mail in clear over a network",
            "use starttls or tls, or a mail server on this machine or in the container network",
        )
    return security


def password_with_user_name(password: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    """Refuse a password without a user name, and the other way round."""
    user_name = _beside(info, "username")
    if (password is None) != (info.data.get(user_name) is None):
        raise _refusal(f"does not go with ACUERPA_{user_name.upper()}", "set both of them or neither")
    return password


def url_of_gateway(url: str | None, info: ValidationInfo) -> str | None:
    """Refuse a gateway of which nobody says where it is; the others are known."""
    if url is None and info.data.get(_beside(info, "provider")) is SmsProvider.GENERIC:
        raise _refusal("is missing", "write where the gateway takes messages, or choose another provider")
    return url


def account_of_provider(account: str | None, info: ValidationInfo) -> str | None:
    """Refuse a provider that knows its customers by an account, and none."""
    known_by = {SmsProvider.TWILIO, SmsProvider.VONAGE}
    if account is None and info.data.get(_beside(info, "provider")) in known_by:
        raise _refusal("is missing", "write Twilio's account SID, or Vonage's API key")
    return account


def another_provider(second: SmsProvider | None, info: ValidationInfo) -> SmsProvider | None:
    """Refuse a second provider that is the first: what they say later could not be told apart."""
    if second is not None and second is info.data.get("sms_provider"):
        raise _refusal("is the provider that is there already", "choose another one, or leave it empty")
    return second


def key_of_provider(key: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    """Refuse a second provider without its key."""
    if key is None and info.data.get(_beside(info, "provider")) is not None:
        raise _refusal("is missing", "write the provider's key")
    return key


def _is_link(text: str) -> bool:
    try:
        return is_safe_url(text.format(reference="UA-2026-1", number=1))
    except (ValueError, LookupError, AttributeError):
        return False


def _are_prefix_budgets(text: str) -> bool:
    try:
        prefix_budgets(text)
    except ValueError:
        return False
    return True


def _are_milestone_reminders(line: str) -> bool:
    try:
        offsets_by_kind(line)
    except ValueError:
        return False
    return True


def _beside(info: ValidationInfo, part: str) -> str:
    """Name another setting of the same server."""
    return f"{(info.field_name or '').rpartition('_')[0]}_{part}"


def _readable_picture(file: Path) -> Path:
    try:
        read_logo(file)
    except LogoError as error:
        raise _refusal(error.rule, error.remedy) from None
    return file


def _readable_authorities(file: Path) -> Path:
    try:
        ssl.create_default_context().load_verify_locations(cafile=file)
    except OSError:
        raise _refusal("is not a file of certificates", "name a PEM file that the process can read") from None
    return file


def _are_ports(text: str) -> bool:
    try:
        ports_in(text)
    except ValueError:
        return False
    return True


def _readable_folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise _refusal("is not a folder that can be read", "name the folder that holds the font files")
    return folder


def _is_policy(text: str) -> bool:
    try:
        policy_of(text)
    except ValueError:
        return False
    return True


def _are_working_hours(text: str) -> bool:
    try:
        working_hours(text)
    except ValueError:
        return False
    return True


KeyRingText = Annotated[SecretStr, _must_parse(KeyRing.parse, "write id:key[,id:key], see .env.example")]
Key = Annotated[SecretStr, _must_parse(decode_key, "make one as .env.example says")]
Secrets = Annotated[SecretStr, AfterValidator(_hard_to_guess)]
WebhookSecrets = Annotated[SecretStr, AfterValidator(_standard_webhooks)]
Port = Annotated[int, Field(ge=1, le=65535)]
Host = Annotated[str, _must(HOST, "is not a host", "write its name or IP address, no scheme, no port")]
Server = Annotated[str, _must(is_server, "is not the address of a server", "write host:port")]
Database = Annotated[
    str, Field(repr=False), _must(is_database_url, "is not a PostgreSQL address", _DATABASE_REMEDY)
]
Url = Annotated[str, _must(is_safe_url, "is not a safe address", _URL_REMEDY)]
BaseUrl = Annotated[Url, AfterValidator(lambda url: url.rstrip("/"))]
Name = Annotated[str, _must(_NAME, "is not a name", "write one line of 1 to 80 characters")]
MailAddress = Annotated[str, _must(_is_mail_address, "is not a mail address", "write name@domain only")]
Domain = Annotated[str, _must(_DOMAIN, "is not a domain", "write it in lower case, such as red.example")]
SmsSender = Annotated[
    str, _must(_SMS_SENDER, "is not a sender", "write 1 to 11 letters or digits, or +number")
]
SmsAccountName = Annotated[
    str, _must(r"[A-Za-z0-9_-]{1,80}", "is not an account", "copy it from the provider")
]
SmsLink = Annotated[
    str,
    _must(
        _is_link, "is not a link", "write https://host/path with {reference} and {number} where those belong"
    ),
]
PrefixBudgets = Annotated[
    str, _must(_are_prefix_budgets, "are not budgets by prefix", "write them like +52: 500, +1: 50, *: 20")
]
MilestoneReminders = Annotated[
    str,
    _must(
        _are_milestone_reminders,
        "are not reminders of milestones",
        "write them like hearing: P14D P1D / P1D, anniversary: P30D",
    ),
]
Language = Annotated[str, _must(r"[a-z]{2,3}(-[A-Z]{2})?", "is not a language", "write it like es or pt-BR")]
Folder = Annotated[Path, AfterValidator(_readable_folder)]
Picture = Annotated[Path, AfterValidator(_readable_picture)]
TimeZone = Annotated[
    str,
    _must(
        lambda name: name in available_timezones(), "is not a time zone", "write it like America/Mexico_City"
    ),
]
Connections = Annotated[int, Field(ge=1, le=64)]
Processes = Annotated[int, Field(ge=1, le=16)]
Ports = Annotated[str, _must(_are_ports, "is not a list of ports", "write them like 443 or 443,8443")]
Authorities = Annotated[Path, AfterValidator(_readable_authorities)]
Rate = Annotated[float, Field(ge=0.01, le=10_000)]
Amount = Annotated[int, Field(ge=1, le=100_000_000)]
WorkingHours = Annotated[
    str, _must(_are_working_hours, "are not working hours", "write them like mon-fri 09:00-18:00")
]
Verification = Annotated[
    str, _must(_is_policy, "is not a verification policy", "write it like the default in .env.example")
]
