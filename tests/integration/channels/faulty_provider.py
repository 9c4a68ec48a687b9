"""A provider over HTTP that does each message once by its id, and answers in every wrong way first."""

import asyncio
import re
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from tests.integration.channels.raw_server import serving

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BUSY_SECONDS = 7


class Fault(StrEnum):
    """What goes wrong with one request."""

    BUSY = "busy"
    """429 with Retry-After; nothing is done."""
    FAILING = "failing"
    """500; nothing is done."""
    RESET_BEFORE = "reset_before"
    """The connection is reset before anything is done."""
    RESET_AFTER = "reset_after"
    """It is done, and the connection reset before an answer."""
    DRIP = "drip"
    """It is done, and the answer comes drop by drop."""
    CUT_OFF = "cut_off"
    """It is done, and the connection reset in the middle of a 200."""
    ENDLESS_HEADERS = "endless_headers"
    """It is done, and the headers of the answer have no end."""
    HUGE = "huge"
    """It is done, and the body of the answer has no end."""
    REDIRECT = "redirect"
    """307 to another address; nothing is done."""


DONE = {Fault.RESET_AFTER, Fault.DRIP, Fault.CUT_OFF, Fault.ENDLESS_HEADERS, Fault.HUGE}


@dataclass
class FaultyProvider:
    """Faults strike one request each, in their order; one that does not `remember` does all that arrives."""

    faults: list[Fault]
    remembers: bool = True
    url: str = ""
    arrived: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    struck: list[tuple[Fault, str]] = field(default_factory=list)
    redirected: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = re.search(r"(?i)content-length: (\d+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            self.redirected += head.startswith("POST /elsewhere")
            key = re.search(r"(?i)idempotency-key: (\S+)", head)
            assert key
            self.arrived[key[1]] += 1
            fault = self.faults.pop(0) if self.faults else None
            if fault:
                self.struck.append((fault, key[1]))
            if fault is None or fault in DONE:
                self.done[key[1]] += not (self.remembers and self.done[key[1]])
            if fault and not await _strike(fault, writer):
                return
            if fault is None:
                writer.write(OK + b"Content-Length: 11\r\n\r\n" + b'{"id": "7"}')


async def _strike(fault: Fault, writer: asyncio.StreamWriter) -> bool:
    """Answer wrongly; False where the connection is over."""
    if fault in _WHOLE:
        writer.write(_WHOLE[fault])
        return True
    if fault is Fault.CUT_OFF:
        writer.write(OK + b"Content-Length: 900\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0)
    if fault in {Fault.RESET_BEFORE, Fault.RESET_AFTER, Fault.CUT_OFF}:
        _reset(writer)
        return False
    first, again, pause = _ENDLESS[fault]
    writer.write(first)
    while not writer.is_closing():
        writer.write(again)
        await writer.drain()
        await asyncio.sleep(pause)
    return False


_WHOLE = {
    Fault.BUSY: f"HTTP/1.1 429 No\r\nRetry-After: {BUSY_SECONDS}\r\nContent-Length: 0\r\n\r\n".encode(),
    Fault.FAILING: b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
    Fault.REDIRECT: b"HTTP/1.1 307 No\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
}
_ENDLESS = {
    Fault.DRIP: (OK + b"Content-Length: 900\r\n\r\n", b"x", 0.02),
    Fault.ENDLESS_HEADERS: (OK, b"X-More: " + b"x" * 4096 + b"\r\n", 0),
    Fault.HUGE: (OK + b"\r\n", b"x" * 65_536, 0),
}


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with a reset (RST) in place of an end (FIN)."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def faulty_provider(*faults: Fault, remembers: bool = True) -> AsyncIterator[FaultyProvider]:
    """Run a provider until the block ends."""
    provider = FaultyProvider(list(faults), remembers=remembers)
    async with serving(provider.answer) as url:
        provider.url = url
        yield provider
