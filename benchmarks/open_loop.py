"""An open-loop generator: work begins at a steady rate, however slowly it is answered.

Each time is counted from when its work was due, so that a server that falls behind cannot hide it by having
its next visitors wait.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

CONNECTIONS: Final = 64
MILLISECONDS: Final = 1_000
_END_OF_HEAD: Final = b"\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """What came back on a connection."""

    status: int
    body: bytes


class BrokenOffError(RuntimeError):
    """Say that a server answered otherwise than it should, or not at all."""


class Connections:
    """Kept-open connections to one server, each used by one visitor at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._free: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter] | None] = (
            asyncio.LifoQueue()
        )
        for _ in range(CONNECTIONS):
            self._free.put_nowait(None)

    async def ask(self, method: str, path: str, headers: str = "", body: bytes = b"") -> Answer:
        """Send a request and return its answer; `headers` are whole lines."""
        pair = await self._free.get()
        try:
            if pair is None or pair[0].at_eof():  # a server hangs up on who was silent for a while
                pair = await asyncio.open_connection(self._host, self._port)
            reader, writer = pair
            head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n{headers}"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await _answer_on(reader)
        except (OSError, asyncio.IncompleteReadError):
            pair = None
            raise BrokenOffError(f"{method} was not answered") from None
        finally:
            self._free.put_nowait(pair)
        return answer

    def close(self) -> None:
        """Hang up."""
        while not self._free.empty():
            pair = self._free.get_nowait()
            if pair:
                pair[1].close()


async def _answer_on(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(_END_OF_HEAD)).lower()
    _, _, length = head.partition(b"content-length:")
    body = await reader.readexactly(int(length.split(b"\r\n", 1)[0])) if length else b""
    return Answer(int(head.split(b" ", 2)[1]), body)


@dataclass
class Measured:
    """How long pieces of work took, in seconds from when each was due, and how many failed."""

    rate: float
    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def milliseconds(self, share: float) -> float:
        """Return the time that a share of the work stayed below."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * MILLISECONDS

    def holds(self, limit: float) -> bool:
        """Tell whether all was answered, and 99 of a hundred within a limit in milliseconds."""
        return bool(self.seconds) and not self.failed and self.milliseconds(0.99) <= limit


Work = Callable[[], Awaitable[None]]


async def driven(rate: float, work: Sequence[Work]) -> Measured:
    """Begin each piece of work at its moment, and return how long each took."""
    measured = Measured(rate)
    start = time.perf_counter() + 0.1
    tasks = []
    for number, piece in enumerate(work):
        due = start + number / rate
        if (ahead := due - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        tasks.append(asyncio.create_task(_done(piece, due, measured)))
    await asyncio.gather(*tasks)
    return measured


async def _done(piece: Work, due: float, measured: Measured) -> None:
    try:
        await piece()
    except BrokenOffError:
        measured.failed += 1
    else:
        measured.seconds.append(time.perf_counter() - due)
