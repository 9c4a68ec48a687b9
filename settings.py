"""Everything an operator can set, read once at start-up by the composition roots and by nobody else."""

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from logs import LogFormat
from models.letters import Paper
from models.verification import POLICIES, described
from models.vocabulary import Urgency
from models.working_hours import DEFAULT_HOURS, MOST_REMINDERS
from setting_types import (
    WRONG,
    Amount,
    Authorities,
    BaseUrl,
    Connections,
    Database,
    Domain,
    Folder,
    Host,
    Key,
    KeyRingText,
    Language,
    MailAddress,
    MilestoneReminders,
    Name,
    Picture,
    Port,
    Ports,
    PrefixBudgets,
    Processes,
    Rate,
    Secrets,
    Server,
    SmsAccountName,
    SmsLink,
    SmsProvider,
    SmsSender,
    SmtpSecurity,
    TimeZone,
    Url,
    Verification,
    WebhookSecrets,
    WorkingHours,
    account_of_provider,
    another_provider,
    key_of_provider,
    password_with_user_name,
    safe_smtp_security,
    url_of_gateway,
)

ENV_PREFIX: Final = "ACUERPA_"
ENV_FILE: Final = ".env"
OTHER_TOOLS_NAMES: Final = frozenset({"ACUERPA_API_URL", "ACUERPA_API_KEY", "ACUERPA_READY_FILE"})
"""Variables with our prefix that starter.py and the local stack read for themselves."""


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
    web_processes: Processes = 1
    audit_anchors: Path = Path(".local/audit/anchors.jsonl")

    network_name: Name = "Red Acuerpa"
    network_logo: Picture | None = None
    letter_paper: Paper = "letter"
    letter_fonts: Folder | None = None
    mail_from: MailAddress = "acuerpa@red.example"
    mail_bounces: MailAddress | None = None
    message_id_domain: Domain = "red.example"
    smtp_host: Host
    smtp_port: Port = 1025
    smtp_username: str | None = None
    smtp_password: Annotated[SecretStr | None, AfterValidator(password_with_user_name)] = None
    smtp_security: Annotated[SmtpSecurity, AfterValidator(safe_smtp_security)] = SmtpSecurity.STARTTLS
    email_connections: Connections = 8
    smtp_per_second: Rate | None = None
    smtp_per_day: Amount | None = None
    smtp_messages_per_connection: Amount | None = None
    second_smtp_host: Host | None = None
    second_smtp_port: Port = 587
    second_smtp_username: str | None = None
    second_smtp_password: Annotated[SecretStr | None, AfterValidator(password_with_user_name)] = None
    second_smtp_security: Annotated[SmtpSecurity, AfterValidator(safe_smtp_security)] = SmtpSecurity.STARTTLS
    second_smtp_per_second: Rate | None = None
    second_smtp_per_day: Amount | None = None
    second_smtp_messages_per_connection: Amount | None = None

    sms_provider: SmsProvider = SmsProvider.GENERIC
    sms_url: Annotated[Url | None, Field(validate_default=True), AfterValidator(url_of_gateway)] = None
    sms_account: Annotated[
        SmsAccountName | None, Field(validate_default=True), AfterValidator(account_of_provider)
    ] = None
    sms_key: SecretStr
    sms_sender: SmsSender = "Acuerpa"
    sms_segments: Annotated[int, Field(ge=1, le=10)] = 2
    sms_link: SmsLink | None = None
    sms_budget_per_day: Annotated[int, Field(ge=0, le=10_000_000)] = 10_000
    sms_budget_by_prefix: PrefixBudgets = ""
    sms_per_second: Rate | None = None
    sms_per_day: Amount | None = None

    second_sms_provider: Annotated[SmsProvider | None, AfterValidator(another_provider)] = None
    second_sms_url: Annotated[Url | None, Field(validate_default=True), AfterValidator(url_of_gateway)] = None
    second_sms_account: Annotated[
        SmsAccountName | None, Field(validate_default=True), AfterValidator(account_of_provider)
    ] = None
    second_sms_key: Annotated[
        SecretStr | None, Field(validate_default=True), AfterValidator(key_of_provider)
    ] = None
    second_sms_sender: SmsSender | None = None
    second_sms_per_second: Rate | None = None
    second_sms_per_day: Amount | None = None

    http_connections: Connections = 8
    partner_api_ports: Ports = "443"
    partner_api_ca: Authorities | None = None
    partner_api_allow_private: bool = False

    callback_twilio: Secrets | None = None
    callback_vonage: Secrets | None = None
    callback_sms: Secrets | None = None
    callback_mail: WebhookSecrets | None = None
    callback_bounces: Secrets | None = None

    verification_immediate: Verification = described(POLICIES[Urgency.IMMEDIATE])
    verification_urgent: Verification = described(POLICIES[Urgency.URGENT])
    verification_standard: Verification = described(POLICIES[Urgency.STANDARD])

    release_confirm_above: Annotated[int, Field(ge=0, le=1_000_000)] = 100
    sign_link_days: Annotated[int, Field(ge=1, le=3650)] = 90
    reminder_hours: WorkingHours = DEFAULT_HOURS
    milestone_reminders: MilestoneReminders = ""
    digest_weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "mon"
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
    if details["type"] == WRONG:
        return WrongSetting(variable, details["ctx"]["rule"], details["ctx"]["remedy"])
    if details["type"] == "missing":
        return WrongSetting(variable, "is missing", "set it in the environment or in .env, see .env.example")
    rule = details["msg"].replace("Input should be", "should be")
    return WrongSetting(variable, rule, "correct it, see .env.example")
