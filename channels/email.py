"""Email by SMTP (RFC 5321) through any relay, over connections that are kept open."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

import aiosmtplib

from channels.base import ChannelError, Failure, HandOver, InDoubtError, Outbound, Receipt, TransientError
from channels.mime import EmailContent, Relay, build_mail
from channels.smtp_codes import not_reached, not_served, refused_recipient, taken, verdict
from channels.smtp_dialogue import END, Dialogue, LostError, Reply, text_of


class _StaleError(Exception):
    """A connection serves us no more: a new one may."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(eq=False)
class _Connection:
    """A connection that takes one mail after the other."""

    dialogue: Dialogue
    envelope_said: bool = False
    """The envelope of the next mail is on its way already."""
    midway: bool = False
    """Answers are due, or the relay waits for a text: no other mail can begin here."""
    in_transaction: bool = False
    """A mail was begun and given up: the relay must be told to forget it."""

    async def ask(self, words: bytes) -> Reply:
        """Return the answer to something, which was said already where things are said in groups."""
        if not self.dialogue.takes_groups:
            self.dialogue.say(words, answers=1)
        return await self.dialogue.reply()

    def refused(self, error: ChannelError) -> ChannelError:
        """Note that a mail was refused, while the conversation goes on."""
        self.in_transaction, self.midway = True, False
        return error


@dataclass(eq=False)
class _Waiting:
    """A mail that waits for a connection; it gets None where it may open one."""

    address: str
    lent: "asyncio.Future[_Connection | None]" = field(default_factory=asyncio.Future)


@dataclass(eq=False)
class _Loan:
    """A connection as one mail has it, or the right to open one."""

    connection: _Connection | None
    passed_on: bool = False


class EmailChannel:
    """Sends `EmailContent`; SMTP knows no idempotency key, so a message in doubt is not repeated.

    Where the relay takes commands in groups (RFC 2920), an envelope goes out at once, and right behind a text
    the envelope of a mail that waits. There the last gate is passed when the relay waits for the text: where
    it is closed the connection is given up, so that nothing of the mail arrives.
    """

    repeatable = False

    def __init__(self, relay: Relay, *, connections: int, provider: str = "smtp") -> None:
        self.provider = provider
        self.connections = connections
        self._relay = relay
        self._lent = 0
        self._idle: list[_Connection] = []
        self._waiting: deque[_Waiting] = deque()

    async def send(self, message: Outbound[EmailContent], hand_over: HandOver) -> Receipt:
        """Send one mail; see `Channel.send`."""
        text = text_of(build_mail(self._relay, message))
        loan = _Loan(await self._borrow(message.address))
        try:
            connection = await self._begun(loan, message.address)
            await hand_over()
            await _begin_text(connection)
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

    async def _borrow(self, address: str) -> _Connection | None:
        """Wait in turn for a connection; None is the right to open one."""
        if self._lent < self.connections:
            self._lent += 1
            return self._idle.pop() if self._idle else None
        waiting = _Waiting(address)
        self._waiting.append(waiting)
        try:
            return await waiting.lent
        except asyncio.CancelledError:
            if waiting.lent.done() and not waiting.lent.cancelled():
                self._give_back(waiting.lent.result())
            raise

    def _next(self) -> _Waiting | None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.lent.done():
                return waiting
        return None

    def _give_back(self, connection: _Connection | None) -> None:
        """Lend a connection on or keep it; one on which the conversation broke off is not used again."""
        if connection is not None and (connection.midway or connection.envelope_said):
            connection.dialogue.close()
        usable = connection if connection is not None and connection.dialogue.is_usable else None
        waiting = self._next()
        if waiting is not None:
            waiting.lent.set_result(usable)
            return
        self._lent -= 1
        if usable is not None:
            self._idle.append(usable)

    async def _begun(self, loan: _Loan, address: str) -> _Connection:
        """Say who writes to whom on the kept connection or, where the relay has ended that, on a new one."""
        if loan.connection is not None:
            try:
                await self._name_both(loan.connection, address)
            except (_StaleError, LostError):
                loan.connection.dialogue.close()
            else:
                return loan.connection
        loan.connection = None
        loan.connection = await self._connect()
        try:
            await self._name_both(loan.connection, address)
        except _StaleError as refused:
            loan.connection.dialogue.close()
            raise not_served(refused.code) from None
        return loan.connection

    def _envelope(self, address: str) -> tuple[bytes, bytes, bytes]:
        sender = f"MAIL FROM:<{self._relay.sender}>\r\n".encode("ascii")
        return sender, f"RCPT TO:<{address}>\r\n".encode("ascii"), b"DATA\r\n"

    async def _name_both(self, connection: _Connection, address: str) -> None:
        dialogue, (sender, recipient, data) = connection.dialogue, self._envelope(address)
        if connection.in_transaction:
            await _forget(connection)
        connection.midway = True
        if dialogue.takes_groups and not connection.envelope_said:
            dialogue.say(sender + recipient + data, answers=3)
        connection.envelope_said = False
        answer = await connection.ask(sender)
        if not answer.is_done:
            raise _StaleError(answer.code)
        answer = await connection.ask(recipient)
        if not answer.is_done:
            await _send_nothing(connection)
            raise connection.refused(refused_recipient(answer.code, answer.text))
        if not dialogue.takes_groups:
            connection.in_transaction, connection.midway = True, False
        elif not (answer := await dialogue.reply()).is_go_on:
            raise connection.refused(verdict(answer.code))

    async def _transfer(self, loan: _Loan, connection: _Connection, text: bytes) -> Receipt:
        """Send the text, behind it the next envelope, and judge the answer to the text."""
        dialogue = connection.dialogue
        following = self._next() if dialogue.takes_groups else None
        loan.passed_on = following is not None
        answer = None
        try:
            self._say(dialogue, text, following)
            answer = await dialogue.reply()
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

    def _pass_on(self, connection: _Connection, following: _Waiting) -> None:
        """Lend a connection to the mail whose envelope it carries already."""
        if connection.midway or following.lent.done():
            connection.dialogue.close()
        if following.lent.done():
            self._give_back(connection)
        else:
            following.lent.set_result(connection if connection.dialogue.is_usable else None)

    async def _connect(self) -> _Connection:
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
                await _say_hello(smtp)
            return _Connection(Dialogue(smtp, relay.timeout_seconds))
        except BaseException as error:
            smtp.close()
            if isinstance(error, aiosmtplib.SMTPException | OSError):
                raise not_reached(error) from None
            raise


async def _say_hello(smtp: aiosmtplib.SMTP) -> None:
    try:
        await smtp.ehlo()
    except aiosmtplib.SMTPHeloError:
        await smtp.helo()


async def _forget(connection: _Connection) -> None:
    connection.dialogue.say(b"RSET\r\n", answers=1)
    answer = await connection.dialogue.reply()
    if not answer.is_done:
        raise _StaleError(answer.code)
    connection.in_transaction = False


async def _send_nothing(connection: _Connection) -> None:
    """Answer a relay that took DATA without a recipient: by a lone dot (RFC 2920, section 3.1)."""
    dialogue = connection.dialogue
    if not dialogue.takes_groups:
        return
    try:
        if (await dialogue.reply()).is_go_on:
            dialogue.say(END, answers=1)
            await dialogue.reply()
    except LostError:
        return  # the recipient was judged before


async def _begin_text(connection: _Connection) -> None:
    """Ask to send the text, where that was not asked with the envelope."""
    if connection.dialogue.takes_groups:
        return
    connection.midway = True
    answer = await connection.ask(b"DATA\r\n")
    if not answer.is_go_on:
        raise connection.refused(verdict(answer.code))
