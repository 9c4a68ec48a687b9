"""Commands in groups (RFC 2920): what goes out at once, and what a fault in the middle of a group leaves."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from channels.base import ChannelError, Failure, InDoubtError, PermanentError, Receipt, TransientError
from channels.email import EmailChannel
from channels.mime import Relay
from channels.smtp_dialogue import text_of
from tests.integration.channels.mails import HandOvers, mail
from tests.integration.channels.scripted_relay import DROP, SILENCE, ScriptedRelay, Step, scripted_relay
from tests.waiting import until

ENVELOPE = 2
"""Lines of an envelope behind the first."""


@pytest.fixture
async def relay() -> AsyncIterator[ScriptedRelay]:
    async with scripted_relay() as served:
        served.take_groups()
        yield served


def channel_to(
    relay: ScriptedRelay, connections: int, messages_per_connection: int | None = None
) -> EmailChannel:
    return EmailChannel(
        Relay(
            host="127.0.0.1",
            port=relay.port,
            security="none",
            sender="acuerpa@red.example",
            sender_name="Red Acuerpa",
            domain="red.example",
            timeout_seconds=0.5,
        ),
        connections=connections,
        messages_per_connection=messages_per_connection,
    )


@pytest.fixture
async def channel(relay: ScriptedRelay) -> AsyncIterator[EmailChannel]:
    made = channel_to(relay, connections=1)
    yield made
    await made.close()


async def sent(channel: EmailChannel, *numbers: int) -> list[Receipt | BaseException]:
    """Send some mails at once over the one connection, in turn."""
    mails = (mail(f"p{number}@partner.example", text=f"number {number}") for number in numbers)
    ended = await asyncio.gather(*(channel.send(one, HandOvers()) for one in mails), return_exceptions=True)
    return list(ended)


def arrived(relay: ScriptedRelay) -> list[int]:
    return [number for content in relay.contents for number in range(9) if b"number %d" % number in content]


async def test_an_envelope_goes_out_at_once(relay: ScriptedRelay, channel: EmailChannel) -> None:
    relay.waits_for[Step.MAIL] = ENVELOPE
    assert isinstance((await sent(channel, 1))[0], Receipt)


async def test_behind_a_text_follows_the_envelope_of_a_mail_that_waits(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    relay.waits_for[Step.DOT] = ENVELOPE + 1
    first, second = await asyncio.gather(
        channel.send(mail(text="number 1"), HandOvers()),
        channel.send(mail(text="number 2"), relay_answers_at_once(relay)),
    )
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert (relay.connections, arrived(relay)) == (1, [1, 2])


def relay_answers_at_once(relay: ScriptedRelay) -> HandOvers:
    """Have the relay wait for nothing any more once this mail has come to its last gate."""

    class Answering(HandOvers):
        async def __call__(self) -> None:
            relay.waits_for.clear()

    return Answering()


async def test_a_gate_that_closes_before_the_text_lets_nothing_arrive_and_those_behind_go(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    async def closed() -> None:
        raise PermissionError

    first = asyncio.create_task(channel.send(mail(text="number 1"), closed))
    assert [type(one) for one in await sent(channel, 2, 3)] == [Receipt, Receipt]
    with pytest.raises(PermissionError):
        await first
    assert (relay.connections, arrived(relay)) == (2, [2, 3])


async def test_a_relay_that_takes_data_for_nobody_gets_an_empty_text(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    relay.order(Step.RCPT, "550 5.1.1 no such user")
    found = await sent(channel, 1, 2)
    assert isinstance(found[0], PermanentError)
    assert found[0].suppress
    assert isinstance(found[1], Receipt)
    assert (relay.ended_empty, relay.connections, arrived(relay)) == (1, 1, [2])


async def test_a_relay_that_refuses_data_for_nobody_goes_on(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    relay.order(Step.RCPT, "452 4.2.2 later")
    relay.order(Step.DATA, "503 5.5.1 no recipient")
    found = await sent(channel, 1, 2)
    assert isinstance(found[0], TransientError)
    assert isinstance(found[1], Receipt)
    assert (relay.ended_empty, relay.connections, arrived(relay)) == (0, 1, [2])


async def test_a_recipient_is_refused_though_the_relay_hangs_up_behind_it(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    relay.order(Step.RCPT, "550 5.1.1 no such user")
    relay.order(Step.DATA, DROP)
    found = await sent(channel, 1, 2)
    assert isinstance(found[0], PermanentError)
    assert isinstance(found[1], Receipt)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("421 4.3.2 closing", Failure.BUSY),
        ("451 4.3.0 later", Failure.BUSY),
        ("554 5.3.4 no", Failure.MESSAGE_REFUSED),
        ("250 what", Failure.UNRECOGNISED),
        (DROP, Failure.UNREACHABLE),
        (SILENCE, Failure.UNREACHABLE),
    ],
)
async def test_whatever_happens_at_data_nothing_was_taken(
    relay: ScriptedRelay, channel: EmailChannel, answer: str, expected: Failure
) -> None:
    relay.order(Step.DATA, answer)
    found = await sent(channel, 1)
    assert isinstance(found[0], ChannelError)
    assert not isinstance(found[0], InDoubtError)
    assert (found[0].failure, arrived(relay)) == (expected, [])
    assert isinstance((await sent(channel, 2))[0], Receipt)


@pytest.mark.parametrize("answer", ["550 5.7.1 no", "452 4.2.2 later"])
async def test_a_refused_text_does_not_harm_the_mail_whose_envelope_follows(
    relay: ScriptedRelay, channel: EmailChannel, answer: str
) -> None:
    relay.order(Step.DOT, answer)
    found = await sent(channel, 1, 2, 3)
    assert isinstance(found[0], PermanentError | TransientError)
    assert [type(one) for one in found[1:]] == [Receipt, Receipt]
    assert (relay.connections, arrived(relay)) == (1, [1, 2, 3])


async def test_a_relay_that_closes_at_a_text_gets_those_behind_on_a_new_connection(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    relay.order(Step.DOT, "421 4.3.2 closing")
    found = await sent(channel, 1, 2, 3)
    assert isinstance(found[0], TransientError)
    assert [type(one) for one in found[1:]] == [Receipt, Receipt]
    assert relay.connections == 2


async def test_a_connection_carries_no_more_mails_than_it_may(relay: ScriptedRelay) -> None:
    channel = channel_to(relay, connections=1, messages_per_connection=2)
    assert {type(one) for one in await sent(channel, 1, 2, 3, 4, 5)} == {Receipt}
    assert (relay.connections, arrived(relay)) == (3, [1, 2, 3, 4, 5])
    await channel.close()


@pytest.mark.parametrize("answer", [DROP, SILENCE, "nonsense", "354 go on"])
async def test_a_connection_lost_at_a_text_leaves_that_one_in_doubt_and_each_other_goes_once(
    relay: ScriptedRelay, channel: EmailChannel, answer: str
) -> None:
    relay.order(Step.DOT, answer)
    found = await sent(channel, 1, 2, 3)
    assert isinstance(found[0], InDoubtError)
    assert [type(one) for one in found[1:]] == [Receipt, Receipt]
    assert (relay.connections, arrived(relay)) == (2, [1, 2, 3])


@pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT, Step.DATA])
async def test_an_envelope_that_followed_a_text_and_was_lost_is_said_again(
    relay: ScriptedRelay, channel: EmailChannel, step: Step
) -> None:
    relay.order(step, {Step.DATA: "354 go on"}.get(step, "250 ok"), DROP)
    assert [type(one) for one in await sent(channel, 1, 2)] == [Receipt, Receipt]
    assert (relay.connections, arrived(relay)) == (2, [1, 2])


async def test_a_mail_that_is_cancelled_while_its_envelope_follows_costs_nobody_else(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stay() -> None:
        reached.set()
        await go_on.wait()

    first = asyncio.create_task(channel.send(mail(text="number 1"), stay))
    await reached.wait()
    second = asyncio.create_task(channel.send(mail(text="number 2"), HandOvers()))
    third = asyncio.create_task(channel.send(mail(text="number 3"), HandOvers()))
    relay.order(Step.DOT, SILENCE)
    go_on.set()

    async def text_is_there() -> bool:
        return bool(relay.contents)

    await until(text_is_there)
    second.cancel()
    with pytest.raises(InDoubtError):
        await first
    assert isinstance(await third, Receipt)
    assert arrived(relay) == [1, 3]


async def test_an_answer_that_nobody_asked_for_ends_the_connection(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    relay.order(Step.DOT, "250 taken\r\n250 and one more")
    await sent(channel, 1)
    await sent(channel, 2)
    assert (relay.connections, arrived(relay)) == (2, [1, 2])


@pytest.mark.parametrize(
    ("written", "on_the_wire"),
    [
        (b".\r\na\r\n..b", b"..\r\na\r\n...b\r\n.\r\n"),
        (b"a\nb\rc\r\n", b"a\r\nb\r\nc\r\n.\r\n"),
        (b"a\n.\nb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r.\rb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"", b"\r\n.\r\n"),
    ],
)
def test_no_text_ends_itself(written: bytes, on_the_wire: bytes) -> None:
    assert text_of(written) == on_the_wire
