import asyncio
import gzip
import re
import tracemalloc
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from channels import http
from channels.base import Failure, Outbound, Receipt, TransientError
from channels.partner_api import DocumentContent, PartnerApiChannel
from channels.sms import SmsChannel, SmsContent
from local.ports import free_port
from models.endpoints import EndpointRules
from tests.integration.channels.mails import HandOvers
from tests.integration.channels.raw_server import raw_server, serving
from tests.integration.local_servers import LocalProviders

SECRET = "whsec_" + "QUFB" * 8
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
async def channel() -> AsyncIterator[PartnerApiChannel]:
    made = PartnerApiChannel(connections=2, rules=EndpointRules(allow_private=True))
    yield made
    await made.close()


def document(address: str) -> Outbound[DocumentContent]:
    return Outbound(uuid4(), address, DocumentContent({"a": 1}, (SECRET,)))


async def put_off(channel: PartnerApiChannel, address: str, *, in_doubt: bool = True) -> Failure:
    with pytest.raises(TransientError) as caught:
        await channel.send(document(address), HandOvers())
    assert caught.value.in_doubt is in_doubt
    return caught.value.failure


async def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_doubled(
    simulated: LocalProviders,
) -> None:
    channel = SmsChannel(f"{simulated.url}/sms", simulated.sms_key, "Acuerpa", connections=1)
    message = Outbound(uuid4(), "+12025550123", SmsContent("hola"))
    simulated.order({"channel": "sms", "store_then_reset": True})
    with pytest.raises(TransientError) as caught:
        await channel.send(message, HandOvers())
    assert caught.value.failure is Failure.UNREACHABLE
    receipt = await channel.send(message, HandOvers())
    await channel.close()
    (kept,) = simulated.received(message.delivery_id)
    assert receipt == Receipt(kept["id"])


async def test_a_provider_that_is_not_there_is_tried_again(channel: PartnerApiChannel) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/in"
    assert await put_off(channel, nobody, in_doubt=False) is Failure.UNREACHABLE


@pytest.mark.parametrize(
    "sent", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n", OK + b"Content-Length: 9\r\n\r\n{"]
)
async def test_an_answer_that_breaks_off_is_tried_again(channel: PartnerApiChannel, sent: bytes) -> None:
    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(sent)

    async with raw_server(reply) as address:
        assert await put_off(channel, address) is Failure.UNREACHABLE


async def test_an_endless_answer_is_read_no_further_than_it_matters(channel: PartnerApiChannel) -> None:
    written = 0

    async def reply(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(OK + b"\r\n")
        while True:
            writer.write(b"x" * 65_536)
            written += 65_536
            await writer.drain()

    async with raw_server(reply) as address:
        assert await channel.send(document(address), HandOvers()) == Receipt(None)
    assert written < 32 * 1024 * 1024


async def test_a_compressed_answer_is_not_unpacked() -> None:
    bomb = gzip.compress(b'{"id": "' + b"a" * 50_000_000 + b'"}')
    assert len(bomb) < 64 * 1024

    async def reply(writer: asyncio.StreamWriter) -> None:
        length = f"Content-Length: {len(bomb)}\r\n".encode()
        writer.write(OK + b"Content-Encoding: gzip\r\n" + length + b"\r\n" + bomb)

    async with raw_server(reply) as address:
        channel = SmsChannel(address, "key", "Acuerpa", connections=1)
        message = Outbound(uuid4(), "+12025550123", SmsContent("hola"))
        tracemalloc.start()
        assert await channel.send(message, HandOvers()) == Receipt(None)
        _now, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await channel.close()
    assert peak_bytes < 10_000_000


@pytest.mark.parametrize("start", [b"", OK + b"Content-Length: 900\r\n\r\n"])
async def test_an_answer_that_comes_drop_by_drop_is_not_waited_for_to_its_end(
    channel: PartnerApiChannel, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(http, "EXCHANGE_SECONDS", 0.3)

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with raw_server(reply) as address:
        assert await put_off(channel, address) is Failure.UNREACHABLE


async def test_messages_at_the_same_time_share_kept_connections(channel: PartnerApiChannel) -> None:
    connections: list[int] = []

    async def answer_each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(0)
        number = len(connections) - 1
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            assert length
            await reader.readexactly(int(length[1]))
            connections[number] += 1
            writer.write(OK + b"Content-Length: 2\r\n\r\n{}")

    async with serving(answer_each) as address:
        await asyncio.gather(*(channel.send(document(address), HandOvers()) for _ in range(8)))
    assert len(connections) <= 2
    assert sum(connections) == 8
