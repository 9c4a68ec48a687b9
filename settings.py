"""Everything an operator can set, read once at start-up by the composition roots and by nobody else."""

import difflib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import available_timezones

from dotenv import dotenv_values
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from logs import LogFormat
from models.logos import LogoError, read_logo
from models.verification import POLICIES, described, policy_of
from models.vocabulary import Urgency
from models.working_hours import DEFAULT_HOURS, MOST_REMINDERS, working_hours
from security.endpoints import HOST, is_database_url, is_neighbour, is_safe_url, is_server
from security.keys import KeyFormatError, KeyRing, decode_key

ENV_PREFIX: Final = "ACUERPA_"
ENV_FILE: Final = ".env"
OTHER_TOOLS_NAMES: Final = frozenset({"ACUERPA_API_URL", "ACUERPA_API_KEY", "ACUERPA_READY_FILE"})
"""Variables with our prefix that starter.py and the local stack read for themselves."""

_CUSTOM: Final = "acuerpa_setting"
_NAME: Final = r"[^\W_][^\x00-\x1f\x7f-\x9f\u2028\u2029]{0,79}"
_DOMAIN: Final = r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
_SMS_SENDER: Final = r"[A-Za-z0-9 ]{1,11}|\+[1-9][0-9]{6,14}"
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


@dataclass(frozen=True)
class WrongSetting:
    """One wrong variable, described without its value."""

    variable: str
    rule: str
    remedy: str


class SettingsError(SystemExit):
    """Stop the start-up with a line for each wrong variable; uncaught, Python prints it and exits with 1."""

    def __init__(self, problems: tuple[WrongSetting, ...]) -> None:
        self.problems = problems
        lines = (f"  {problem.variable} {problem.rule}: {problem.remedy}" for problem in problems)
        super().__init__("\n".join(["Acuerpa cannot start with these settings:", *lines]))


def _refusal(rule: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError(_CUSTOM, "{rule}: {remedy}", {"rule": rule, "remedy": remedy})


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


def _is_mail_address(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _safe_smtp_security(security: SmtpSecurity, info: ValidationInfo) -> SmtpSecurity:
    host = info.data.get("smtp_host")
    if security is SmtpSecurity.NONE and host is not None and not is_neighbour(host):
        raise _refusal(
            "sends mail in clear over a network",
            "use starttls or tls, or a mail server on this machine or in the container network",
        )
    return security


def _password_with_user_name(password: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if (password is None) != (info.data.get("smtp_username") is None):
        raise _refusal("does not go with ACUERPA_SMTP_USERNAME", "set both of them or neither")
    return password


def _readable_picture(file: Path) -> Path:
    try:
        read_logo(file)
    except LogoError as error:
        raise _refusal(error.rule, error.remedy) from None
    return file


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
Language = Annotated[str, _must(r"[a-z]{2,3}(-[A-Z]{2})?", "is not a language", "write it like es or pt-BR")]
Picture = Annotated[Path, AfterValidator(_readable_picture)]
TimeZone = Annotated[
    str,
    _must(
        lambda name: name in available_timezones(), "is not a time zone", "write it like America/Mexico_City"
    ),
]
Connections = Annotated[int, Field(ge=1, le=64)]
WorkingHours = Annotated[
    str, _must(_are_working_hours, "are not working hours", "write them like mon-fri 09:00-18:00")
]
Verification = Annotated[
    str, _must(_is_policy, "is not a verification policy", "write it like the default in .env.example")
]


class Settings(BaseSettings):
    """The settings of one process, from the environment and `.env`; `.env.example` explains them."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    database_url: Database
    temporal_address: Server = "127.0.0.1:7233"
    temporal_namespace: Name = "default"
    temporal_tls: bool = False

    payload_keys: KeyRingText
    field_keys: KeyRingText
    fingerprint_key: Key

    public_url: BaseUrl = "http://127.0.0.1:8080"
    web_host: Host = "127.0.0.1"
    web_port: Port = 8080
    audit_anchors: Path = Path(".local/audit/anchors.jsonl")

    network_name: Name = "Red Acuerpa"
    network_logo: Picture | None = None
    mail_from: MailAddress = "acuerpa@red.example"
    message_id_domain: Domain = "red.example"
    smtp_host: Host
    smtp_port: Port = 1025
    smtp_username: str | None = None
    smtp_password: Annotated[SecretStr | None, AfterValidator(_password_with_user_name)] = None
    smtp_security: Annotated[SmtpSecurity, AfterValidator(_safe_smtp_security)] = SmtpSecurity.STARTTLS
    email_connections: Connections = 8

    sms_url: Url
    sms_key: SecretStr
    sms_sender: SmsSender = "Acuerpa"
    http_connections: Connections = 8
    partner_api_allow_private: bool = False

    verification_immediate: Verification = described(POLICIES[Urgency.IMMEDIATE])
    verification_urgent: Verification = described(POLICIES[Urgency.URGENT])
    verification_standard: Verification = described(POLICIES[Urgency.STANDARD])

    sign_link_days: Annotated[int, Field(ge=1, le=3650)] = 90
    reminder_hours: WorkingHours = DEFAULT_HOURS
    reminders_at_most: Annotated[int, Field(ge=0, le=50)] = MOST_REMINDERS

    batch_size: Annotated[int, Field(ge=1, le=5000)] = 500
    log_format: LogFormat = LogFormat.JSON
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    default_language: Language = "es"
    default_time_zone: TimeZone = "America/Mexico_City"
    graceful_shutdown_seconds: Annotated[int, Field(ge=1, le=3600)] = 20

    local_data: Path = Path(".local")
    local_smtp_port: Port = 1025
    local_mailbox_port: Port = 8025
    local_providers_port: Port = 8026
    local_temporal_port: Port = 7233
    local_temporal_ui_port: Port = 8233


def load_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: names every missing, wrong and unknown variable at once, never a value.
    """
    problems = _unknown_variables()
    try:
        settings = Settings()
    except ValidationError as error:
        problems += tuple(_described(details) for details in error.errors(include_url=False))
    else:
        if not problems:
            return settings
    raise SettingsError(problems)


def _unknown_variables() -> tuple[WrongSetting, ...]:
    known = {ENV_PREFIX + name.upper() for name in Settings.model_fields}
    written = {
        name.upper() for name in (*os.environ, *_names_in_file()) if name.upper().startswith(ENV_PREFIX)
    }
    unknown = sorted(written - known - OTHER_TOOLS_NAMES)
    return tuple(WrongSetting(name, "is not a setting", _suggestion(name, known)) for name in unknown)


def _suggestion(name: str, known: set[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {nearest[0]}?" if nearest else "remove it, or see .env.example for the names"


def _names_in_file() -> tuple[str, ...]:
    try:
        return tuple(dotenv_values(ENV_FILE, encoding="utf-8"))
    except UnicodeDecodeError:
        problem = WrongSetting(ENV_FILE, "is not a text in UTF-8", "save it again as UTF-8")
    raise SettingsError((problem,))


def _described(details: ErrorDetails) -> WrongSetting:
    variable = ENV_PREFIX + str(details["loc"][0]).upper()
    if details["type"] == _CUSTOM:
        return WrongSetting(variable, details["ctx"]["rule"], details["ctx"]["remedy"])
    if details["type"] == "missing":
        return WrongSetting(variable, "is missing", "set it in the environment or in .env, see .env.example")
    rule = details["msg"].replace("Input should be", "should be")
    return WrongSetting(variable, rule, "correct it, see .env.example")
