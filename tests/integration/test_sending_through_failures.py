import asyncio
from collections.abc import AsyncIterator

import pytest
from jinja2 import UndefinedError
from structlog.testing import capture_logs

from activities.drafts import Draft
from activities.sending import SendingActivities
from channels.email import EmailChannel
from channels.mime import EmailContent
from local.postgres import EmbeddedPostgres
from models.lifecycle import Decision
from models.messages import DeliveryState
from storage.database import Database
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, make_case
from tests.integration.senders import (
    EventfulMail,
    composer,
    inbox,
    mailing,
    put_off,
    run,
)
from tests.waiting import until

READY, SENT, FAILED = DeliveryState.READY, DeliveryState.SENT, DeliveryState.FAILED
UNKNOWN, CANCELLED = DeliveryState.UNKNOWN, DeliveryState.CANCELLED
CONNECTIONS = 3


@pytest.fixture
async def case(database: Database) -> Case:
    return await make_case(database)


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=CONNECTIONS)
    yield channel
    await channel.close()


async def test_a_hold_between_claim_and_hand_over_keeps_the_rest_in_until_the_resume(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    async def hold(number: int) -> None:
        if number == CONNECTIONS + 1:
            await case.decide(Decision.HOLD)

    batch = await case.batch()
    outcome = await run(mailing(case.database, EventfulMail(email, before=hold)), batch)
    assert outcome.on_hold
    assert outcome.waiting
    assert CONNECTIONS <= outcome.sent < 2 * CONNECTIONS
    assert inbox(mailbox).total() == outcome.sent
    assert set(await case.states(batch)) == {READY, SENT}
    await case.decide(Decision.RESUME)
    resumed = await run(mailing(case.database, email), batch)
    assert resumed.sent == outcome.sent + outcome.waiting
    assert set(inbox(mailbox).values()) == {1}


async def test_a_stop_between_claim_and_hand_over_cancels_the_rest(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    async def stop(number: int) -> None:
        if number == 1:
            await case.decide(Decision.STOP)

    batch = await case.batch()
    outcome = await run(mailing(case.database, EventfulMail(email, before=stop)), batch)
    states = await case.states(batch)
    assert outcome.waiting == 0
    assert set(states) <= {SENT, CANCELLED}
    assert states.count(SENT) == inbox(mailbox).total() < CONNECTIONS


async def test_a_database_that_is_away_learns_the_outcomes_when_it_is_back(
    case: Case, mailbox: LocalMailbox, email: EmailChannel, postgres: EmbeddedPostgres
) -> None:
    async def stop_database(number: int) -> None:
        if number == CONNECTIONS + 1:
            await asyncio.to_thread(postgres.stop)

    with capture_logs() as logs:

        async def outcomes_are_lost() -> bool:
            return any(entry["event"] == "outcomes.not_recorded" for entry in logs)

        async def start_database_again() -> None:
            await until(outcomes_are_lost)
            await asyncio.to_thread(postgres.start)

        batch = await case.batch()
        restart = asyncio.create_task(start_database_again())
        sending = mailing(case.database, EventfulMail(email, sent=stop_database))
        first = (await asyncio.gather(run(sending, batch), return_exceptions=True))[0]
        await restart
    states = await case.states(batch)
    assert states.count(SENT) == inbox(mailbox).total() > CONNECTIONS
    if isinstance(first, BaseException):
        await run(mailing(case.database, email), batch)
    assert set(await case.states(batch)) == {SENT}
    assert inbox(mailbox) == {delivery.address: 1 for delivery in await case.deliveries(batch)}


async def test_a_sender_that_died_leaves_one_message_unknown_and_nobody_gets_two(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    reached, forever = asyncio.Event(), asyncio.Event()

    async def stay(number: int) -> None:
        if number == CONNECTIONS + 1:
            reached.set()
            await forever.wait()

    batch = await case.batch()
    dying = asyncio.create_task(run(mailing(case.database, EventfulMail(email, behind=stay)), batch))
    await reached.wait()  # nothing more comes from this sender, as if its process had been killed
    assert DeliveryState.SENDING in await case.states(batch)
    outcome = await run(mailing(case.database, email), batch)
    states = await case.states(batch)
    assert set(states) == {SENT, UNKNOWN}
    assert 1 <= states.count(UNKNOWN) <= CONNECTIONS  # those beside it may have been handed over as well
    assert (outcome.sent, outcome.waiting) == (states.count(SENT), 0)
    forever.set()
    await asyncio.gather(dying, return_exceptions=True)
    assert set(inbox(mailbox).values()) == {1}


@pytest.mark.parametrize(
    "error", [ValueError("x"), KeyError("x"), UndefinedError("x"), RuntimeError("x"), AttributeError("x")]
)
async def test_whatever_breaks_one_message_in_the_making_does_not_break_the_others(
    case: Case, mailbox: LocalMailbox, email: EmailChannel, error: Exception
) -> None:
    batch = await case.batch()
    poisoned = (await case.deliveries(batch))[1]

    async def compose(draft: Draft) -> EmailContent:
        if draft.delivery.id == poisoned.id:
            raise error
        return await composer(case.database).email(draft)

    with capture_logs() as logs:
        outcome = await run(SendingActivities(case.database, email, compose), batch)
    assert {entry["delivery_id"] for entry in logs} == {str(poisoned.id)}
    assert (outcome.ended, outcome.waiting) == (1, 0)
    parked = next(one for one in await case.deliveries(batch) if one.id == poisoned.id)
    assert (parked.state, parked.failure) == (FAILED, "not_renderable")
    assert poisoned.address not in inbox(mailbox)
    assert inbox(mailbox).total() == outcome.sent == batch.last - batch.first


async def test_what_breaks_before_the_hand_over_is_tried_again(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    async def break_once(number: int) -> None:
        if number == 2:
            raise RuntimeError

    batch = await case.batch()
    with capture_logs() as logs:
        await put_off(mailing(case.database, EventfulMail(email, before=break_once)), batch)
    assert "delivery.broke" in {entry["event"] for entry in logs}
    await run(mailing(case.database, email), batch)
    assert set(await case.states(batch)) == {SENT}
    assert set(inbox(mailbox).values()) == {1}


@pytest.mark.parametrize("error", [RuntimeError, ConnectionResetError])
async def test_what_breaks_after_the_hand_over_is_unknown_and_not_sent_again(
    case: Case, mailbox: LocalMailbox, email: EmailChannel, error: type[Exception]
) -> None:
    async def break_once(number: int) -> None:
        if number == 2:
            raise error

    batch = await case.batch()
    with capture_logs():
        outcome = await run(mailing(case.database, EventfulMail(email, sent=break_once)), batch)
    assert (outcome.ended, outcome.waiting) == (1, 0)
    assert (await case.states(batch)).count(UNKNOWN) == 1
    await run(mailing(case.database, email), batch)
    assert set(inbox(mailbox).values()) == {1}


async def test_an_answer_lost_after_the_last_byte_leaves_the_delivery_unknown(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch = await case.batch()
    mailbox.order({"verb": "accepted_then_drop", "times": 2})
    await run(mailing(case.database, email), batch)
    await run(mailing(case.database, email), batch)
    assert (await case.states(batch)).count(UNKNOWN) == 2
    assert inbox(mailbox) == {delivery.address: 1 for delivery in await case.deliveries(batch)}


async def test_two_attempts_at_the_same_time_write_to_nobody_twice(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch = await case.batch()
    sending = mailing(case.database, email)
    await asyncio.gather(*(run(sending, batch) for _ in range(3)), return_exceptions=True)
    await run(sending, batch)
    assert set(await case.states(batch)) <= {SENT, UNKNOWN}
    assert inbox(mailbox) == {delivery.address: 1 for delivery in await case.deliveries(batch)}
