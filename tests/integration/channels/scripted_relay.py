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
    HELO = "HELO"
    """The same in the old way, from one whose EHLO was refused."""
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
"""In place of an answer: nothing to this and to all that follows, and the connection stays open."""


IN_GROUPS = "250-relay.example\r\n250 PIPELINING"
"""In answer to EHLO: commands may come in groups."""


class Lines:
    """The lines of one client, which may be looked at before they are read."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._seen: list[bytes] = []

    async def read(self) -> bytes:
        return self._seen.pop(0) if self._seen else await self._reader.readline()

    async def read_to_the_end(self) -> None:
        """Take in whatever comes, until the client hangs up."""
        while await self.read():
            continue

    async def see(self, count: int) -> None:
        """Wait until so many lines are there."""
        while len(self._seen) < count:
            self._seen.append(await self._reader.readline())


class ScriptedRelay:
    """Answers each step with the next line ordered for it, and as usual where none is.

    `waits_for` says how many more lines must be there before it answers a step: none come but in a group.
    """

    def __init__(self) -> None:
        self.connections = 0
        self.contents: list[bytes] = []
        self.refused: list[bytes] = []
        """Those of them that it said it did not take."""
        self.senders: list[bytes] = []
        self.ended_empty = 0
        """How often a text of nothing came to an end, for want of a recipient."""
        self.waits_for: dict[Step, int] = {}
        self.port = 0
        self._ordered: dict[Step, list[str]] = defaultdict(list)
        self._usual = dict(USUAL)
        self._open: set[asyncio.StreamWriter] = set()

    def order(self, step: Step, *answers: str) -> None:
        self._ordered[step] += answers

    def left(self) -> int:
        """Count the ordered answers that nobody has got yet."""
        return sum(map(len, self._ordered.values()))

    def take_groups(self) -> None:
        """Offer PIPELINING from now on."""
        self._usual[Step.EHLO] = IN_GROUPS

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            await self._talk(Lines(reader), writer)
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

    async def _talk(self, lines: Lines, writer: asyncio.StreamWriter) -> None:
        going_on, named = await self._say(self._answer_to(Step.GREETING), writer), True
        while going_on and (line := await lines.read()):
            step = Step(line.split()[0].decode())
            self.senders += [line.strip()] if step is Step.MAIL else []
            await lines.see(self.waits_for.get(step, 0))
            answer = self._answer_to(step)
            if answer == SILENCE:
                await lines.read_to_the_end()
            named = answer.startswith("250") if step is Step.RCPT else named
            going_on = await self._say(answer, writer) and step is not Step.QUIT
            if step is Step.DATA and going_on and answer.startswith("354"):
                going_on = await self._take_text(lines, writer, named=named)

    async def _take_text(self, lines: Lines, writer: asyncio.StreamWriter, *, named: bool) -> bool:
        content = b""
        while not content.endswith(b"\r\n.\r\n") and content != b".\r\n":
            line = await lines.read()
            if not line:
                return False
            content += line
        if not named:
            self.ended_empty += 1
            return await self._say("554 5.5.1 nobody to send it to", writer)
        self.contents.append(content)
        await lines.see(self.waits_for.get(Step.DOT, 0))
        answer = self._answer_to(Step.DOT)
        self.refused += [content] if answer.startswith(("4", "5")) else []
        if answer == SILENCE:
            await lines.read_to_the_end()
        return await self._say(answer, writer)

    def _answer_to(self, step: Step) -> str:
        ordered = self._ordered[step]
        return ordered.pop(0) if ordered else self._usual[step]

    async def _say(self, answer: str, writer: asyncio.StreamWriter) -> bool:
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
