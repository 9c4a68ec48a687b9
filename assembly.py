"""How the parts are built from the settings; shared by the composition roots."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from temporalio.client import Client
from temporalio.worker import Worker

from activities.case import CaseActivities
from activities.composing import Composer, Stationery
from activities.context import ActivityContext
from activities.outbox import OutboxActivities
from activities.receipts import ReceiptActivities
from activities.rehearsing import Rehearsing
from activities.sending import Compose, SendingActivities
from activities.sign_on import SignOnActivities
from activities.verification import VerificationActivities
from channels.base import Channel as Adapter
from channels.base import Outbound
from channels.email import EmailChannel
from channels.mime import EmailContent, Relay, build_mail
from channels.partner_api import PartnerApiChannel
from channels.several import SeveralProviders
from channels.sms import SmsChannel
from models.endpoints import EndpointRules, ports_in
from models.logos import read_logo
from models.providers import Limits
from models.verification import Policies, policy_of
from models.vocabulary import Channel, Urgency
from models.working_hours import working_hours
from security.fields import FieldCipher
from security.fingerprints import AddressFingerprint
from security.keys import KeyRing, decode_key
from security.logos import clean_logo
from security.unsubscribing import UnsubscribeLinks
from settings import Settings
from storage.database import Database
from storage.reminders import Reminders
from templates.letter.press import LetterPress
from templates.rendering import Renderer
from temporal_client import connect
from workflows.addresses import CASE_QUEUE, CHANNEL_QUEUES
from workflows.distribution import DistributionWorkflow
from workflows.follow_up import FollowUpWorkflow
from workflows.receipts import ReceiptsWorkflow
from workflows.sign_on import SignOnWorkflow
from workflows.urgent_action import UrgentActionWorkflow
from workflows.verification import VerificationWorkflow

WORKFLOWS = (
    UrgentActionWorkflow,
    VerificationWorkflow,
    SignOnWorkflow,
    DistributionWorkflow,
    FollowUpWorkflow,
    ReceiptsWorkflow,
)

SMTP, SECOND_SMTP = "smtp", "second_smtp"
"""What the first and the second mail server are called in the database."""

Adapters = dict[Channel, Adapter[Any]]


def build_renderer(settings: Settings) -> Renderer:
    """Load the templates and catalogs."""
    return Renderer(settings.network_name, settings.default_language)


def build_press(settings: Settings) -> LetterPress:
    """Set up the letterhead; of the logo only the picture goes with a letter."""
    logo = read_logo(settings.network_logo) if settings.network_logo else None
    return LetterPress(
        settings.network_name,
        settings.default_language,
        paper=settings.letter_paper,
        logo=clean_logo(logo.content).png if logo else None,
        fonts=settings.letter_fonts,
    )


def build_cipher(settings: Settings) -> FieldCipher:
    """Make the cipher of the sealed columns."""
    return FieldCipher(KeyRing.parse(settings.field_keys.get_secret_value()))


def build_policies(settings: Settings) -> Policies:
    """Read what a case of each urgency needs before anything of it may leave."""
    lines = {
        Urgency.IMMEDIATE: settings.verification_immediate,
        Urgency.URGENT: settings.verification_urgent,
        Urgency.STANDARD: settings.verification_standard,
    }
    return {urgency: policy_of(line) for urgency, line in lines.items()}


def build_reminders(settings: Settings) -> Reminders:
    """Read how often partners are reminded at most, and when."""
    return Reminders(
        most=settings.reminders_at_most,
        hours=working_hours(settings.reminder_hours),
        time_zone=settings.default_time_zone,
    )


def build_fingerprint(settings: Settings) -> AddressFingerprint:
    """Make the keyed hash of addresses."""
    return AddressFingerprint(decode_key(settings.fingerprint_key.get_secret_value()))


def build_endpoint_rules(settings: Settings) -> EndpointRules:
    """Read where partners' systems may be."""
    return EndpointRules(
        ports=ports_in(settings.partner_api_ports), allow_private=settings.partner_api_allow_private
    )


def build_unsubscribe_links(settings: Settings) -> UnsubscribeLinks:
    """Make the addresses by which recipients leave the lists."""
    return UnsubscribeLinks(decode_key(settings.fingerprint_key.get_secret_value()), settings.public_url)


async def build_client(settings: Settings, *, lazy: bool = False) -> Client:
    """Connect to Temporal; a lazy client may exist before the server answers."""
    return await connect(
        settings.temporal_address,
        settings.temporal_namespace,
        KeyRing.parse(settings.payload_keys.get_secret_value()),
        tls=settings.temporal_tls,
        lazy=lazy,
    )


def build_adapters(settings: Settings) -> Adapters:
    """Make the adapter of each channel that messages leave by."""
    connections = settings.http_connections
    sms_key = settings.sms_key.get_secret_value()
    return {
        Channel.EMAIL: SeveralProviders(_relays(settings)),
        Channel.SMS: SmsChannel(settings.sms_url, sms_key, settings.sms_sender, connections=connections),
        Channel.PARTNER_API: PartnerApiChannel(
            connections=connections,
            rules=build_endpoint_rules(settings),
            own_ca=settings.partner_api_ca,
        ),
    }


def _first_relay(settings: Settings) -> Relay:
    return Relay(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security.value,
        sender=settings.mail_from,
        sender_name=settings.network_name,
        domain=settings.message_id_domain,
        username=settings.smtp_username,
        password=_secret(settings.smtp_password),
    )


def _relays(settings: Settings) -> list[EmailChannel]:
    """Make the adapter of each relay that the settings name, in order of preference."""
    first = _first_relay(settings)
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
    sms = [Limits("sms", settings.sms_per_second, settings.sms_per_day)]
    return {Channel.EMAIL: tuple(email), Channel.SMS: tuple(sms)}


def build_workers(settings: Settings, client: Client, database: Database, adapters: Adapters) -> list[Worker]:
    """Make one worker a task queue, so that a release cannot starve a stop."""
    composer = Composer(
        database,
        Stationery(build_renderer(settings), build_press(settings), build_unsubscribe_links(settings)),
        build_cipher(settings),
        public_url=settings.public_url,
        time_zone=settings.default_time_zone,
        sign_links_last=timedelta(days=settings.sign_link_days),
    )
    composing = _rehearsing(settings, database, composer)
    grace = timedelta(seconds=settings.graceful_shutdown_seconds)
    parts = (
        CaseActivities(database),
        VerificationActivities(database),
        SignOnActivities(database),
        ReceiptActivities(database),
        OutboxActivities(database, build_reminders(settings), batch_size=settings.batch_size),
    )
    activities = [method for part in parts for method in _methods(part)]
    workers = [_worker(client, CASE_QUEUE, activities, grace, workflows=WORKFLOWS)]
    offers = build_offers(settings)
    for channel, queue in CHANNEL_QUEUES.items():
        sending = SendingActivities(
            database, adapters[channel], composing[channel], offers=offers.get(channel, ())
        )
        workers.append(_worker(client, queue, _methods(sending), grace))
    return workers


def _rehearsing(settings: Settings, database: Database, composer: Composer) -> dict[Channel, Compose[Any]]:
    """Have each channel's messages composed, and kept where they are only rehearsed."""
    relay, cipher = _first_relay(settings), build_cipher(settings)

    def mail(message: Outbound[EmailContent]) -> str:
        return build_mail(relay, message).decode("ascii")

    return {
        Channel.EMAIL: Rehearsing(database, cipher, composer.email, as_it_leaves=mail),
        Channel.SMS: Rehearsing(database, cipher, composer.sms, as_it_leaves=lambda one: one.content.text),
        Channel.PARTNER_API: Rehearsing(
            database,
            cipher,
            composer.document,
            as_it_leaves=lambda one: json.dumps(one.content.document, ensure_ascii=False, indent=2),
        ),
    }


def _worker(
    client: Client, queue: str, activities: list[Any], grace: timedelta, *, workflows: tuple[type, ...] = ()
) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        workflows=workflows,
        activities=activities,
        interceptors=[ActivityContext()],
        graceful_shutdown_timeout=grace,
    )


def _methods(activities: object) -> list[Any]:
    """List the activity methods of an object."""
    methods = (getattr(activities, name) for name in dir(activities))
    return [method for method in methods if hasattr(method, "__temporal_activity_definition")]
