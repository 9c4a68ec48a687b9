"""Email by SMTP (RFC 5321) through any relay, over connections that are kept open."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

import aiosmtplib

from channels.base import Failure, HandOver, InDoubtError, Outbound, Receipt, TransientError
from channels.mime import EmailContent, Relay, build_mail
from channels.smtp_codes import not_reached, not_served, refused_recipient, taken, verdict
from channels.smtp_connection import Connection, StaleError, begin_text, forget, say_hello, send_nothing
from channels.smtp_dialogue import Dialogue, LostError, text_of

_LONGEST_IDLE_SECONDS = 60.0
"""What was idle for longer may be dead without a word, and would cost a message the wait for an answer."""


@dataclass(eq=False)
class _Waiting:
    """A mail that waits for a connection; it gets None where it may open one."""

    address: str
    lent: "asyncio.Future[Connection | None]" = field(default_factory=asyncio.Future)


@dataclass(eq=False)
class _Loan:
    """A connection as one mail has it, or the right to open one."""

    connection: Connection | None
    passed_on: bool = False


class EmailChannel:
    """Sends `EmailContent`; SMTP knows no idempotency key, so a message in doubt is not repeated.

    Where the relay takes commands in groups (RFC 2920), an envelope goes out at once, and right behind a text
    the envelope of a mail that waits. There the last gate is passed when the relay waits for the text: where
    it is closed the connection is given up, so that nothing of the mail arrives.
    """

    repeatable = False

    def __init__(
        self,
        relay: Relay,
        *,
        connections: int,
        provider: str = "smtp",
        messages_per_connection: int | None = None,
    ) -> None:
        self.provider = provider
        self.connections = connections
        self._most_mails = messages_per_connection
        self._relay = relay
        self._lent = 0
        self._idle: list[Connection] = []
        self._waiting: deque[_Waiting] = deque()
        self._open: set[Connection] = set()

    async def send(self, message: Outbound[EmailContent], hand_over: HandOver) -> Receipt:
        """Send one mail; see `Channel.send`."""
        text = text_of(build_mail(self._relay, message))
        loan = _Loan(await self._borrow(message.address))
        try:
            connection = await self._begun(loan, message.address)
            await hand_over()
            await begin_text(connection)
            return await self._transfer(loan, connection, text)
        except LostError:
            raise TransientError(Failure.UNREACHABLE) from None
        finally:
            if not loan.passed_on:
                self._give_back(loan.connection)

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        while self._idle:
            dialogue = self._idle.pop().dialogue
            try:
                dialogue.say(b"QUIT\r\n", answers=1)
                await dialogue.reply()
            except LostError:
                continue
            finally:
                dialogue.close()

    async def _borrow(self, address: str) -> Connection | None:
        """Wait in turn for a connection; None is the right to open one."""
        if self._lent < self.connections:
            self._lent += 1
            return self._kept()
        waiting = _Waiting(address)
        self._waiting.append(waiting)
        try:
            return await waiting.lent
        except asyncio.CancelledError:
            if waiting.lent.done() and not waiting.lent.cancelled():
                self._give_back(waiting.lent.result())
            raise

    def _kept(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if time.monotonic() - connection.idle_since <= _LONGEST_IDLE_SECONDS:
                return connection
            connection.dialogue.close()
            self._open.discard(connection)
        return None

    def _is_worn(self, connection: Connection) -> bool:
        """Tell whether a connection has carried as many mails as one may."""
        return self._most_mails is not None and connection.mails >= self._most_mails

    def _next(self) -> _Waiting | None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.lent.done():
                return waiting
        return None

    def _give_back(self, connection: Connection | None) -> None:
        """Lend a connection on or keep it; one on which the conversation broke off is not used again."""
        if connection is not None and (connection.midway or connection.envelope_said):
            connection.dialogue.close()
        elif connection is not None and self._is_worn(connection):
            connection.leave()
        usable = connection if connection is not None and connection.dialogue.is_usable else None
        if connection is not None and usable is None:
            self._open.discard(connection)
        waiting = self._next()
        if waiting is not None:
            waiting.lent.set_result(usable)
            return
        self._lent -= 1
        if usable is not None:
            usable.idle_since = time.monotonic()
            self._idle.append(usable)

    async def _begun(self, loan: _Loan, address: str) -> Connection:
        """Say who writes to whom on the kept connection or, where the relay has ended that, on a new one."""
        if loan.connection is not None:
            try:
                await self._name_both(loan.connection, address)
            except (StaleError, LostError):
                loan.connection.dialogue.close()
            else:
                return loan.connection
            self._open.discard(loan.connection)
            loan.connection = None
        try:
            loan.connection = await self._connect()
        except TransientError as error:
            self._put_off(error)
            raise
        self._open.add(loan.connection)
        try:
            await self._name_both(loan.connection, address)
        except StaleError as refused:
            loan.connection.dialogue.close()
            raise not_served(refused.code) from None
        return loan.connection

    def _put_off(self, error: TransientError) -> None:
        """Have nobody knock again at a relay that lets nobody in; who waits learns what it said."""
        while not self._open and (waiting := self._next()) is not None:
            waiting.lent.set_exception(TransientError(error.failure, extent=error.extent))

    def _envelope(self, address: str) -> tuple[bytes, bytes, bytes]:
        sender = f"MAIL FROM:<{self._relay.envelope_sender}>\r\n".encode("ascii")
        return sender, f"RCPT TO:<{address}>\r\n".encode("ascii"), b"DATA\r\n"

    async def _name_both(self, connection: Connection, address: str) -> None:
        dialogue, (sender, recipient, data) = connection.dialogue, self._envelope(address)
        if connection.in_transaction:
            await forget(connection)
        connection.midway = True
        connection.mails += 1
        if dialogue.takes_groups and not connection.envelope_said:
            dialogue.say(sender + recipient + data, answers=3)
        connection.envelope_said = False
        answer = await connection.ask(sender)
        if not answer.is_done:
            raise StaleError(answer.code)
        answer = await connection.ask(recipient)
        if not answer.is_done:
            await send_nothing(connection)
            raise connection.refused(refused_recipient(answer.code, answer.text))
        if not dialogue.takes_groups:
            connection.in_transaction, connection.midway = True, False
        elif not (answer := await connection.heard()).is_go_on:
            raise connection.refused(verdict(answer.code))

    async def _transfer(self, loan: _Loan, connection: Connection, text: bytes) -> Receipt:
        """Send the text, behind it the next envelope, and judge the answer to the text."""
        dialogue = connection.dialogue
        following = self._next() if dialogue.takes_groups and not self._is_worn(connection) else None
        loan.passed_on = following is not None
        answer = None
        try:
            self._say(dialogue, text, following)
            answer = await connection.heard()
            receipt = taken(answer.code, answer.text)
        except LostError:
            raise InDoubtError(Failure.CONNECTION_LOST_AT_THE_END) from None
        except InDoubtError:
            dialogue.close()
            raise
        finally:
            connection.midway = answer is None
            connection.in_transaction = following is None and answer is not None and not answer.is_done
            connection.envelope_said = following is not None
            if following is not None:
                self._pass_on(connection, following)
        return receipt

    def _say(self, dialogue: Dialogue, text: bytes, following: _Waiting | None) -> None:
        if following is None:
            dialogue.say(text, answers=1)
        else:
            dialogue.say(text + b"".join(self._envelope(following.address)), answers=4)

    def _pass_on(self, connection: Connection, following: _Waiting) -> None:
        """Lend a connection to the mail whose envelope it carries already."""
        if connection.midway or following.lent.done():
            connection.dialogue.close()
        if following.lent.done():
            self._give_back(connection)
        elif connection.dialogue.is_usable:
            following.lent.set_result(connection)
        else:
            self._open.discard(connection)
            following.lent.set_result(None)

    async def _connect(self) -> Connection:
        relay = self._relay
        smtp = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            use_tls=relay.security == "tls",
            start_tls=relay.security == "starttls",
            username=relay.username,
            password=relay.password,
            timeout=relay.timeout_seconds,
            local_hostname=relay.domain,
        )
        try:
            await smtp.connect()
            if smtp.is_ehlo_or_helo_needed:
                await say_hello(smtp)
            return Connection(Dialogue(smtp, relay.timeout_seconds))
        except BaseException as error:
            smtp.close()
            if isinstance(error, aiosmtplib.SMTPException | OSError):
                raise not_reached(error) from None
            raise
