"""A worker that shuts down and an activity that is cancelled: what is known of a message is written down."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.sending import TRY_AGAIN, SendingActivities
from channels.email import EmailChannel
from models.messages import Batch, BatchOutcome, DeliveryState
from storage.database import Database
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, add_members, make_case
from tests.integration.senders import EventfulMail, composer, inbox, mailing, run
from tests.waiting import until

READY, SENT, UNKNOWN = DeliveryState.READY, DeliveryState.SENT, DeliveryState.UNKNOWN
SENDING = DeliveryState.SENDING
CONNECTIONS = 3


@pytest.fixture
async def case(database: Database) -> Case:
    await add_members(database, 10)
    return await make_case(database)


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=CONNECTIONS)
    yield channel
    await channel.close()


class Attempt:
    """One attempt whose first messages stay just behind their last gate, until told to go on."""

    def __init__(
        self, case: Case, email: EmailChannel, *, staying: int = 1, finish_seconds: float = 20
    ) -> None:
        self._staying, self._at_the_gate = staying, 0
        self.environment = ActivityEnvironment()
        self.handed_over, self.go_on = asyncio.Event(), asyncio.Event()
        self._sending = SendingActivities(
            case.database,
            EventfulMail(email, behind=self._stay),
            composer(case.database).email,
            finish_seconds=finish_seconds,
        )

    def start(self, batch: Batch) -> asyncio.Task[BatchOutcome]:
        return asyncio.create_task(self._run(batch))

    async def _run(self, batch: Batch) -> BatchOutcome:
        return await self.environment.run(self._sending.send_batch, batch)

    async def _stay(self, number: int) -> None:
        if number <= self._staying:
            self._at_the_gate += 1
            if self._at_the_gate == self._staying:
                self.handed_over.set()
            await self.go_on.wait()


async def until_arrived(mailbox: LocalMailbox, count: int) -> None:
    async def arrived() -> bool:
        return inbox(mailbox).total() >= count

    await until(arrived)


async def test_a_worker_that_shuts_down_claims_no_more_and_has_the_rest_tried_elsewhere(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch, attempt = await case.batch(), Attempt(case, email)
    running = attempt.start(batch)
    await attempt.handed_over.wait()
    attempt.environment.worker_shutdown()
    attempt.go_on.set()
    with pytest.raises(ApplicationError) as caught:
        await running
    assert (caught.value.type, caught.value.non_retryable) == (TRY_AGAIN, False)
    states = await case.states(batch)
    assert (set(states), states.count(SENT)) == ({SENT, READY}, CONNECTIONS)
    await run(mailing(case.database, email), batch)
    assert inbox(mailbox) == {delivery.address: 1 for delivery in await case.deliveries(batch)}


async def test_a_shutdown_after_the_last_claim_leaves_nothing_to_try_again(
    case: Case, email: EmailChannel
) -> None:
    batch = (await case.batch()).model_copy(update={"last": CONNECTIONS})
    attempt = Attempt(case, email)
    running = attempt.start(batch)
    await attempt.handed_over.wait()
    attempt.environment.worker_shutdown()
    attempt.go_on.set()
    assert (await running).sent == CONNECTIONS


async def test_a_cancelled_attempt_finishes_what_it_handed_over(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch, attempt = await case.batch(), Attempt(case, email, staying=CONNECTIONS)
    running = attempt.start(batch)
    await attempt.handed_over.wait()
    attempt.environment.cancel()
    await asyncio.sleep(0)
    assert not running.done()
    attempt.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    states = await case.states(batch)
    assert (set(states), states.count(SENT)) == ({SENT, READY}, CONNECTIONS)
    await run(mailing(case.database, email), batch)
    assert set(await case.states(batch)) == {SENT}
    assert inbox(mailbox) == {delivery.address: 1 for delivery in await case.deliveries(batch)}


async def test_a_cancelled_attempt_hands_nothing_more_over(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    environment = ActivityEnvironment()

    async def cancel(_number: int) -> None:
        environment.cancel()

    batch = await case.batch()
    sending = mailing(case.database, EventfulMail(email, before=cancel))
    with pytest.raises(asyncio.CancelledError):
        await environment.run(sending.send_batch, batch)
    assert set(await case.states(batch)) == {READY}
    assert inbox(mailbox).total() == 0


async def test_a_message_that_hangs_on_takes_no_known_outcome_with_it(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch, attempt = await case.batch(), Attempt(case, email, finish_seconds=0.3)
    running = attempt.start(batch)
    await attempt.handed_over.wait()
    await until_arrived(mailbox, CONNECTIONS - 1)
    attempt.environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    states = await case.states(batch)
    assert (states.count(SENDING), states.count(UNKNOWN)) == (1, 0)
    assert states.count(SENT) == inbox(mailbox).total() >= CONNECTIONS - 1
    outcome = await run(mailing(case.database, email), batch)
    assert (outcome.ended, outcome.waiting) == (1, 0)
    assert (await case.states(batch)).count(UNKNOWN) == 1
    assert set(inbox(mailbox).values()) == {1}
