import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from channels.base import ChannelError, Extent, Failure, InDoubtError, PermanentError, TransientError
from channels.email import EmailChannel
from channels.mime import Relay
from tests.integration.channels.mails import HandOvers, mail
from tests.integration.channels.scripted_relay import (
    DROP,
    SILENCE,
    ScriptedRelay,
    Step,
    scripted_relay,
)


@pytest.fixture(params=["one by one", "in groups"])
async def relay(request: pytest.FixtureRequest) -> AsyncIterator[ScriptedRelay]:
    async with scripted_relay() as served:
        if request.param == "in groups":
            served.take_groups()
        yield served


@pytest.fixture
async def channel(relay: ScriptedRelay) -> AsyncIterator[EmailChannel]:
    made = channel_of(relay)
    yield made
    await made.close()


def channel_of(relay: ScriptedRelay, *, most: int | None = None) -> EmailChannel:
    to = Relay(
        host="127.0.0.1",
        port=relay.port,
        security="none",
        sender="acuerpa@red.example",
        sender_name="Red Acuerpa",
        domain="red.example",
        timeout_seconds=0.5,
    )
    return EmailChannel(to, connections=3, messages_per_connection=most)


async def send(channel: EmailChannel, count: int = 1) -> None:
    for _ in range(count):
        await channel.send(mail(), HandOvers())


async def failure(channel: EmailChannel) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await send(channel)
    return caught.value


async def test_a_mail_comes_back_to_the_address_for_bounces_and_is_answered_to_the_sender(
    relay: ScriptedRelay,
) -> None:
    at = Relay("127.0.0.1", relay.port, "none", "acuerpa@red.example", "Red Acuerpa", "red.example")
    channel = EmailChannel(replace(at, bounces="bounces@red.example"), connections=1)
    await send(channel, 2)
    await channel.close()
    assert [line.split(b">")[0] for line in relay.senders] == [b"MAIL FROM:<bounces@red.example"] * 2
    assert all(b"From: Red Acuerpa\r\n <acuerpa@red.example>" in content for content in relay.contents)


async def test_one_connection_carries_message_after_message(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    await send(channel, 5)
    assert (relay.connections, len(relay.contents)) == (1, 5)


async def test_messages_at_the_same_time_share_the_connections_that_are_allowed(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    await asyncio.gather(*(send(channel) for _ in range(20)))
    await asyncio.gather(*(send(channel) for _ in range(20)))
    assert (relay.connections, len(relay.contents)) == (3, 40)


@pytest.mark.parametrize("step", [Step.RCPT, Step.DOT])
async def test_a_refused_message_does_not_cost_the_connection(
    relay: ScriptedRelay, channel: EmailChannel, step: Step
) -> None:
    relay.order(step, "550 5.1.1 no", "452 4.2.2 later")
    assert isinstance(await failure(channel), PermanentError)
    assert isinstance(await failure(channel), TransientError)
    await send(channel)
    assert relay.connections == 1


async def test_a_relay_that_loses_patience_while_resetting_gets_a_new_connection(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    relay.order(Step.RCPT, "550 5.1.1 no")
    relay.order(Step.RSET, DROP)
    assert isinstance(await failure(channel), PermanentError)
    await send(channel)
    assert relay.connections == 2


@pytest.mark.parametrize("parting", [b"", b"421 4.4.2 idle for too long\r\n"])
async def test_a_kept_connection_that_the_relay_closed_is_replaced_without_a_failure(
    relay: ScriptedRelay, channel: EmailChannel, parting: bytes
) -> None:
    await asyncio.gather(*(send(channel) for _ in range(3)))
    await relay.close_open_connections(parting)
    await send(channel, 4)
    assert len(relay.contents) == 7


@pytest.mark.parametrize("answer", [DROP, "421 4.4.2 idle for too long", "452 4.5.3 enough of you", SILENCE])
async def test_a_kept_connection_that_turns_out_stale_is_replaced_without_a_failure(
    relay: ScriptedRelay, channel: EmailChannel, answer: str
) -> None:
    await send(channel)
    relay.order(Step.MAIL, answer)
    await send(channel)
    assert (relay.connections, len(relay.contents)) == (2, 2)


async def test_a_new_connection_that_is_cut_at_the_sender_is_a_failure_to_try_again(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    relay.order(Step.MAIL, DROP)
    error = await failure(channel)
    assert isinstance(error, TransientError)
    assert error.failure is Failure.UNREACHABLE


@pytest.mark.parametrize("step", [Step.GREETING, Step.EHLO, Step.RCPT])
@pytest.mark.parametrize("answer", [DROP, SILENCE])
async def test_a_connection_lost_before_the_content_is_a_failure_to_try_again(
    relay: ScriptedRelay, channel: EmailChannel, step: Step, answer: str
) -> None:
    relay.order(step, answer, answer)  # aiosmtplib says HELO where EHLO is refused
    error = await failure(channel)
    assert isinstance(error, TransientError)
    assert error.failure is Failure.UNREACHABLE
    assert relay.contents == []


@pytest.mark.parametrize(
    "answer", [DROP, SILENCE, "nonsense", "25", "354 go on", "299 perhaps", "999 what", "\xff\xfe"]
)
async def test_whatever_cannot_be_understood_after_the_content_leaves_it_in_doubt(
    relay: ScriptedRelay, channel: EmailChannel, answer: str
) -> None:
    relay.order(Step.DOT, answer)
    assert isinstance(await failure(channel), InDoubtError)
    assert len(relay.contents) == 1
    await send(channel)
    assert relay.connections == 2


async def test_a_refusal_by_policy_is_not_the_addresss_fault(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    relay.order(Step.RCPT, "550 5.7.26 this mail is not authenticated", "550 5.1.1 no such user", "550 gone")
    found = [await failure(channel) for _ in range(3)]
    assert [isinstance(error, PermanentError) and error.suppress for error in found] == [False, True, True]
    assert found[0].failure is Failure.MESSAGE_REFUSED


async def test_a_reply_that_no_database_takes_is_made_plain(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    relay.order(Step.DOT, "250 \x00 \xff " + "x" * 400)
    receipt = await channel.send(mail(), HandOvers())
    assert receipt.provider_reference
    assert len(receipt.provider_reference) <= 200
    assert receipt.provider_reference.isprintable()


async def test_the_errors_of_many_refusals_share_nothing(relay: ScriptedRelay, channel: EmailChannel) -> None:
    relay.order(Step.RCPT, *["550 5.1.1 no"] * 5)
    found = [await failure(channel) for _ in range(5)]
    assert len({id(error) for error in found}) == 5


async def test_a_send_that_is_cancelled_leaves_no_connection_behind(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    relay.order(Step.RCPT, SILENCE)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(send(channel), 0.2)
    await send(channel)
    assert (relay.connections, len(relay.contents)) == (2, 1)


async def test_closing_says_goodbye_and_may_be_done_twice(
    relay: ScriptedRelay, channel: EmailChannel
) -> None:
    await asyncio.gather(*(send(channel) for _ in range(3)))
    relay.order(Step.QUIT, DROP)
    await channel.close()
    await channel.close()


async def test_a_connection_is_renewed_after_as_many_messages_as_it_may_carry(relay: ScriptedRelay) -> None:
    channel = channel_of(relay, most=2)
    relay.order(Step.RCPT, "250 ok", "550 5.1.1 no")
    await send(channel)
    assert isinstance(await failure(channel), PermanentError)  # it was carried as far as it went
    await send(channel, 3)
    await channel.close()
    assert (relay.connections, len(relay.contents)) == (3, 4)


async def test_a_connection_that_was_idle_for_long_is_not_trusted(
    relay: ScriptedRelay, channel: EmailChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(channel)
    monkeypatch.setattr("channels.email._LONGEST_IDLE_SECONDS", 0.0)
    await send(channel)
    assert (relay.connections, len(relay.contents)) == (2, 2)


@pytest.mark.parametrize("step", [Step.RCPT, Step.DOT])
async def test_a_relay_that_ends_the_session_is_told_nothing_more_in_it(
    relay: ScriptedRelay, channel: EmailChannel, step: Step
) -> None:
    relay.order(step, "421 4.3.2 going down")
    relay.order(Step.RSET, "250 still here")  # it does not hang up by itself
    error = await failure(channel)
    assert isinstance(error, TransientError)
    assert (error.failure, error.extent) == (Failure.BUSY, Extent.PROVIDER)
    await send(channel)
    assert relay.connections == 2


@pytest.mark.parametrize(
    ("step", "answer", "extent"),
    [
        (Step.GREETING, "421 4.7.0 too many connections", Extent.EVERYTHING),
        (Step.GREETING, "450 4.3.2 not now", Extent.PROVIDER),
        (Step.RCPT, "452 4.2.2 mailbox full", Extent.MESSAGE),
        (Step.DOT, "451 4.3.0 queue", Extent.PROVIDER),
    ],
)
async def test_what_a_relay_puts_off_tells_how_much_it_puts_off(
    relay: ScriptedRelay, channel: EmailChannel, step: Step, answer: str, extent: Extent
) -> None:
    relay.order(step, answer)
    error = await failure(channel)
    assert isinstance(error, TransientError)
    assert error.extent is extent
