"""Who carries messages: the providers of each channel as the settings name them, in order of preference."""

from dataclasses import replace
from typing import Final, NamedTuple

from pydantic import SecretStr

from channels.base import Channel as Adapter
from channels.email import EmailChannel
from channels.mime import Relay
from channels.sms import SmsAccount, SmsChannel, SmsContent
from channels.twilio import TwilioChannel
from channels.vonage import VonageChannel
from models.providers import Limits
from models.vocabulary import Channel
from setting_types import SmsProvider
from settings import Settings

SMTP: Final = "smtp"
SECOND_SMTP: Final = "second_smtp"
"""What the first and the second mail server are called in the database."""


class _SmsChoice(NamedTuple):
    """One provider of text messages, as the settings say."""

    provider: SmsProvider
    account: SmsAccount
    limits: Limits


def first_relay(settings: Settings) -> Relay:
    """Return the relay that is preferred."""
    return Relay(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security.value,
        sender=settings.mail_from,
        sender_name=settings.network_name,
        domain=settings.message_id_domain,
        username=settings.smtp_username,
        password=_secret(settings.smtp_password),
        bounces=settings.mail_bounces,
    )


def build_relays(settings: Settings) -> list[EmailChannel]:
    """Make the adapter of each relay that the settings name, in order of preference."""
    first = first_relay(settings)
    connections, most = settings.email_connections, settings.smtp_messages_per_connection
    relays = [EmailChannel(first, connections=connections, provider=SMTP, messages_per_connection=most)]
    if settings.second_smtp_host:
        second = replace(
            first,
            host=settings.second_smtp_host,
            port=settings.second_smtp_port,
            security=settings.second_smtp_security.value,
            username=settings.second_smtp_username,
            password=_secret(settings.second_smtp_password),
        )
        most = settings.second_smtp_messages_per_connection
        relays.append(
            EmailChannel(second, connections=connections, provider=SECOND_SMTP, messages_per_connection=most)
        )
    return relays


def _secret(kept: SecretStr | None) -> str | None:
    return kept.get_secret_value() if kept else None


def build_offers(settings: Settings) -> dict[Channel, tuple[Limits, ...]]:
    """List the providers of each channel in order of preference, with what they may be given.

    Partners' own systems have none: each of them is on its own.
    """
    email = [Limits(SMTP, settings.smtp_per_second, settings.smtp_per_day)]
    if settings.second_smtp_host:
        email.append(Limits(SECOND_SMTP, settings.second_smtp_per_second, settings.second_smtp_per_day))
    sms = [choice.limits for choice in _sms_choices(settings)]
    return {Channel.EMAIL: tuple(email), Channel.SMS: tuple(sms)}


def build_sms(settings: Settings) -> list[Adapter[SmsContent]]:
    """Make the adapter of each provider that takes text messages, in order of preference."""
    return [_sms_adapter(settings, choice) for choice in _sms_choices(settings)]


def _sms_choices(settings: Settings) -> list[_SmsChoice]:
    key = settings.sms_key.get_secret_value()
    account = SmsAccount(settings.sms_account or "", key, settings.sms_sender, settings.sms_url)
    first = settings.sms_provider
    limits = Limits(_sms_name(first), settings.sms_per_second, settings.sms_per_day)
    choices = [_SmsChoice(first, account, limits)]
    if second := settings.second_sms_provider:
        account = SmsAccount(
            settings.second_sms_account or "",
            _secret(settings.second_sms_key) or "",
            settings.second_sms_sender or settings.sms_sender,
            settings.second_sms_url,
        )
        limits = Limits(_sms_name(second), settings.second_sms_per_second, settings.second_sms_per_day)
        choices.append(_SmsChoice(second, account, limits))
    return choices


def _sms_name(provider: SmsProvider) -> str:
    """Name a provider of text messages as its callbacks do."""
    return "sms" if provider is SmsProvider.GENERIC else provider.value


def _sms_adapter(settings: Settings, choice: _SmsChoice) -> Adapter[SmsContent]:
    account, connections = choice.account, settings.http_connections
    if choice.provider is SmsProvider.GENERIC:
        return SmsChannel(account.url or "", account.key, account.sender, connections=connections)
    callback = f"{settings.public_url}/callbacks/{choice.provider.value}"
    # Neither of them calls an address of this machine, and Twilio refuses a message that names one.
    called = callback if callback.startswith("https://") else None
    if choice.provider is SmsProvider.TWILIO:
        return TwilioChannel(account, connections=connections, callback=called)
    return VonageChannel(account, connections=connections, callback=called)
