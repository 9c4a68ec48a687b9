"""An SMTP server that answers as a test says, and counts its connections."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum


class Step(StrEnum):
    """Where in the conversation an answer is given."""

    GREETING = "greeting"
    """On connecting."""
    EHLO = "EHLO"
    """In answer to the client's name."""
    MAIL = "MAIL"
    """In answer to the sender."""
    RCPT = "RCPT"
    """In answer to the recipient."""
    DATA = "DATA"
    """In answer to the wish to send the content."""
    RSET = "RSET"
    """In answer to a wish to begin anew."""
    QUIT = "QUIT"
    """In answer to the goodbye."""
    DOT = "dot"
    """In answer to the content's end."""


USUAL = dict.fromkeys(Step, "250 ok") | {
    Step.GREETING: "220 relay.example",
    Step.DATA: "354 go on",
    Step.QUIT: "221 bye",
}
DROP = "drop"
"""In place of an answer: the connection is cut."""
SILENCE = "silence"
"""In place of an answer: nothing, and the connection stays open."""


class ScriptedRelay:
    """Answers each step with the next line ordered for it, and as usual where none is."""

    def __init__(self) -> None:
        self.connections = 0
        self.contents: list[bytes] = []
        self.senders: list[bytes] = []
        self.port = 0
        self._ordered: dict[Step, list[str]] = defaultdict(list)
        self._open: set[asyncio.StreamWriter] = set()

    def order(self, step: Step, *answers: str) -> None:
        self._ordered[step] += answers

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            await self._talk(reader, writer)
        except ConnectionError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def close_open_connections(self, parting: bytes = b"") -> None:
        """Cut all connections, and return when their other ends can know it."""
        for writer in list(self._open):
            writer.write(parting)
            writer.close()
            await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        going_on = await self._answer(Step.GREETING, writer)
        while going_on and (line := await reader.readline()):
            step = Step(line.split()[0].decode())
            self.senders += [line.strip()] if step is Step.MAIL else []
            going_on = await self._answer(step, writer) and step is not Step.QUIT
            if step is Step.DATA and going_on:
                self.contents.append(await reader.readuntil(b"\r\n.\r\n"))
                going_on = await self._answer(Step.DOT, writer)

    async def _answer(self, step: Step, writer: asyncio.StreamWriter) -> bool:
        ordered = self._ordered[step]
        answer = ordered.pop(0) if ordered else USUAL[step]
        if answer == DROP:
            return False
        if answer != SILENCE:
            writer.write(answer.encode("latin-1") + b"\r\n")
            await writer.drain()
        return True


@asynccontextmanager
async def scripted_relay() -> AsyncIterator[ScriptedRelay]:
    """Serve on a free port of this machine."""
    relay = ScriptedRelay()
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    yield relay
    server.close()
    await relay.close_open_connections()
    await server.wait_closed()
