"""How much of a server's answer is read, how long it is waited for, and that none of it is written down."""

import asyncio
import logging
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

import logs
from channels import http
from channels.base import ChannelError, Failure, Outbound, PermanentError, TransientError
from channels.partner_api import DocumentContent, PartnerApiChannel
from models.endpoints import EndpointRules
from tests.integration.channels.mails import HandOvers
from tests.integration.channels.raw_server import raw_server, serving

SECRET = "whsec_" + "QUFB" * 8
MEGABYTE = 1024 * 1024


@pytest.fixture
async def channel() -> AsyncIterator[PartnerApiChannel]:
    made = PartnerApiChannel(connections=2, rules=EndpointRules(allow_private=True))
    yield made
    await made.close()


def document(address: str, size: int = 1) -> Outbound[DocumentContent]:
    return Outbound(uuid4(), address, DocumentContent({"a": "a" * size}, (SECRET,)))


async def failure(channel: PartnerApiChannel, message: Outbound[DocumentContent]) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await channel.send(message, HandOvers())
    return caught.value


@pytest.mark.parametrize(
    ("start", "again"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 1000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x" * 1000),
        (b"HTTP/1.1 200 ", b"O" * 1000),
    ],
    ids=["headers", "a header", "a reason"],
)
async def test_endless_headers_are_read_no_further_than_it_matters(
    channel: PartnerApiChannel, start: bytes, again: bytes
) -> None:
    written = 0

    async def reply(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(start)
        while True:
            writer.write(again)
            written += len(again)
            await writer.drain()

    async with raw_server(reply) as address:
        error = await failure(channel, document(address))
    assert (type(error), error.failure) == (TransientError, Failure.UNREACHABLE)
    assert 64 * 1024 < written < 16 * MEGABYTE


async def test_endless_promises_of_an_answer_are_waited_for_no_longer_than_an_exchange_lasts(
    channel: PartnerApiChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "EXCHANGE_SECONDS", 0.3)
    promises = 0

    async def reply(writer: asyncio.StreamWriter) -> None:
        nonlocal promises
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            promises += 1
            await writer.drain()

    async with raw_server(reply) as address:
        error = await failure(channel, document(address))
    assert (type(error), error.failure) == (TransientError, Failure.UNREACHABLE)
    assert promises > 1


async def test_a_server_that_takes_nothing_in_is_not_waited_for(
    channel: PartnerApiChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "EXCHANGE_SECONDS", 0.3)
    monkeypatch.setattr(http, "_SENT_LIMIT_BYTES", 32 * MEGABYTE)
    reached, over = asyncio.Event(), asyncio.Event()

    async def deaf(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        reached.set()
        await over.wait()

    async with serving(deaf) as address:
        error = await failure(channel, document(address, 24 * MEGABYTE))
        over.set()
    assert reached.is_set()
    assert (type(error), error.failure) == (TransientError, Failure.UNREACHABLE)


async def test_what_is_larger_than_a_partner_should_take_is_not_sent(channel: PartnerApiChannel) -> None:
    reached = 0

    async def count(_writer: asyncio.StreamWriter) -> None:
        nonlocal reached
        reached += 1

    async with raw_server(count) as address:
        error = await failure(channel, document(address, 4 * MEGABYTE))
        assert reached == 0
        assert isinstance(await failure(channel, document(address, 3 * MEGABYTE)), TransientError)
    assert reached == 1
    assert (type(error), error.failure) == (PermanentError, Failure.NOT_RENDERABLE)


@pytest.mark.parametrize("status", [200, 302, 401, 404, 429, 500, 999])
async def test_nothing_of_an_answer_is_written_down(
    channel: PartnerApiChannel, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    said = b"HTTP/1.1 %d CANARY\r\nLocation: /CANARY\r\nX-Said: CANARY\r\nContent-Length: 6\r\n\r\nCANARY"

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(said % status)

    caplog.set_level(logging.DEBUG)
    for name in logs.QUIET:
        caplog.set_level(logging.WARNING, logger=name)
    with capture_logs() as written:
        async with raw_server(reply) as address:
            (told,) = await asyncio.gather(
                channel.send(document(address), HandOvers()), return_exceptions=True
            )
    assert "CANARY" not in f"{told!r} {getattr(told, '__cause__', None)!r}"
    assert "CANARY" not in str(written) + caplog.text
