"""Senders that keep within limits, turn to the next provider, and take turns: measured at the mailbox."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from uuid import UUID

import pytest
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError

from activities.sending import TRY_AGAIN, SendingActivities
from channels.email import EmailChannel
from channels.mime import EmailContent, Relay
from channels.several import SeveralProviders
from local.ports import free_port
from models.lifecycle import Decision
from models.messages import Batch, BatchOutcome, DeliveryState
from models.providers import Limits
from storage.database import Database
from tests import factories
from tests.integration.channels.scripted_relay import DROP, ScriptedRelay, Step, scripted_relay
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, add_members, execute, make_case
from tests.integration.senders import composer, inbox, put_off, run
from tests.waiting import until

READY, SENT, UNKNOWN = DeliveryState.READY, DeliveryState.SENT, DeliveryState.UNKNOWN
FAILED, CANCELLED = DeliveryState.FAILED, DeliveryState.CANCELLED
FIRST, SECOND = "first", "second"
BOTH = (Limits(FIRST), Limits(SECOND))
CONNECTIONS = 6
"""More than the failures in a row that open a circuit, so that one claim is enough."""

Make = Callable[..., SendingActivities[EmailContent]]


@pytest.fixture
async def case(database: Database) -> Case:
    return await make_case(database)


@pytest.fixture
async def first() -> AsyncIterator[ScriptedRelay]:
    """A relay that does what a test says."""
    async with scripted_relay() as served:
        yield served


@pytest.fixture
async def make(case: Case, mailbox: LocalMailbox) -> AsyncIterator[Make]:
    """Make senders of one relay, the mailbox, or of a relay at a port before it."""
    made: list[SeveralProviders[EmailContent]] = []

    def make(*offers: Limits, port: int | None = None) -> SendingActivities[EmailContent]:
        relays = {FIRST: replace(mailbox.relay, port=port or mailbox.relay.port), SECOND: mailbox.relay}
        channel = SeveralProviders([_mail(relays[limits.provider], limits.provider) for limits in offers])
        made.append(channel)
        return SendingActivities(case.database, channel, composer(case.database).email, offers=offers)

    yield make
    for channel in made:
        await channel.close()


def _mail(relay: Relay, provider: str) -> EmailChannel:
    return EmailChannel(relay, connections=CONNECTIONS, provider=provider)


async def to_the_end(sending: SendingActivities[EmailContent], batch: Batch) -> BatchOutcome:
    """Run attempts, as Temporal would, without its waits between them."""
    for _ in range(20):
        try:
            return await run(sending, batch)
        except ApplicationError as error:
            if error.type != TRY_AGAIN:
                raise
    raise AssertionError("the batch does not come to its end")


async def providers_of(case: Case, batch: Batch) -> set[tuple[DeliveryState, str | None]]:
    return {(one.state, one.provider) for one in await case.deliveries(batch)}


async def test_a_relay_that_is_away_is_replaced_by_the_second_and_everybody_gets_one_mail(
    case: Case, mailbox: LocalMailbox, make: Make
) -> None:
    batch = await case.batch()
    with capture_logs() as logs:
        await to_the_end(make(*BOTH, port=free_port()), batch)
    assert await providers_of(case, batch) == {(SENT, SECOND)}
    assert inbox(mailbox) == {one.address: 1 for one in await case.deliveries(batch)}
    opened = [entry for entry in logs if entry["event"] == "provider.circuit_opened"]
    assert [(entry["log_level"], entry["provider"]) for entry in opened] == [("error", FIRST)]


async def test_what_may_have_been_taken_by_the_first_is_never_given_to_the_second(
    case: Case, mailbox: LocalMailbox, make: Make, first: ScriptedRelay
) -> None:
    first.order(Step.DOT, *[DROP] * 100)
    batch = await case.batch()
    with capture_logs():
        await to_the_end(make(*BOTH, port=first.port), batch)
    found = await case.deliveries(batch)
    in_doubt = {one.address for one in found if one.state is UNKNOWN}
    assert 1 <= len(in_doubt) == len(first.contents) <= CONNECTIONS  # then its circuit was open
    assert await providers_of(case, batch) == {(UNKNOWN, FIRST), (SENT, SECOND)}
    assert inbox(mailbox) == {one.address: 1 for one in found if one.address not in in_doubt}


async def test_a_relay_that_refuses_our_credentials_is_replaced_at_once(
    case: Case, make: Make, first: ScriptedRelay
) -> None:
    first.order(Step.MAIL, *["530 5.7.0 who are you"] * 100)
    batch = await case.batch()
    with capture_logs() as logs:
        await to_the_end(make(*BOTH, port=first.port), batch)
    assert await providers_of(case, batch) == {(SENT, SECOND)}
    assert "email.credentials_refused" in {entry["event"] for entry in logs}


async def test_messages_that_are_refused_for_themselves_do_not_open_the_circuit(
    case: Case, mailbox: LocalMailbox, make: Make, first: ScriptedRelay
) -> None:
    first.order(Step.DOT, *["554 5.6.0 not this"] * 100)
    batch = await case.batch()
    with capture_logs() as logs:
        await run(make(*BOTH, port=first.port), batch)
    assert await providers_of(case, batch) == {(FAILED, FIRST)}
    assert mailbox.messages() == []
    assert "provider.circuit_opened" not in {entry["event"] for entry in logs}


async def test_mailboxes_that_are_full_do_not_open_the_circuit(
    case: Case, make: Make, first: ScriptedRelay
) -> None:
    first.order(Step.RCPT, *["452 4.2.2 full"] * 100)
    batch = await case.batch()
    with capture_logs() as logs:
        await put_off(make(*BOTH, port=first.port), batch)
    assert await providers_of(case, batch) == {(READY, None)}
    assert "provider.circuit_opened" not in {entry["event"] for entry in logs}


async def test_a_relay_that_comes_back_is_preferred_again(
    case: Case, make: Make, first: ScriptedRelay
) -> None:
    other = await make_case(case.database)
    first.order(Step.GREETING, *[DROP] * CONNECTIONS)
    sending = make(*BOTH, port=first.port)
    with capture_logs() as logs:
        await to_the_end(sending, await case.batch())
        await execute(case.database, "UPDATE provider SET probe_at = now() WHERE name = 'first'")
        batch = await other.batch()
        await run(sending, batch)
    assert await providers_of(case, batch) == {(SENT, FIRST)}
    assert "provider.circuit_closed" in {entry["event"] for entry in logs}


async def test_a_relay_that_takes_no_more_connections_is_left_alone_for_a_moment_by_all(
    case: Case, make: Make, first: ScriptedRelay
) -> None:
    first.order(Step.GREETING, *["421 4.7.0 too many"] * CONNECTIONS)
    batch = await case.batch()
    began = time.monotonic()
    with capture_logs() as logs:
        await put_off(make(Limits(FIRST), port=first.port), batch)
    connections = first.connections
    assert connections == CONNECTIONS + len(first.contents)
    assert time.monotonic() - began >= 2
    assert {entry["provider"] for entry in logs if entry["event"] == "provider.paused"} == {FIRST}
    assert {one.state for one in await case.deliveries(batch)} <= {READY, SENT}


async def test_two_workers_keep_a_relay_within_its_limit_together(
    case: Case, mailbox: LocalMailbox, make: Make
) -> None:
    await add_members(case.database, 12)
    batch = await case.batch()
    half = batch.first + (batch.last - batch.first) // 2
    parts = [batch.model_copy(update=part) for part in ({"last": half}, {"first": half + 1})]
    limits = Limits(FIRST, per_second=5)
    began = time.monotonic()
    await asyncio.gather(*(run(make(limits), part) for part in parts))
    seconds = time.monotonic() - began
    arrived = inbox(mailbox).total()
    assert arrived == batch.last - batch.first + 1
    assert seconds >= (arrived - 1) / 5
    claimed = await execute(
        case.database,
        "SELECT max(n) FROM (SELECT count(*) OVER (ORDER BY claimed_at RANGE BETWEEN CURRENT ROW"
        " AND interval '999 milliseconds' FOLLOWING) AS n FROM delivery) AS seconds",
    )
    assert claimed[0][0] <= 6  # transactions begin a moment before they take


async def test_a_day_that_is_spent_ends_a_batch_and_says_until_when(case: Case, make: Make) -> None:
    batch = await case.batch()
    outcome = await run(make(Limits(FIRST, per_day=4)), batch)
    assert (outcome.sent, outcome.ended) == (4, 0)
    assert outcome.waiting == batch.last - batch.first - 3
    assert outcome.wait
    assert timedelta(0) < outcome.wait <= timedelta(days=1)


async def test_a_stop_is_not_kept_waiting_by_senders_that_wait(
    case: Case, mailbox: LocalMailbox, make: Make
) -> None:
    batch = await case.batch()
    sending = asyncio.create_task(run(make(Limits(FIRST, per_second=0.3)), batch))

    async def first_arrived() -> bool:
        return bool(mailbox.messages())

    await until(first_arrived)
    began = time.monotonic()
    await case.decide(Decision.STOP)
    assert time.monotonic() - began < 1
    outcome = await sending
    assert (outcome.sent, outcome.waiting) == (1, 0)
    assert (await case.states(batch)).count(CANCELLED) == batch.last - batch.first


async def test_two_releases_share_the_senders_and_an_immediate_one_overtakes(
    case: Case, mailbox: LocalMailbox, make: Make
) -> None:
    await add_members(case.database, 40)
    trees = [{**factories.case_tree(), "urgency": one} for one in ("urgent", "urgent", "immediate")]
    cases = [await make_case(case.database, tree) for tree in trees]
    batches = [await one.batch() for one in cases]
    urgent = batches[2]
    assert [batch.priority for batch in batches] == [3, 3, 2]
    order = {one.id: place for place, batch in enumerate(batches) for one in await case.deliveries(batch)}
    sending = make(Limits(FIRST, per_second=200))
    await asyncio.gather(*(to_the_end(sending, batch) for batch in batches))
    came = [order[UUID(message["message_id"][1:37])] for message in mailbox.messages()]
    size = urgent.last - urgent.first + 1
    assert came.index(2) <= 2 * CONNECTIONS
    assert came[: size + 2 * CONNECTIONS].count(2) == size  # nobody else came between
    rest = came[size + 2 * CONNECTIONS :]
    assert max(len(list(run)) for _, run in groupby(rest[: len(rest) * 3 // 4])) <= 3 * CONNECTIONS
    half = rest[: len(rest) // 2]
    assert 0.3 <= half.count(0) / len(half) <= 0.7
