"""Email by SMTP (RFC 5321) through any relay, over connections that are kept open."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosmtplib
import structlog

from channels.base import (
    ChannelError,
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


class EmailChannel:
    """Sends `EmailContent`; SMTP knows no idempotency key, so a message in doubt is not repeated."""

    repeatable = False

    def __init__(self, relay: Relay, *, connections: int, provider: str = "smtp") -> None:
        self.provider = provider
        self.connections = connections
        self._relay = relay
        self._slots = asyncio.Semaphore(connections)
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(self, message: Outbound[EmailContent], hand_over: HandOver) -> Receipt:
        """Send one mail; see `Channel.send`."""
        raw = build_mail(self._relay, message)
        async with self._envelope() as smtp:
            await _name_recipient(smtp, message.address)
            await hand_over()
            return await _transfer(smtp, raw)

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        while self._idle:
            smtp = self._idle.pop()
            try:
                await smtp.quit()
            except aiosmtplib.SMTPException:
                smtp.close()

    @asynccontextmanager
    async def _envelope(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """Lend a connection that knows our sender; one on which the conversation broke is not used again."""
        async with self._slots:
            smtp = await self._named_sender()
            try:
                yield smtp
            except (TransientError, PermanentError):
                await self._reset(smtp)
                raise
            except BaseException:
                smtp.close()
                raise
            self._idle.append(smtp)

    async def _named_sender(self) -> aiosmtplib.SMTP:
        """Name the sender on a kept connection or, where the relay has ended those, on a new one."""
        while self._idle:
            smtp = self._idle.pop()
            try:
                await smtp.mail(self._relay.envelope_sender)
            except aiosmtplib.SMTPException:
                smtp.close()
            except BaseException:
                smtp.close()
                raise
            else:
                return smtp
        return await self._connect()

    async def _reset(self, smtp: aiosmtplib.SMTP) -> None:
        """Keep a connection after a refusal, if it goes on."""
        try:
            await smtp.rset()
        except aiosmtplib.SMTPException:
            smtp.close()
        else:
            self._idle.append(smtp)

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


async def _name_recipient(smtp: aiosmtplib.SMTP, recipient: str) -> None:
    try:
        await smtp.rcpt(recipient)
    except aiosmtplib.SMTPResponseException as error:
        if error.code in _NO_SUCH_ADDRESS and not error.message.startswith(_POLICY):
            raise PermanentError(Failure.NO_SUCH_ADDRESS, suppress=True) from None
        raise _verdict(error.code) from None
    except aiosmtplib.SMTPException:
        raise TransientError(Failure.UNREACHABLE) from None


async def _transfer(smtp: aiosmtplib.SMTP, raw: bytes) -> Receipt:
    try:
        response = await smtp.data(raw)
    except aiosmtplib.SMTPResponseException as error:
        if error.code // 100 not in {_TRY_LATER, _REFUSED}:
            raise InDoubtError(Failure.UNRECOGNISED) from None
        raise _verdict(error.code) from None
    except aiosmtplib.SMTPException:
        raise InDoubtError(Failure.CONNECTION_LOST_AT_THE_END) from None
    return Receipt(provider_reference(response.message))


def _not_served(error: aiosmtplib.SMTPException | OSError) -> ChannelError:
    """Judge a relay that does not serve us at all: no message is to blame for that."""
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        if isinstance(error, ssl.SSLError):
            _log.error("email.tls_failed", remedy="check ACUERPA_SMTP_SECURITY and the relay's certificate")
        return TransientError(Failure.UNREACHABLE)
    verdict = _verdict(error.code)
    if isinstance(verdict, TransientError):
        return verdict
    _log.error(
        "email.relay_refuses_us", code=error.code, remedy="check ACUERPA_SMTP_HOST and ACUERPA_MAIL_FROM"
    )
    return TransientError(Failure.UNREACHABLE)


def _verdict(code: int) -> ChannelError:
    if code in _CREDENTIALS:
        _log.error("email.credentials_refused", code=code, remedy="check ACUERPA_SMTP_USERNAME and _PASSWORD")
        return TransientError(Failure.UNAUTHORISED)
    if code // 100 == _TRY_LATER:
        return TransientError(Failure.BUSY)
    if code // 100 == _REFUSED:
        return PermanentError(Failure.MESSAGE_REFUSED)
    _log.error("email.unrecognised_reply", code=code)
    return TransientError(Failure.UNRECOGNISED)
