"""Email by SMTP (RFC 5321) through any relay, over connections that are kept open."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiosmtplib
import structlog

from channels.base import (
    ChannelError,
    Extent,
    Failure,
    HandOver,
    InDoubtError,
    Outbound,
    PermanentError,
    Receipt,
    TransientError,
    provider_reference,
)
from channels.mime import EmailContent, Relay, build_mail

_log = structlog.get_logger(__name__)

# SMTP reply codes (RFC 5321, section 4.2.3) that are not plain "busy" (4yz) or "message refused" (5yz).
_NO_SUCH_ADDRESS = {550, 551, 553}
# The same codes also say that a policy refuses sender or content (RFC 3463): that is not the address's fault.
_POLICY = "5.7."
_TRY_LATER, _REFUSED = 4, 5
_CREDENTIALS = {454, 530, 534, 535, 538}
_CLOSING = 421
"""The relay ends the connection, or serves no more of them."""
_LONGEST_IDLE_SECONDS = 60.0
"""What was idle for longer may be dead without a word, and would cost a message the wait for an answer."""


@dataclass
class _Connection:
    """A connection that is kept open, how many messages it has carried, and since when it is idle."""

    smtp: aiosmtplib.SMTP
    messages: int = 0
    idle_since: float = 0.0


class EmailChannel:
    """Sends `EmailContent`; SMTP knows no idempotency key, so a message in doubt is not repeated."""

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
        self._most_messages = messages_per_connection
        self._relay = relay
        self._slots = asyncio.Semaphore(connections)
        self._idle: list[_Connection] = []

    async def send(self, message: Outbound[EmailContent], hand_over: HandOver) -> Receipt:
        """Send one mail; see `Channel.send`."""
        raw = build_mail(self._relay, message)
        async with self._envelope() as connection:
            smtp = connection.smtp
            await _name_recipient(smtp, message.address)
            await hand_over()
            return await _transfer(smtp, raw)

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        while self._idle:
            await _quit(self._idle.pop().smtp)

    @asynccontextmanager
    async def _envelope(self) -> AsyncIterator[_Connection]:
        """Lend a connection that knows our sender; one on which the conversation broke is not used again."""
        async with self._slots:
            connection = await self._named_sender()
            connection.messages += 1
            try:
                yield connection
            except (TransientError, PermanentError):
                await self._reset(connection)
                raise
            except BaseException:
                connection.smtp.close()
                raise
            await self._keep(connection)

    async def _named_sender(self) -> _Connection:
        """Name the sender on a kept connection or, where the relay has ended those, on a new one."""
        while self._idle:
            connection = self._idle.pop()
            if time.monotonic() - connection.idle_since > _LONGEST_IDLE_SECONDS:
                connection.smtp.close()
                continue
            try:
                await connection.smtp.mail(self._relay.envelope_sender)
            except aiosmtplib.SMTPException:
                connection.smtp.close()
            except BaseException:
                connection.smtp.close()
                raise
            else:
                return connection
        return _Connection(await self._connect())

    async def _keep(self, connection: _Connection) -> None:
        """Keep a connection for the next message, unless it has carried as many as one may."""
        if self._most_messages is not None and connection.messages >= self._most_messages:
            await _quit(connection.smtp)
            return
        connection.idle_since = time.monotonic()
        self._idle.append(connection)

    async def _reset(self, connection: _Connection) -> None:
        """Keep a connection after a refusal, if it goes on."""
        try:
            await connection.smtp.rset()
        except aiosmtplib.SMTPException:
            connection.smtp.close()
        else:
            await self._keep(connection)

    async def _connect(self) -> aiosmtplib.SMTP:
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
            await smtp.mail(relay.envelope_sender)
        except BaseException as error:
            smtp.close()
            if isinstance(error, aiosmtplib.SMTPException | OSError):
                raise _not_served(error) from None
            raise
        return smtp


async def _quit(smtp: aiosmtplib.SMTP) -> None:
    """Say goodbye, as a relay likes it; nothing hangs on its answer."""
    try:
        await smtp.quit()
    except aiosmtplib.SMTPException:
        smtp.close()


async def _name_recipient(smtp: aiosmtplib.SMTP, recipient: str) -> None:
    try:
        await smtp.rcpt(recipient)
    except aiosmtplib.SMTPResponseException as error:
        if error.code in _NO_SUCH_ADDRESS and not error.message.startswith(_POLICY):
            raise PermanentError(Failure.NO_SUCH_ADDRESS, suppress=True) from None
        raise _verdict_in_session(smtp, error.code, busy=Extent.MESSAGE) from None
    except aiosmtplib.SMTPException:
        raise TransientError(Failure.UNREACHABLE) from None


async def _transfer(smtp: aiosmtplib.SMTP, raw: bytes) -> Receipt:
    try:
        response = await smtp.data(raw)
    except aiosmtplib.SMTPResponseException as error:
        if error.code // 100 not in {_TRY_LATER, _REFUSED}:
            raise InDoubtError(Failure.UNRECOGNISED) from None
        raise _verdict_in_session(smtp, error.code) from None
    except aiosmtplib.SMTPException:
        raise InDoubtError(Failure.CONNECTION_LOST_AT_THE_END) from None
    return Receipt(provider_reference(response.message))


def _not_served(error: aiosmtplib.SMTPException | OSError) -> ChannelError:
    """Judge a relay that does not serve us at all: no message is to blame for that."""
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        if isinstance(error, ssl.SSLError):
            _log.error("email.tls_failed", remedy="check ACUERPA_SMTP_SECURITY and the relay's certificate")
        return TransientError(Failure.UNREACHABLE)
    if error.code == _CLOSING:
        return TransientError(Failure.BUSY, extent=Extent.EVERYTHING)
    verdict = _verdict(error.code)
    if isinstance(verdict, TransientError):
        return verdict
    _log.error(
        "email.relay_refuses_us", code=error.code, remedy="check ACUERPA_SMTP_HOST and ACUERPA_MAIL_FROM"
    )
    return TransientError(Failure.UNREACHABLE)


def _verdict_in_session(smtp: aiosmtplib.SMTP, code: int, *, busy: Extent = Extent.PROVIDER) -> ChannelError:
    """Judge a reply about one message; after the one that ends the connection, nothing more is said on it."""
    if code == _CLOSING:
        smtp.close()
        return TransientError(Failure.BUSY)
    return _verdict(code, busy=busy)


def _verdict(code: int, *, busy: Extent = Extent.PROVIDER) -> ChannelError:
    if code in _CREDENTIALS:
        _log.error("email.credentials_refused", code=code, remedy="check ACUERPA_SMTP_USERNAME and _PASSWORD")
        return TransientError(Failure.UNAUTHORISED)
    if code // 100 == _TRY_LATER:
        return TransientError(Failure.BUSY, extent=busy)
    if code // 100 == _REFUSED:
        return PermanentError(Failure.MESSAGE_REFUSED)
    _log.error("email.unrecognised_reply", code=code)
    return TransientError(Failure.UNRECOGNISED)
