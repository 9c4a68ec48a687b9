"""The activity that sends a batch, over real channels, and channels in which something happens."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.composing import Composer, Stationery
from activities.sending import TRY_AGAIN, SendingActivities
from channels.base import Channel, HandOver, Outbound, Receipt
from channels.email import EmailChannel
from channels.mime import EmailContent
from models.messages import Batch, BatchOutcome
from security.unsubscribing import UnsubscribeLinks
from storage.database import Database
from templates.letter.press import LetterPress
from templates.rendering import Renderer
from tests import factories
from tests.integration.local_servers import LocalMailbox

PUBLIC_URL = "https://red.example"

Step = Callable[[int], Awaitable[None]]


def composer(database: Database) -> Composer:
    """Make the composer of a worker."""
    return Composer(
        database,
        Stationery(
            Renderer("Red Acuerpa"),
            LetterPress("Red Acuerpa"),
            UnsubscribeLinks(factories.UNSUBSCRIBING_KEY, PUBLIC_URL),
        ),
        factories.CIPHER,
        public_url=PUBLIC_URL,
        time_zone="America/Mexico_City",
        sign_links_last=timedelta(days=90),
    )


def mailing(database: Database, channel: Channel[EmailContent]) -> SendingActivities[EmailContent]:
    """Make the activity of the email queue."""
    return SendingActivities(database, channel, composer(database).email)


async def run(sending: SendingActivities[Any], batch: Batch) -> BatchOutcome:
    """Run one attempt of the activity."""
    return await ActivityEnvironment().run(sending.send_batch, batch)


async def put_off(sending: SendingActivities[Any], batch: Batch) -> ApplicationError:
    """Run one attempt that asks to be tried again."""
    with pytest.raises(ApplicationError) as caught:
        await run(sending, batch)
    assert caught.value.type == TRY_AGAIN
    assert not caught.value.non_retryable
    return caught.value


async def until_taken(sending: SendingActivities[Any], batch: Batch) -> int:
    """Run attempts until nothing of a batch waits, as Temporal does, and return how many there were."""
    for attempt in range(1, 9):
        try:
            await run(sending, batch)
        except ApplicationError:
            continue
        return attempt
    raise AssertionError("something waits after eight attempts")


def inbox(mailbox: LocalMailbox) -> Counter[str]:
    """Count the mails that arrived, by recipient."""
    return Counter(address for message in mailbox.messages() for address in message["to"])


async def nothing(_number: int) -> None:
    """Let a step pass."""


class EventfulMail:
    """Real email in which something happens at the n-th message: before its last gate, behind it, or sent."""

    repeatable = False

    def __init__(
        self,
        inner: EmailChannel,
        *,
        before: Step = nothing,
        behind: Step = nothing,
        sent: Step = nothing,
    ) -> None:
        self.provider, self.connections = inner.provider, inner.connections
        self._inner = inner
        self._before, self._behind, self._sent = before, behind, sent
        self._count = 0

    async def send(self, message: Outbound[EmailContent], hand_over: HandOver) -> Receipt:
        """Send one mail."""
        self._count += 1
        number = self._count

        async def watched() -> None:
            await self._before(number)
            await hand_over()
            await self._behind(number)

        receipt = await self._inner.send(message, watched)
        await self._sent(number)
        return receipt

    async def close(self) -> None:
        """Close every connection."""
        await self._inner.close()
