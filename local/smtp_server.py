"""The mailbox's SMTP side, which fails on order."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, NoReturn

from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import Field, model_validator

from local.faults import Fault, FaultBook
from local.ports import LOOPBACK

Keep = Callable[[bytes, str, list[str]], Awaitable[None]]


class Verb(StrEnum):
    """Where in the conversation a fault happens."""

    CONNECT = "connect"
    """Instead of the greeting; the connection is closed."""
    MAIL = "mail"
    """In answer to the sender."""
    RCPT = "rcpt"
    """In answer to a recipient."""
    DATA = "data"
    """In answer to the whole message, which is not kept."""
    ACCEPTED_THEN_DROP = "accepted_then_drop"
    """The message is kept and the connection is cut before the answer."""


class SmtpFault(Fault):
    """Answer with this code; `address` limits it to one sender (verb `mail`) or recipient (all others)."""

    verb: Verb
    code: int = Field(default=451, ge=400, le=599)
    address: str | None = None

    @model_validator(mode="after")
    def _nobody_is_known_at_connect(self) -> "SmtpFault":
        if self.verb is Verb.CONNECT and self.address is not None:
            raise ValueError("address is not known at connect: leave it out")
        return self

    @property
    def answer(self) -> str:
        """Return the SMTP reply line."""
        return f"{self.code} {'4' if self.code < 500 else '5'}.0.0 ordered by a fault"  # noqa: PLR2004

    def fits(self, verb: Verb, addresses: list[str]) -> bool:
        """Tell whether this fault is for this moment."""
        wanted = self.address
        concerned = wanted is None or wanted.casefold() in (address.casefold() for address in addresses)
        return self.verb is verb and concerned


class MailHandler:
    """Keep messages, or answer as the faults say."""

    def __init__(self, keep: Keep, faults: FaultBook[SmtpFault]) -> None:
        self._keep = keep
        self._faults = faults

    def fault(self, verb: Verb, addresses: list[str]) -> SmtpFault | None:
        """Fire the fault for this moment, if one is ordered."""
        return self._faults.take(lambda fault: fault.fits(verb, addresses))

    async def handle_MAIL(  # noqa: N802 - the name and arguments are aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to the sender."""
        if fault := self.fault(Verb.MAIL, [address]):
            return fault.answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 sender ok"

    async def handle_RCPT(  # noqa: N802 - the name and arguments are aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to a recipient."""
        if fault := self.fault(Verb.RCPT, [address]):
            return fault.answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message, and only then say so."""
        recipients = list(envelope.rcpt_tos)
        if fault := self.fault(Verb.DATA, recipients):
            return fault.answer
        await self._keep(envelope.original_content or b"", envelope.mail_from or "", recipients)
        if self.fault(Verb.ACCEPTED_THEN_DROP, recipients):
            _cut(server)
        return "250 2.0.0 kept"


def _cut(server: SMTP) -> NoReturn:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
    # aiosmtpd ends a conversation without an answer only where its task is cancelled.
    raise asyncio.CancelledError


class FaultySmtp(SMTP):
    """Refuse at the greeting where a fault says so."""

    async def _handle_client(self) -> None:
        if fault := self.event_handler.fault(Verb.CONNECT, []):
            await self.push(fault.answer)
            self._writer.close()
            return
        await super()._handle_client()


async def serve_smtp(port: int, keep: Keep, faults: FaultBook[SmtpFault]) -> asyncio.Server:
    """Listen on the loopback interface."""
    handler = MailHandler(keep, faults)
    options: dict[str, Any] = {"hostname": "mailbox.example", "enable_SMTPUTF8": True}
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: FaultySmtp(handler, loop=loop, **options), LOOPBACK, port)
