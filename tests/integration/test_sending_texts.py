"""Text messages by a provider that cannot tell a repetition, from the claim to the outcome."""

from collections.abc import AsyncIterator

import pytest
from pytest_httpserver import HTTPServer

from activities.sending import SendingActivities
from channels.sms import SmsAccount, SmsContent
from channels.twilio import TwilioChannel
from models.messages import Batch, DeliveryState
from models.sms_budget import SmsBudget
from models.vocabulary import Channel
from storage.database import Database
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.senders import composer, run

PATH = "/2010-04-01/Accounts/AC77/Messages.json"
TEXTS = 3
"""How many of the demo's contacts are written to by text."""


@pytest.fixture
async def case(database: Database) -> Case:
    return await make_case(database)


@pytest.fixture
async def batch(case: Case) -> Batch:
    return await case.batch(channel=Channel.SMS)


@pytest.fixture
async def twilio(httpserver: HTTPServer) -> AsyncIterator[TwilioChannel]:
    account = SmsAccount("AC77", "an invented token", "Acuerpa", httpserver.url_for(""))
    channel = TwilioChannel(account, connections=TEXTS)
    yield channel
    await channel.close()


def texting(
    case: Case, channel: TwilioChannel, budget: SmsBudget | None = None
) -> SendingActivities[SmsContent]:
    return SendingActivities(case.database, channel, composer(case.database).sms, sms_budget=budget)


async def test_what_the_provider_may_have_taken_is_asked_about_and_not_sent_again(
    case: Case, batch: Batch, twilio: TwilioChannel, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(PATH).respond_with_json({"code": 20500}, status=500)
    for _ in range(2):
        outcome = await run(texting(case, twilio), batch)
        assert (outcome.ended, outcome.waiting) == (TEXTS, 0)
    found = {(one.state, one.failure, one.provider) for one in await case.deliveries(batch)}
    assert found == {(DeliveryState.UNKNOWN, "provider_broke", "twilio")}
    assert len(httpserver.log) == TEXTS


async def test_a_number_whose_owner_wants_nothing_is_kept_with_her_word_as_the_reason(
    case: Case, batch: Batch, twilio: TwilioChannel, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(PATH).respond_with_json({"code": 21610}, status=400)
    await run(texting(case, twilio), batch)
    deliveries = await case.deliveries(batch)
    assert {(one.state, one.failure) for one in deliveries} == {(DeliveryState.FAILED, "opted_out")}
    kept = await execute(case.database, "SELECT fingerprint, reason FROM suppression")
    assert {tuple(row) for row in kept} == {(one.fingerprint, "opted_out") for one in deliveries}
    other = await (await make_case(case.database)).freeze()
    again = "SELECT count(*) FROM delivery WHERE dispatch_id = :other AND channel = 'sms'"
    assert (await execute(case.database, again, other=other.dispatch_id))[0].count == 0


async def test_a_batch_that_the_budget_ends_says_how_much_is_put_off(
    case: Case, batch: Batch, twilio: TwilioChannel, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(PATH).respond_with_json({"sid": "SM77"}, status=201)
    outcome = await run(texting(case, twilio, SmsBudget(1, (), "America/Mexico_City")), batch)
    assert (outcome.sent, outcome.waiting, outcome.put_off) == (1, 0, TEXTS - 1)
    references = {one.provider_reference for one in await case.deliveries(batch)}
    assert references == {"SM77", None}
