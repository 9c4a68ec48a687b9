"""Mails over a connection that aiosmtplib opened, with commands in groups where the relay takes them.

RFC 2920 lets a client send MAIL, RCPT and DATA at once, and the next envelope right behind the end of a text;
the library waits for each answer. It connects, speaks TLS and signs in; from there on the transport is ours.
"""

import asyncio
import re
from collections import deque
from typing import Final, NamedTuple

import aiosmtplib

_LONGEST_REPLY: Final = 32_768
_BARE_BREAKS: Final = re.compile(rb"\r\n|\r|\n")
_DOTS: Final = re.compile(rb"(?m)^\.")
_GO_ON: Final = 354
_NOT_UNDERSTOOD: Final = -1
END: Final = b".\r\n"
"""The end of a text; alone, a text of nothing."""


class LostError(Exception):
    """The connection broke, or the relay said nothing for too long."""


class Reply(NamedTuple):
    """An answer of the relay; a code of -1 where it was none."""

    code: int
    text: str

    @property
    def is_done(self) -> bool:
        """Tell whether the relay did what was asked."""
        return self.code // 100 == 2  # noqa: PLR2004 - RFC 5321, section 4.2.1

    @property
    def is_go_on(self) -> bool:
        """Tell whether the relay waits for the text."""
        return self.code == _GO_ON


class Dialogue(asyncio.Protocol):
    """Says things to a relay and hands out its answers in order; what nobody waits for spoils it."""

    def __init__(self, smtp: aiosmtplib.SMTP, timeout_seconds: float) -> None:
        """Take over a connection that is ready for mails."""
        if not isinstance(smtp.transport, asyncio.Transport):
            raise LostError
        self.takes_groups = smtp.supports_extension("pipelining")
        self._transport = smtp.transport
        self._timeout_seconds = timeout_seconds
        self._buffer = bytearray()
        self._replies: deque[Reply] = deque()
        self._expected = 0
        self._waiter: asyncio.Future[None] | None = None
        self._lost = False
        self._transport.set_protocol(self)

    @property
    def is_usable(self) -> bool:
        """Tell whether nothing has gone wrong so far."""
        return not self._lost and not self._transport.is_closing()

    def say(self, words: bytes, *, answers: int) -> None:
        """Send something that so many answers will come to."""
        if not self.is_usable:
            raise LostError
        self._expected += answers
        self._transport.write(words)

    async def reply(self) -> Reply:
        """Return the next answer.

        Raises:
            LostError: none will come.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                while not self._replies:
                    if self._lost:
                        raise LostError
                    self._waiter = asyncio.get_running_loop().create_future()
                    await self._waiter
        except TimeoutError:
            self.close()
            raise LostError from None
        return self._replies.popleft()

    def close(self) -> None:
        """End the connection without a word."""
        self._lost = True
        self._transport.close()
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Take in what the relay says."""
        self._buffer += data
        while (end := self._end_of_reply()) is not None:
            reply = _parsed(bytes(self._buffer[:end]))
            del self._buffer[:end]
            if not self._expected:
                self.close()
                return
            self._expected -= 1
            self._replies.append(reply)
        if len(self._buffer) > _LONGEST_REPLY:
            self.close()
        self._wake()

    def connection_lost(self, _error: Exception | None) -> None:
        """Have nobody wait any more."""
        self._lost = True
        self._wake()

    def _end_of_reply(self) -> int | None:
        start = 0
        while (end := self._buffer.find(b"\n", start)) >= 0:
            if self._buffer[start + 3 : start + 4] != b"-":
                return end + 1
            start = end + 1
        return None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _parsed(lines: bytes) -> Reply:
    code = lines.rsplit(b"\n", 2)[-2][:3]
    text = " ".join(line[4:].strip().decode("utf-8", "replace") for line in lines.splitlines())
    return Reply(int(code) if re.fullmatch(rb"[1-5]\d\d", code) else _NOT_UNDERSTOOD, text)


def text_of(mail: bytes) -> bytes:
    """Return a mail as it stands behind DATA, with its end (RFC 5321, section 4.5.2)."""
    lines = _BARE_BREAKS.sub(b"\r\n", mail) if _has_bare_breaks(mail) else mail
    ended = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return _DOTS.sub(b"..", ended) + END


def _has_bare_breaks(mail: bytes) -> bool:
    whole = mail.count(b"\r\n")
    return not whole == mail.count(b"\r") == mail.count(b"\n")
