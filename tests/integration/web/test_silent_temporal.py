"""A Temporal server that accepts every connection and then says nothing, as behind a hung proxy."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from temporal_client import connect
from tests.integration.web.site import PAYLOAD_KEYS
from web.gateway import TemporalUnavailableError, WorkflowGateway


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """The address of a server that reads and never answers."""
    connections: list[asyncio.StreamWriter] = []

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        await reader.read()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    yield f"{host}:{port}"
    assert connections
    for writer in connections:
        writer.close()
    server.close()
    await server.wait_closed()


async def _gateway(address: str) -> WorkflowGateway:
    return WorkflowGateway(await connect(address, "default", PAYLOAD_KEYS, lazy=True))


async def test_a_silent_temporal_is_reported_as_down(silent: str) -> None:
    started = time.monotonic()
    assert await (await _gateway(silent)).ping() is False
    assert time.monotonic() - started < 4


async def test_a_silent_temporal_does_not_hold_up_the_nudges(silent: str) -> None:
    started = time.monotonic()
    calls = [
        (await _gateway(silent)).nudge_action(uuid4(), "UA-2026-001"),
        (await _gateway(silent)).nudge_sign_on("UA-2026-001", 1),
    ]
    told = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(one) for one in told] == [TemporalUnavailableError] * 2
    assert time.monotonic() - started < 9
