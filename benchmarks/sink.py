"""An SMTP sink of its own process: it takes every mail, counts, and notes when the first and the last came.

It costs the machine as little as it can, so that what is measured is the sender. Answers to what came in one
piece leave in one piece, after the delay of a relay that is farther away.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Final, cast

from local.ports import LOOPBACK

_END_OF_TEXT: Final = b"\r\n.\r\n"
_MESSAGE_ID: Final = re.compile(rb"^Message-ID: <([^@>]+)", re.MULTILINE)
_EHLO: Final = b"250-sink.example\r\n250-8BITMIME\r\n250 PIPELINING\r\n"
_ANSWERS: Final = {
    b"EHLO": _EHLO,
    b"HELO": b"250 sink.example\r\n",
    b"MAIL": b"250 2.1.0 ok\r\n",
    b"RCPT": b"250 2.1.5 ok\r\n",
    b"DATA": b"354 go on\r\n",
    b"RSET": b"250 2.0.0 ok\r\n",
    b"NOOP": b"250 2.0.0 ok\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}
_TAKEN: Final = b"250 2.0.0 taken\r\n"


@dataclass
class Taken:
    """What came since the last reset; times are of the system's clock, in seconds."""

    delay_seconds: float = 0
    count: int = 0
    octets: int = 0
    first_at: float | None = None
    last_at: float | None = None
    ids: set[bytes] = field(default_factory=set)
    example: bytes = b""

    def note(self, mail: bytes) -> None:
        """Count one mail."""
        self.last_at = time.time()
        self.first_at = self.first_at or self.last_at
        self.count += 1
        self.octets += len(mail)
        self.example = mail
        found = _MESSAGE_ID.search(mail)
        if found:
            self.ids.add(found[1])

    def told(self) -> bytes:
        """Return the figures as a line of JSON."""
        figures = {"count": self.count, "octets": self.octets, "different": len(self.ids)}
        times = {"first_at": self.first_at, "last_at": self.last_at, "example": self.example.decode("ascii")}
        return json.dumps({**figures, **times}).encode() + b"\n"


class Conversation(asyncio.Protocol):
    """One connection."""

    def __init__(self, taken: list[Taken]) -> None:
        self._taken = taken
        self._buffer = bytearray()
        self._in_text = False
        self._searched = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 sink.example\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer all that is complete."""
        self._buffer += data
        answers: list[bytes] = []
        while (answer := self._text() if self._in_text else self._command()) is not None:
            answers.append(answer)
        if answers:
            self._answer(b"".join(answers))

    def _answer(self, answers: bytes) -> None:
        delay = self._taken[0].delay_seconds
        if delay:
            asyncio.get_running_loop().call_later(delay, self._write, answers)
        else:
            self._write(answers)

    def _write(self, answers: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answers)

    def _command(self) -> bytes | None:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return None
        verb = bytes(self._buffer[:4]).upper()
        del self._buffer[: end + 2]
        self._in_text = verb == b"DATA"
        return _ANSWERS.get(verb, b"502 5.5.1 no\r\n")

    def _text(self) -> bytes | None:
        end = self._buffer.find(_END_OF_TEXT, max(0, self._searched - len(_END_OF_TEXT)))
        if end < 0:
            self._searched = len(self._buffer)
            return None
        self._taken[0].note(bytes(self._buffer[:end]))
        del self._buffer[: end + len(_END_OF_TEXT)]
        self._in_text, self._searched = False, 0
        return _TAKEN


async def _control(taken: list[Taken], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        words = line.split()
        if words and words[0] == b"reset":
            taken[0] = Taken(delay_seconds=int(words[1]) / 1000)
        writer.write(taken[0].told())
        await writer.drain()
    writer.close()


async def serve(port: int, control_port: int) -> None:
    """Serve until the process is ended."""
    taken = [Taken()]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(Conversation, taken), LOOPBACK, port)
    control = await asyncio.start_server(partial(_control, taken), LOOPBACK, control_port)
    async with server, control:
        await asyncio.gather(server.serve_forever(), control.serve_forever())


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
