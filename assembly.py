"""How the parts are built from the settings; shared by the composition roots."""

import json
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from activities.case import CaseActivities
from activities.composing import Composer, Stationery
from activities.context import ActivityContext
from activities.digests import DigestActivities
from activities.drafts import Compose
from activities.follow_up import FollowUpActivities
from activities.outbox import OutboxActivities
from activities.receipts import ReceiptActivities
from activities.rehearsing import Rehearsing
from activities.resending import ResendingActivities
from activities.sending import SendingActivities
from activities.sign_on import SignOnActivities
from activities.verification import VerificationActivities
from carriers import build_offers, build_relays, build_sms, first_relay
from channels.base import Channel as Adapter
from channels.base import Outbound
from channels.mime import EmailContent, build_mail
from channels.partner_api import PartnerApiChannel
from channels.several import SeveralProviders
from models.endpoints import EndpointRules, ports_in
from models.logos import read_logo
from models.sms_budget import SmsBudget, prefix_budgets
from models.verification import Policies, policy_of
from models.vocabulary import Channel, Urgency
from models.weekly import weekly
from models.working_hours import working_hours
from security.fields import FieldCipher
from security.fingerprints import AddressFingerprint
from security.keys import KeyRing, decode_key
from security.logos import clean_logo
from security.tokens import new_token
from security.unsubscribing import UnsubscribeLinks
from settings import Settings, SettingsError, WrongSetting
from storage.database import Database
from storage.reminders import Reminders
from storage.weekly_digests import DigestRules
from templates.letter.press import LetterPress
from templates.rendering import Renderer
from templates.sms_text import TextTooLongError
from temporal_client import connect
from workflows.addresses import CASE_QUEUE, CHANNEL_QUEUES
from workflows.digests import DigestsWorkflow
from workflows.distribution import DistributionWorkflow
from workflows.follow_up import FollowUpWorkflow
from workflows.receipts import ReceiptsWorkflow
from workflows.resending import ResendingWorkflow
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
    ResendingWorkflow,
    DigestsWorkflow,
)

Adapters = dict[Channel, Adapter[Any]]


def build_renderer(settings: Settings) -> Renderer:
    """Load the templates and catalogs.

    Raises:
        SettingsError: a text message takes more segments than the settings allow, whatever it is about.
    """
    renderer = Renderer(settings.network_name, settings.default_language, settings.sms_segments)
    link = settings.sms_link.format(reference="UA-2026-1000", number=100) if settings.sms_link else None
    try:
        renderer.require_room_for_texts(link=link, verify_url=f"{settings.public_url}/v/{new_token()}")
    except TextTooLongError:
        remedy = "allow more, or shorten ACUERPA_NETWORK_NAME, ACUERPA_PUBLIC_URL or ACUERPA_SMS_LINK"
        problem = WrongSetting("ACUERPA_SMS_SEGMENTS", "leaves no room for our text messages", remedy)
    else:
        return renderer
    raise SettingsError((problem,))


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


def build_digest_rules(settings: Settings) -> DigestRules:
    """Read when weekly digests are sent: on one day, as work begins."""
    begin = working_hours(settings.reminder_hours).begin
    return DigestRules(weekly(settings.digest_weekday, begin), settings.default_time_zone)


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
    return {
        Channel.EMAIL: SeveralProviders(build_relays(settings)),
        Channel.SMS: SeveralProviders(build_sms(settings)),
        Channel.PARTNER_API: PartnerApiChannel(
            connections=settings.http_connections,
            rules=build_endpoint_rules(settings),
            own_ca=settings.partner_api_ca,
        ),
    }


def build_sms_budget(settings: Settings) -> SmsBudget:
    """Read how many text messages a day may cost."""
    prefixes = prefix_budgets(settings.sms_budget_by_prefix)
    return SmsBudget(settings.sms_budget_per_day, prefixes, settings.default_time_zone)


def build_workers(settings: Settings, client: Client, database: Database, adapters: Adapters) -> list[Worker]:
    """Make one worker a task queue, so that a release cannot starve a stop."""
    composer = Composer(
        database,
        Stationery(build_renderer(settings), build_press(settings), build_unsubscribe_links(settings)),
        build_cipher(settings),
        public_url=settings.public_url,
        time_zone=settings.default_time_zone,
        sign_links_last=timedelta(days=settings.sign_link_days),
        sms_link=settings.sms_link,
    )
    composing = _rehearsing(settings, database, composer)
    grace = timedelta(seconds=settings.graceful_shutdown_seconds)
    parts = (
        CaseActivities(database),
        VerificationActivities(database),
        SignOnActivities(database),
        FollowUpActivities(database, build_reminders(settings)),
        ReceiptActivities(database),
        ResendingActivities(database),
        DigestActivities(database, build_digest_rules(settings)),
        OutboxActivities(database, build_reminders(settings), batch_size=settings.batch_size),
    )
    activities = [method for part in parts for method in _methods(part)]
    workers = [_worker(client, CASE_QUEUE, activities, grace, workflows=WORKFLOWS)]
    offers = build_offers(settings)
    for channel, queue in CHANNEL_QUEUES.items():
        sending = SendingActivities(
            database,
            adapters[channel],
            composing[channel],
            offers=offers.get(channel, ()),
            sms_budget=build_sms_budget(settings),
        )
        workers.append(_worker(client, queue, _methods(sending), grace))
    return workers


def _rehearsing(settings: Settings, database: Database, composer: Composer) -> dict[Channel, Compose[Any]]:
    """Have each channel's messages composed, and kept where they are only rehearsed."""
    relay, cipher = first_relay(settings), build_cipher(settings)

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
