"""A relay that fails at each step in each way: one copy, or none with a reason, or doubt."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final, NamedTuple

from structlog.testing import capture_logs

from channels.base import Channel, HandOver, InDoubtError, Outbound, Receipt, TransientError
from channels.email import EmailChannel
from channels.mime import EmailContent, Relay
from models.messages import Batch, DeliveryState
from storage.database import Database
from tests.chaos.judge import in_words
from tests.integration.channels.scripted_relay import DROP, SILENCE, ScriptedRelay, Step, scripted_relay
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.senders import mailing, until_taken

LATER, CLOSING, REFUSED, NONSENSE = "451 4.3.0 later", "421 4.3.2 closing", "554 5.6.0 no", "what is this"
STEPS: Final = (Step.GREETING, Step.EHLO, Step.MAIL, Step.RCPT, Step.DATA, Step.DOT)
ANSWERS: Final = (LATER, CLOSING, REFUSED, NONSENSE, DROP, SILENCE)
MESSAGE_ID: Final = re.compile(rb"^Message-ID:\s*<([^@>]+)", re.MULTILINE | re.IGNORECASE)
MESSAGES: Final = 3
AGAIN: Final = """
    UPDATE delivery SET state = 'ready', failure = NULL, settled_at = NULL, claim_id = NULL,
                        claimed_at = NULL, handed_over_at = NULL, provider = NULL,
                        provider_reference = NULL, attempts = 0
"""


class Trouble(NamedTuple):
    """One answer in place of the usual one; `grouped` where the relay takes commands in groups."""

    step: Step
    answer: str
    grouped: bool

    @property
    def is_doubtful(self) -> bool:
        """Tell whether the relay may have taken the message."""
        return self.step is Step.DOT and self.answer in {NONSENSE, DROP, SILENCE}

    @property
    def is_final(self) -> bool:
        """Tell whether the relay refuses the message for good; before its recipient, it refuses us."""
        return self.answer == REFUSED and self.step in {Step.RCPT, Step.DATA, Step.DOT}


EVERY_TROUBLE: Final = tuple(
    Trouble(step, answer, grouped) for grouped in (False, True) for step in STEPS for answer in ANSWERS
)


@dataclass(frozen=True)
class Outcome:
    """What came of a few messages, the first of which met with trouble."""

    fired: bool
    states: Counter[DeliveryState]
    failures: Counter[str | None]
    copies: tuple[int, ...]
    """How many of each message the relay has taken, or may have taken."""

    def faults(self, trouble: Trouble) -> list[str]:
        """List what must not be."""
        ended = DeliveryState.UNKNOWN if trouble.is_doubtful else DeliveryState.FAILED
        special = trouble.is_doubtful or trouble.is_final
        messages = len(self.copies)
        states = Counter({DeliveryState.SENT: messages - special, ended: int(special)})
        copies = messages - trouble.is_final
        wrong = {
            "it did not happen": not self.fired,
            f"states: {in_words(self.states)}": self.states != +states,
            f"copies {self.copies}": max(self.copies) > 1 or sum(self.copies) != copies,
            "no reason": None in self.failures,
        }
        return [what for what, is_so in wrong.items() if is_so]


class Credulous:
    """Email that takes what is in doubt for what was not taken: a control."""

    repeatable = False

    def __init__(self, inner: EmailChannel) -> None:
        self.provider, self.connections, self._inner = inner.provider, inner.connections, inner

    async def send(self, message: Outbound[EmailContent], hand_over: HandOver) -> Receipt:
        try:
            return await self._inner.send(message, hand_over)
        except InDoubtError as error:
            raise TransientError(error.failure) from None

    async def close(self) -> None:
        await self._inner.close()


async def frozen(database: Database) -> tuple[Case, Batch]:
    """Freeze a few mails, which each trouble meets anew."""
    case = await make_case(database)
    batch = await case.batch()
    return case, batch.model_copy(update={"last": batch.first + MESSAGES - 1})


async def met_with(trouble: Trouble, case: Case, batch: Batch, *, credulous: bool = False) -> Outcome:
    """Send all mails to a relay that fails once."""
    await execute(case.database, AGAIN)
    async with scripted_relay() as relay:
        if trouble.grouped:
            relay.take_groups()
        relay.order(trouble.step, trouble.answer)
        email = EmailChannel(_relay_at(relay), connections=1)
        channel: Channel[EmailContent] = Credulous(email) if credulous else email
        with capture_logs():
            await until_taken(mailing(case.database, channel), batch)
        await channel.close()
    taken = Counter(_id_of(content) for content in relay.contents)
    taken.subtract(_id_of(content) for content in relay.refused)
    sent = await case.deliveries(batch)
    return Outcome(
        fired=relay.left() == 0,
        states=Counter(one.state for one in sent),
        failures=Counter(one.failure for one in sent if one.state is not DeliveryState.SENT),
        copies=tuple(taken[str(one.id)] for one in sent),
    )


def _id_of(content: bytes) -> str:
    head = MESSAGE_ID.search(content)
    assert head
    return head[1].decode()


def _relay_at(relay: ScriptedRelay) -> Relay:
    return Relay(
        host="127.0.0.1",
        port=relay.port,
        security="none",
        sender="acuerpa@red.example",
        sender_name="Red Acuerpa",
        domain="red.example",
        timeout_seconds=1.0,
    )
