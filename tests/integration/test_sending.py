import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from temporalio.testing import ActivityEnvironment

from activities.sending import SendingActivities
from channels.email import EmailChannel
from channels.partner_api import PartnerApiChannel
from channels.sms import SmsChannel, SmsContent
from models.endpoints import EndpointRules
from models.messages import DeliveryState, Purpose
from models.tables import METADATA
from models.vocabulary import Channel
from security.tokens import token_hash
from storage.database import Database
from storage.invitations import reissue_link
from storage.sign_links import opened_link
from tests.integration.local_servers import LocalMailbox, LocalProviders
from tests.integration.outbox_cases import Case, by_address, execute, make_case
from tests.integration.senders import PUBLIC_URL, composer, inbox, mailing, put_off, run
from tests.integration.sign_links import answered, opened

READY, SENT, FAILED = DeliveryState.READY, DeliveryState.SENT, DeliveryState.FAILED
LANTERN = "newsdesk@lantern.example"


@pytest.fixture
async def case(database: Database) -> Case:
    return await make_case(database)


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=3)
    yield channel
    await channel.close()


@pytest.fixture
async def texting(case: Case, simulated: LocalProviders) -> AsyncIterator[SendingActivities[SmsContent]]:
    channel = SmsChannel(f"{simulated.url}/sms", simulated.sms_key, "Acuerpa", connections=3)
    yield SendingActivities(case.database, channel, composer(case.database).sms)
    await channel.close()


async def test_everybody_of_a_batch_gets_one_mail_in_her_language(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch = await case.batch()
    outcome = await run(mailing(case.database, email), batch)
    deliveries = await case.deliveries(batch)
    assert (outcome.sent, outcome.ended, outcome.waiting) == (len(deliveries), 0, 0)
    assert set(await case.states(batch)) == {SENT}
    assert inbox(mailbox) == {delivery.address: 1 for delivery in deliveries}
    known = {f"<{delivery.id}@red.example>": delivery for delivery in deliveries}
    for message in mailbox.messages():
        delivery = known[message["message_id"]]
        assert [delivery.address] == message["to"]
        assert message["headers"]["Content-Language"] == delivery.language
        assert delivery.provider_reference == "2.0.0 kept"


async def test_a_batch_that_is_run_again_sends_nothing_twice(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch = await case.batch()
    first = await run(mailing(case.database, email), batch)
    assert await run(mailing(case.database, email), batch) == first
    assert set(inbox(mailbox).values()) == {1}


async def test_what_was_put_off_is_sent_by_the_next_attempt_alone(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch = await case.batch()
    mailbox.order({"verb": "rcpt", "code": 451, "address": LANTERN})
    error = await put_off(mailing(case.database, email), batch)
    assert error.next_retry_delay is None
    waiting = by_address(await case.deliveries(batch))[LANTERN]
    assert (waiting.state, waiting.failure, waiting.attempts) == (READY, "busy", 1)
    outcome = await run(mailing(case.database, email), batch)
    assert outcome.sent == batch.last - batch.first + 1
    assert set(inbox(mailbox).values()) == {1}
    assert by_address(await case.deliveries(batch))[LANTERN].failure is None


async def test_the_next_attempt_comes_when_the_provider_wants_it(
    case: Case, simulated: LocalProviders, texting: SendingActivities[SmsContent]
) -> None:
    batch = await case.batch(channel=Channel.SMS)
    simulated.order({"channel": "sms", "status": 429, "retry_after": 17, "times": 2})
    error = await put_off(texting, batch)
    assert error.next_retry_delay == timedelta(seconds=17)
    assert simulated.fired() == [2]
    outcome = await run(texting, batch)
    assert outcome.sent == batch.last - batch.first + 1
    for delivery in await case.deliveries(batch):
        (received,) = simulated.received(delivery.id)
        assert received["content"]["to"] == delivery.address
        assert delivery.provider_reference == received["id"]


async def test_an_address_that_does_not_exist_is_never_written_to_again(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch = await case.batch()
    mailbox.order({"verb": "rcpt", "code": 550, "address": LANTERN})
    outcome = await run(mailing(case.database, email), batch)
    assert outcome.ended == 1
    failed = by_address(await case.deliveries(batch))[LANTERN]
    assert (failed.state, failed.failure) == (FAILED, "no_such_address")
    assert await execute(case.database, "SELECT fingerprint FROM suppression") == [(failed.fingerprint,)]
    other = await make_case(case.database)
    other_batch = await other.batch()
    await run(mailing(case.database, email), other_batch)
    assert LANTERN not in by_address(await other.deliveries(other_batch))
    assert LANTERN not in inbox(mailbox)


async def test_a_message_that_is_refused_for_itself_does_not_suppress_the_address(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch = await case.batch()
    mailbox.order({"verb": "data", "code": 554, "address": LANTERN})
    await run(mailing(case.database, email), batch)
    failed = by_address(await case.deliveries(batch))[LANTERN]
    assert (failed.state, failed.failure) == (FAILED, "message_refused")
    assert await execute(case.database, "SELECT * FROM suppression") == []


async def signed_by_partners_with_an_api(case: Case, simulated: LocalProviders) -> None:
    await execute(
        case.database,
        "UPDATE partner SET api_url = :url || slug WHERE api_url IS NOT NULL",
        url=f"{simulated.url}/partners/",
    )
    await case.open_sign_on()
    for slug in ("tejedoras-del-maiz", "northern-lights-fund"):
        await answered(case, slug)


async def test_a_message_that_cannot_be_made_is_parked_and_the_others_go(
    case: Case, simulated: LocalProviders
) -> None:
    await signed_by_partners_with_an_api(case, simulated)
    # The secret is sealed for the address in the file: only one is made to fit the new one.
    secret = "whsec_" + "QUFB" * 8
    url = f"{simulated.url}/partners/tejedoras-del-maiz"
    sealed = composer(case.database)._cipher.seal(secret, context=f"partner_api_secret:{url}")
    await execute(
        case.database, "UPDATE partner SET sealed_api_secret = :sealed WHERE api_url = :url",
        sealed=sealed, url=url,
    )  # fmt: skip
    batch = await case.batch(channel=Channel.PARTNER_API)
    channel = PartnerApiChannel(connections=3, rules=EndpointRules(allow_private=True))
    sending = SendingActivities(case.database, channel, composer(case.database).document)
    with capture_logs():
        outcome = await run(sending, batch)
    await channel.close()
    assert (outcome.sent, outcome.ended, outcome.waiting) == (1, 1, 0)
    found = {
        delivery.address: (delivery.state, delivery.failure) for delivery in await case.deliveries(batch)
    }
    assert found == {
        url: (SENT, None),
        f"{simulated.url}/partners/northern-lights-fund": (FAILED, "not_renderable"),
    }


async def test_a_sign_link_in_a_mail_opens_its_invitation_and_stands_nowhere_in_the_database(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    await case.open_sign_on()
    batch = await case.batch(Purpose.INVITATION)
    await run(mailing(case.database, email), batch)
    deliveries = by_address(await case.deliveries(batch))
    kept = await whole_database(case.database)
    tokens = set()
    for message in mailbox.messages():
        (token,) = set(re.findall(rf"{PUBLIC_URL}/s/([\w-]+)", message["text"]))
        assert token in message["html"]
        async with opened(case, token) as (_session, link):
            assert link.invitation.id == deliveries[message["to"][0]].invitation_id
            assert link.takes_answers
        assert token not in kept
        assert token.encode().hex() not in kept
        assert token_hash(token).hex() in kept  # the detector finds what is there
        tokens.add(token)
    assert len(tokens) == len(deliveries)


async def test_a_new_link_reaches_its_partner_by_a_mail_that_says_nothing_of_the_text(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    await case.open_sign_on()
    await run(mailing(case.database, email), await case.batch(Purpose.INVITATION))
    before = len(mailbox.messages())
    async with case.database.transaction() as session:
        assert await reissue_link(session, case.action, "casa-manantial", case.action.author_id)
    outcome = await run(mailing(case.database, email), await case.batch(Purpose.SIGN_LINK))
    assert (outcome.sent, outcome.waiting) == (1, 0)
    message = mailbox.messages()[before]
    assert message["to"] == ["amparo@manantial.example"]
    assert case.action.title not in message["subject"] + message["text"] + message["html"]
    (token,) = set(re.findall(rf"{PUBLIC_URL}/s/([\w-]+)", message["text"]))
    async with opened(case, token) as (_session, link):
        assert link.takes_answers
    (old,) = {
        re.search(rf"{PUBLIC_URL}/s/([\w-]+)", one["text"])[1]  # type: ignore[index]
        for one in mailbox.messages()[:before]
        if one["to"] == message["to"]
    }
    async with case.database.transaction() as session:
        assert await opened_link(session, token_hash(old)) is None


async def whole_database(database: Database) -> str:
    rows = [
        str(row[0])
        for table in METADATA.tables
        for row in await execute(database, f'SELECT whole::text FROM "{table}" AS whole')
    ]
    return "\n".join(rows)


async def test_a_long_batch_tells_temporal_that_it_lives(case: Case, email: EmailChannel) -> None:
    beats: list[tuple[Any, ...]] = []
    environment = ActivityEnvironment()
    environment.on_heartbeat = lambda *details: beats.append(details)
    await environment.run(mailing(case.database, email).send_batch, await case.batch())
    assert beats
    assert set(beats) == {()}
