"""A release by HTTP channels whose providers fail in every way: each message takes effect once."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from activities.sending import SendingActivities
from channels import http
from channels.partner_api import PartnerApiChannel
from channels.sms import SmsChannel
from models.endpoints import EndpointRules
from models.messages import Batch, DeliveryState
from models.vocabulary import Channel
from security.sealed_places import api_secret_place
from storage.database import Database
from tests import factories
from tests.integration.channels.faulty_provider import Fault, FaultyProvider, faulty_provider
from tests.integration.outbox_cases import Case, add_members, execute, make_case
from tests.integration.senders import composer, until_taken
from tests.integration.sign_links import answered

FAULTS = (
    Fault.RESET_BEFORE,
    Fault.RESET_AFTER,
    Fault.CUT_OFF,
    Fault.BUSY,
    Fault.FAILING,
    Fault.ENDLESS_HEADERS,
    Fault.HUGE,
    Fault.DRIP,
)


@pytest.fixture
async def provider(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FaultyProvider]:
    monkeypatch.setattr(http, "EXCHANGE_SECONDS", 3.0)
    async with faulty_provider(*FAULTS) as running:
        yield running


async def judged(case: Case, batch: Batch, provider: FaultyProvider) -> None:
    """Each fault struck, everything was sent, and each message took effect once."""
    sent = await case.deliveries(batch)
    assert [fault for fault, _ in provider.struck] == list(FAULTS)
    assert {one.state for one in sent} == {DeliveryState.SENT}
    assert provider.done == Counter(str(one.id) for one in sent)
    assert provider.arrived == {str(one.id): one.attempts for one in sent}
    assert provider.arrived.total() == len(sent) + len(FAULTS) - 1  # a body without end is an answer


async def test_text_messages(database: Database, provider: FaultyProvider) -> None:
    case = await make_case(database)
    await add_members(database, 9, channel=Channel.SMS)
    batch = await case.batch(channel=Channel.SMS)
    channel = SmsChannel(provider.url, "key", "Acuerpa", connections=3)
    with capture_logs():
        attempts = await until_taken(SendingActivities(database, channel, composer(database).sms), batch)
    await channel.close()
    assert attempts > 1
    await judged(case, batch, provider)


async def test_partners_systems(database: Database, provider: FaultyProvider) -> None:
    case = await make_case(database)
    slugs = ("tejedoras-del-maiz", "northern-lights-fund", "casa-manantial")
    await execute(
        database,
        "UPDATE partner SET api_url = :url, sealed_api_secret = :sealed WHERE slug = ANY(:slugs)",
        url=provider.url,
        sealed=factories.CIPHER.seal("whsec_" + "QUFB" * 8, context=api_secret_place(provider.url)),
        slugs=list(slugs),
    )
    await case.open_sign_on()
    for slug in slugs:
        await answered(case, slug)
    batch = await case.batch(channel=Channel.PARTNER_API)
    channel = PartnerApiChannel(connections=1, rules=EndpointRules(allow_private=True))
    with capture_logs():
        attempts = await until_taken(SendingActivities(database, channel, composer(database).document), batch)
    await channel.close()
    assert attempts > 1
    await judged(case, batch, provider)
