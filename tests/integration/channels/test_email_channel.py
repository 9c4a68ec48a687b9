import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from channels.base import ChannelError, Failure, InDoubtError, PermanentError, Receipt, TransientError
from channels.email import EmailChannel
from local.ports import free_port
from tests.integration.channels.mails import ANA, HandOvers, mail
from tests.integration.local_servers import LocalMailbox

BEFORE, AFTER = 0, 1
"""How often the last gate had been passed when the fault happened."""


@pytest.fixture
async def channel(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    made = EmailChannel(mailbox.relay, connections=3)
    yield made
    await made.close()


async def failure(channel: EmailChannel, address: str = ANA) -> tuple[ChannelError, int]:
    gate = HandOvers()
    with pytest.raises(ChannelError) as caught:
        await channel.send(mail(address), gate)
    return caught.value, gate.count


async def test_a_mail_arrives_as_it_was_written(channel: EmailChannel, mailbox: LocalMailbox) -> None:
    gate, message = HandOvers(), mail(subject="Acción urgente: ¡hoy!", text=".\nÚnanse ✊\n..fin\n")
    receipt = await channel.send(message, gate)
    assert receipt == Receipt("2.0.0 kept")
    assert gate.count == 1
    (arrived,) = mailbox.messages()
    assert arrived["to"] == [ANA]
    assert arrived["envelope_from"] == "acuerpa@red.example"
    assert arrived["subject"] == "Acción urgente: ¡hoy!"
    assert arrived["text"].splitlines() == [".", "Únanse ✊", "..fin"]
    assert arrived["html"].splitlines() == ["<p>Únanse.</p>"]
    headers = arrived["headers"]
    assert headers["Message-ID"] == f"<{message.delivery_id}@red.example>"
    assert headers["To"] == "Ana Ejemplo <ana@partner.example>"
    assert headers["From"] == "Red Acuerpa <acuerpa@red.example>"
    assert (headers["Auto-Submitted"], headers["Content-Language"]) == ("auto-generated", "es")


TRANSIENT = [
    ("connect", 421, Failure.BUSY, BEFORE),
    ("connect", 451, Failure.BUSY, BEFORE),
    ("connect", 554, Failure.UNREACHABLE, BEFORE),
    ("mail", 421, Failure.BUSY, BEFORE),
    ("mail", 451, Failure.BUSY, BEFORE),
    ("mail", 550, Failure.UNREACHABLE, BEFORE),
    ("mail", 530, Failure.UNAUTHORISED, BEFORE),
    ("rcpt", 421, Failure.BUSY, BEFORE),
    ("rcpt", 450, Failure.BUSY, BEFORE),
    ("rcpt", 452, Failure.BUSY, BEFORE),
    ("rcpt", 530, Failure.UNAUTHORISED, BEFORE),
    ("data", 421, Failure.BUSY, AFTER),
    ("data", 451, Failure.BUSY, AFTER),
]
PERMANENT = [
    ("rcpt", 550, Failure.NO_SUCH_ADDRESS, BEFORE),
    ("rcpt", 551, Failure.NO_SUCH_ADDRESS, BEFORE),
    ("rcpt", 553, Failure.NO_SUCH_ADDRESS, BEFORE),
    ("rcpt", 552, Failure.MESSAGE_REFUSED, BEFORE),
    ("rcpt", 554, Failure.MESSAGE_REFUSED, BEFORE),
    ("data", 550, Failure.MESSAGE_REFUSED, AFTER),
    ("data", 554, Failure.MESSAGE_REFUSED, AFTER),
]


@pytest.mark.parametrize(("verb", "code", "expected", "passed"), TRANSIENT)
async def test_what_a_relay_puts_off_may_be_sent_again(
    channel: EmailChannel, mailbox: LocalMailbox, verb: str, code: int, expected: Failure, passed: int
) -> None:
    mailbox.order({"verb": verb, "code": code})
    error, handed_over = await failure(channel)
    assert isinstance(error, TransientError)
    assert (error.failure, handed_over, mailbox.fired()) == (expected, passed, [1])
    assert mailbox.messages() == []
    await channel.send(mail(), HandOvers())
    assert len(mailbox.messages()) == 1


@pytest.mark.parametrize(("verb", "code", "expected", "passed"), PERMANENT)
async def test_what_a_relay_refuses_is_refused_for_good(
    channel: EmailChannel, mailbox: LocalMailbox, verb: str, code: int, expected: Failure, passed: int
) -> None:
    mailbox.order({"verb": verb, "code": code})
    error, handed_over = await failure(channel)
    assert isinstance(error, PermanentError)
    assert (error.failure, handed_over, mailbox.fired()) == (expected, passed, [1])
    assert error.suppress is (expected is Failure.NO_SUCH_ADDRESS)
    assert mailbox.messages() == []
    await channel.send(mail(), HandOvers())
    assert len(mailbox.messages()) == 1


async def test_an_answer_lost_after_the_last_byte_leaves_the_message_in_doubt(
    channel: EmailChannel, mailbox: LocalMailbox
) -> None:
    mailbox.order({"verb": "accepted_then_drop"})
    error, handed_over = await failure(channel)
    assert isinstance(error, InDoubtError)
    assert (error.failure, handed_over) == (Failure.CONNECTION_LOST_AT_THE_END, AFTER)
    assert len(mailbox.messages()) == 1


async def test_a_relay_that_is_not_there_is_tried_again(mailbox: LocalMailbox) -> None:
    channel = EmailChannel(replace(mailbox.relay, port=free_port()), connections=1)
    error, handed_over = await failure(channel)
    assert isinstance(error, TransientError)
    assert (error.failure, handed_over) == (Failure.UNREACHABLE, BEFORE)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_relay_without_the_tls_that_we_ask_for_gets_nothing(
    mailbox: LocalMailbox, security: str
) -> None:
    relay = replace(mailbox.relay, security=security, timeout_seconds=5)  # type: ignore[arg-type]
    error, handed_over = await failure(EmailChannel(relay, connections=1))
    assert isinstance(error, TransientError)
    assert (error.failure, handed_over) == (Failure.UNREACHABLE, BEFORE)
    assert mailbox.messages() == []


async def test_one_refused_recipient_does_not_disturb_those_beside_it(
    channel: EmailChannel, mailbox: LocalMailbox
) -> None:
    mailbox.order({"verb": "rcpt", "code": 550, "times": 9, "address": "p3@partner.example"})
    sent = await asyncio.gather(
        *(channel.send(mail(f"p{number}@partner.example"), HandOvers()) for number in range(12)),
        return_exceptions=True,
    )
    assert [isinstance(one, Receipt) for one in sent] == [number != 3 for number in range(12)]
    arrived = sorted(message["to"][0] for message in mailbox.messages())
    assert arrived == sorted(f"p{number}@partner.example" for number in range(12) if number != 3)


async def test_a_gate_that_closes_at_the_last_moment_keeps_the_message_in(
    channel: EmailChannel, mailbox: LocalMailbox
) -> None:
    async def closed() -> None:
        raise PermissionError

    with pytest.raises(PermissionError):
        await channel.send(mail(), closed)
    await channel.send(mail("bea@partner.example"), HandOvers())
    assert [message["to"] for message in mailbox.messages()] == [["bea@partner.example"]]
