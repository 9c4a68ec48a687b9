"""How the adapters of the channels are built from the settings."""

from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from channels.base import Channel as Adapter
from channels.email import EmailChannel
from channels.mime import Relay
from channels.partner_api import PartnerApiChannel
from channels.several import SeveralProviders
from channels.sms import SmsAccount, SmsChannel, SmsContent
from channels.twilio import TwilioChannel
from channels.vonage import VonageChannel
from models.endpoints import EndpointRules, ports_in
from models.providers import Limits
from models.vocabulary import Channel
from setting_types import SmsProvider
from settings import Settings

SMTP, SECOND_SMTP = "smtp", "second_smtp"
"""What the first and the second mail server are called in the database."""

Adapters = dict[Channel, Adapter[Any]]


def build_endpoint_rules(settings: Settings) -> EndpointRules:
    """Read where partners' systems may be."""
    return EndpointRules(
        ports=ports_in(settings.partner_api_ports), allow_private=settings.partner_api_allow_private
    )


def build_adapters(settings: Settings) -> Adapters:
    """Make the adapter of each channel that messages leave by."""
    return {
        Channel.EMAIL: SeveralProviders(_relays(settings)),
        Channel.SMS: build_sms(settings),
        Channel.PARTNER_API: PartnerApiChannel(
            connections=settings.http_connections,
            rules=build_endpoint_rules(settings),
            own_ca=settings.partner_api_ca,
        ),
    }


def first_relay(settings: Settings) -> Relay:
    """Return the relay that is asked first."""
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


def _relays(settings: Settings) -> list[EmailChannel]:
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
    sms = [Limits(_sms_name(settings), settings.sms_per_second, settings.sms_per_day)]
    return {Channel.EMAIL: tuple(email), Channel.SMS: tuple(sms)}


def _sms_name(settings: Settings) -> str:
    """Name the provider of text messages as its callbacks do."""
    generic = settings.sms_provider is SmsProvider.GENERIC
    return "sms" if generic else settings.sms_provider.value


def build_sms(settings: Settings) -> Adapter[SmsContent]:
    """Make the adapter of the provider that takes text messages."""
    key, connections = settings.sms_key.get_secret_value(), settings.http_connections
    if settings.sms_provider is SmsProvider.GENERIC:
        return SmsChannel(settings.sms_url or "", key, settings.sms_sender, connections=connections)
    account = SmsAccount(settings.sms_account or "", key, settings.sms_sender, settings.sms_url)
    callback = f"{settings.public_url}/callbacks/{settings.sms_provider.value}"
    # Neither of them calls an address of this machine, and Twilio refuses a message that names one.
    called = callback if callback.startswith("https://") else None
    if settings.sms_provider is SmsProvider.TWILIO:
        return TwilioChannel(account, connections=connections, callback=called)
    return VonageChannel(account, connections=connections, callback=called)
