"""Email by SMTP (RFC 5321) through any relay, over connections that are kept open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import Literal

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
)

_log = structlog.get_logger(__name__)

# SMTP reply codes (RFC 5321, section 4.2.3) that are not plain "busy" (4yz) or "message refused" (5yz).
_PERMANENT_AT_RECIPIENT = {
    550: PermanentError(Failure.NO_SUCH_ADDRESS, suppress=True),
    551: PermanentError(Failure.NO_SUCH_ADDRESS, suppress=True),
    553: PermanentError(Failure.NO_SUCH_ADDRESS, suppress=True),
}
# Where the standard library folds a header before an encoded word, it leaves two spaces for one.
_UNFOLDED = SMTP_POLICY.clone(max_line_length=900)

_TRY_LATER, _REFUSED = 4, 5
_CREDENTIALS = {454, 530, 534, 535, 538}


@dataclass(frozen=True)
class EmailContent:
    """A rendered message in one language."""

    recipient_name: str | None
    subject: str
    text: str
    html: str
    language: str


@dataclass(frozen=True)
class Relay:
    """The SMTP server that takes our mail, and the name that it comes from."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    sender: str
    sender_name: str
    domain: str
    username: str | None = None
    password: str | None = None
    timeout_seconds: float = 30


class EmailChannel:
    """Sends `EmailContent`; SMTP knows no idempotency key, so a message in doubt is not repeated."""

    repeatable = False

    def __init__(self, relay: Relay, *, connections: int) -> None:
        self.connections = connections
        self._relay = relay
        self._slots = asyncio.Semaphore(connections)
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(self, message: Outbound[EmailContent], hand_over: HandOver) -> Receipt:
        """Send one mail; see `Channel.send`."""
        raw = build_mail(self._relay, message)
        async with self._connection() as smtp:
            await _open_envelope(smtp, self._relay.sender, message.address)
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
    async def _connection(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """Lend a connection; one that raised is not used again."""
        async with self._slots:
            smtp = self._idle.pop() if self._idle else await self._connect()
            if not smtp.is_connected:
                smtp = await self._connect()
            try:
                yield smtp
            except BaseException:
                smtp.close()
                raise
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
        except aiosmtplib.SMTPException as error:
            raise _transient(error) from None
        return smtp


async def _open_envelope(smtp: aiosmtplib.SMTP, sender: str, recipient: str) -> None:
    try:
        await smtp.mail(sender)
        await smtp.rcpt(recipient)
    except aiosmtplib.SMTPRecipientRefused as error:
        raise _PERMANENT_AT_RECIPIENT.get(error.code) or _verdict(error.code) from None
    except aiosmtplib.SMTPResponseException as error:
        raise _verdict(error.code) from None
    except aiosmtplib.SMTPException as error:
        raise _transient(error) from None


async def _transfer(smtp: aiosmtplib.SMTP, raw: bytes) -> Receipt:
    try:
        response = await smtp.data(raw)
    except aiosmtplib.SMTPResponseException as error:
        raise _verdict(error.code) from None
    except aiosmtplib.SMTPException:
        raise InDoubtError(Failure.CONNECTION_LOST_AT_THE_END) from None
    return Receipt(provider_reference=response.message[:200])


def _transient(error: aiosmtplib.SMTPException) -> ChannelError:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _verdict(error.code)
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


def build_mail(relay: Relay, message: Outbound[EmailContent]) -> bytes:
    """Build the mail as it goes over the wire: text and HTML, headers of RFC 5322 and RFC 3834.

    Raises:
        PermanentError: the parts cannot stand in a mail, for example a line break in the address.
    """
    content, mail = message.content, EmailMessage(policy=SMTP_POLICY)
    try:
        mail["From"] = Address(relay.sender_name, addr_spec=relay.sender)
        mail["To"] = Address(content.recipient_name or "", addr_spec=message.address)
        mail["Subject"] = content.subject
        mail["Date"] = datetime.now(UTC)
        mail["Message-ID"] = f"<{message.delivery_id}@{relay.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = content.language
        mail.set_content(content.text)
        mail.add_alternative(content.html, subtype="html")
        return mail.as_bytes(policy=_UNFOLDED)
    except (ValueError, UnicodeError, IndexError):
        raise PermanentError(Failure.NOT_RENDERABLE) from None
