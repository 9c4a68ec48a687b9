"""A provider without an idempotency key: what breaks before the last byte is sent again, behind it never."""

import asyncio
from uuid import uuid4

import pytest

from channels import unrepeatable
from channels.base import Channel, ChannelError, Failure, InDoubtError, Outbound, Receipt, TransientError
from channels.sms import SmsAccount, SmsContent
from channels.twilio import TwilioChannel
from channels.vonage import VonageChannel
from local.ports import free_port
from tests.integration.channels.mails import HandOvers
from tests.integration.channels.raw_server import Handler, serving

BOTH = pytest.mark.parametrize("made", [TwilioChannel, VonageChannel])
LOST = (InDoubtError, Failure.CONNECTION_LOST_AT_THE_END)
CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"

Made = type[TwilioChannel] | type[VonageChannel]


async def sent(made: Made, url: str, text: str = "hola") -> Receipt | tuple[type[ChannelError], Failure]:
    channel: Channel[SmsContent] = made(SmsAccount("AC1", "key", "Acuerpa", url), connections=1)
    try:
        return await channel.send(Outbound(uuid4(), "+12025550123", SmsContent(text)), HandOvers())
    except ChannelError as error:
        return type(error), error.failure
    finally:
        await channel.close()


def answering(reply: bytes) -> Handler:
    """Read a whole request, answer some bytes, and close."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        writer.write(reply)
        await writer.drain()

    return handle


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close with most of the request unread, so that the rest of it cannot be written."""
    await reader.readexactly(1)
    writer.transport.abort()


async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Read whatever comes and never answer."""
    while await reader.read(65_536):
        pass


@BOTH
async def test_where_nobody_listens_it_may_be_sent_again(made: Made) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    assert await sent(made, nobody) == (TransientError, Failure.UNREACHABLE)


@BOTH
async def test_a_request_that_was_not_written_to_its_end_may_be_sent_again(made: Made) -> None:
    async with serving(hang_up) as url:
        assert await sent(made, url, "x" * 20_000_000) == (TransientError, Failure.UNREACHABLE)


@BOTH
@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 2", b"nonsense\r\n\r\n"])
async def test_an_answer_that_breaks_off_before_its_status_leaves_it_in_doubt(
    made: Made, reply: bytes
) -> None:
    async with serving(answering(reply)) as url:
        assert await sent(made, url) == LOST


@BOTH
async def test_no_answer_in_time_leaves_it_in_doubt(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unrepeatable, "EXCHANGE_SECONDS", 0.5)
    async with serving(hang) as url:
        assert await sent(made, url) == LOST


async def test_a_status_of_success_is_one_though_the_rest_is_lost() -> None:
    async with serving(answering(CREATED + b'{"sid": "SM')) as url:
        assert await sent(TwilioChannel, url) == Receipt(None)


async def test_where_the_verdict_stands_in_the_body_it_is_in_doubt_without_that() -> None:
    async with serving(answering(OK + b'{"messages": [{"status": "0"')) as url:
        assert await sent(VonageChannel, url) == (InDoubtError, Failure.UNRECOGNISED)


async def test_a_refusal_of_which_only_the_status_arrived_is_judged_by_that() -> None:
    refused = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 900\r\nRetry-After: 5\r\n\r\n{"
    async with serving(answering(refused)) as url:
        assert await sent(TwilioChannel, url) == (TransientError, Failure.BUSY)
