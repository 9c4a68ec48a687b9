"""One large release that is stopped and goes on again and again, and what the mailbox saw of each stop."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from channels.email import EmailChannel
from models.lifecycle import Decision
from models.messages import Batch, Dispatched
from models.vocabulary import Channel
from storage import actions, decisions, outbox
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute
from tests.integration.senders import EventfulMail, mailing, run
from workflows.distribution import WINDOW

BATCH_SIZE: Final = 500
LONGEST_LAG: Final = timedelta(seconds=2)
"""How long after a stop a last message may arrive, and a batch may go on (issue 3)."""


@dataclass(frozen=True)
class Verdict:
    """What went on behind one stop."""

    sent_before: int
    begun_after: int
    """Messages handed over by a transaction that began after the stop."""
    tail: list[timedelta]
    """How long after the stop each message arrived that arrived later."""
    ended_after: timedelta
    """How long after the stop the last batch ended."""

    def faults(self, connections: int) -> list[str]:
        """List what must not be."""
        wrong = {
            f"{self.begun_after} sends begun after the stop": self.begun_after > 0,
            f"a tail of {len(self.tail)} messages": len(self.tail) > connections,
            f"a message {max(self.tail, default=None)} late": any(one > LONGEST_LAG for one in self.tail),
            f"a batch ended {self.ended_after} late": self.ended_after > LONGEST_LAG,
        }
        return [what for what, is_so in wrong.items() if is_so]


@dataclass
class Release:
    """A frozen release that the real activity sends, several batches at once, to the real mailbox."""

    case: Case
    dispatched: Dispatched
    channel: EmailChannel
    mailbox: LocalMailbox
    arrived: Counter[str] = field(default_factory=Counter)
    _seen: int = 0
    _sent: int = 0
    _stopped: bool = False
    _step: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def stopped_after(self, messages: int, pause_seconds: float) -> Verdict:
        """Send until so many messages are out and a moment has passed, then stop, and judge."""
        self._sent, self._stopped = 0, False
        sending = asyncio.create_task(self._send())
        async with self._step:
            await self._step.wait_for(lambda: self._sent >= messages or sending.done())
        await asyncio.sleep(pause_seconds)
        stopped_at = await self._stop()
        self._stopped = True
        await sending
        async with self.case.database.transaction() as session:
            ended_at = await _clock(session)
        return await self._judge(stopped_at, ended_at)

    async def go_on(self) -> None:
        """Undo the stop, as nobody can but a test."""
        await execute(self.case.database, "UPDATE urgent_action SET stopped_at = NULL")
        await execute(
            self.case.database,
            "UPDATE delivery SET state = 'ready', failure = NULL, settled_at = NULL"
            " WHERE state = 'cancelled'",
        )

    async def _send(self) -> None:
        """Send batch by batch as a distribution does; once it is stopped, none begins any more."""
        window = asyncio.Semaphore(WINDOW)
        sending = mailing(self.case.database, EventfulMail(self.channel, sent=self._note))

        async def send(batch: Batch) -> None:
            async with window:
                if not self._stopped:
                    await run(sending, batch)

        async with self.case.database.transaction() as session:
            batches = await outbox.unsent_ranges(session, self.dispatched, BATCH_SIZE)
        await asyncio.gather(*(send(batch) for batch in batches if batch.channel is Channel.EMAIL))

    async def _note(self, _number: int) -> None:
        async with self._step:
            self._sent += 1
            self._step.notify_all()

    async def _stop(self) -> datetime:
        """Stop as the API does; return the database's time as its commit begins."""
        async with self.case.database.transaction() as session:
            action = await actions.action_by_reference(session, self.case.action.reference, lock=True)
            assert action
            assert await decisions.decide(session, action, Decision.STOP, self.case.action.author_id) is None
            await session.flush()
            return await _clock(session)

    async def _judge(self, stopped_at: datetime, ended_at: datetime) -> Verdict:
        query = "SELECT count(*) FROM delivery WHERE handed_over_at > :moment"
        begun_after = (await execute(self.case.database, query, moment=stopped_at))[0][0]
        lags = [arrived_at - stopped_at for arrived_at in await asyncio.to_thread(self._arrivals)]
        return Verdict(
            sent_before=self._sent,
            begun_after=begun_after,
            tail=[lag for lag in lags if lag > timedelta(0)],
            ended_after=ended_at - stopped_at,
        )

    def _arrivals(self) -> list[datetime]:
        """Fetch what has arrived since the last time."""
        messages: list[dict[str, Any]] = self.mailbox.get("/messages", after=str(self._seen))
        self._seen = max([self._seen, *(one["sequence"] for one in messages)])
        self.arrived.update(address for one in messages for address in one["to"])
        return [datetime.fromisoformat(one["received_at"]) for one in messages]


async def _clock(session: AsyncSession) -> datetime:
    moment: datetime = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return moment
