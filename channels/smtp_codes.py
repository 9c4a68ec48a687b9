"""What the codes of SMTP relays mean to us (RFC 5321, section 4.2.3)."""

import ssl
from typing import Final

import aiosmtplib
import structlog

from channels.base import (
    ChannelError,
    Extent,
    Failure,
    InDoubtError,
    PermanentError,
    Receipt,
    TransientError,
    provider_reference,
)

_log = structlog.get_logger(__name__)

# Those that are not plain "busy" (4yz) or "message refused" (5yz).
_NO_SUCH_ADDRESS = {550, 551, 553}
# The same codes also say that a policy refuses sender or content (RFC 3463): that is not the address's fault.
_POLICY = "5.7."
_TRY_LATER, _REFUSED = 4, 5
_TAKEN = 250
_CREDENTIALS = {454, 530, 534, 535, 538}
CLOSING: Final = 421
"""The relay ends the connection, or serves no more of them."""


def verdict(code: int, *, busy: Extent = Extent.PROVIDER) -> ChannelError:
    """Judge a refusal of a message; `busy` is how much a relay puts off that asks to come back later."""
    if code in _CREDENTIALS:
        _log.error("email.credentials_refused", code=code, remedy="check ACUERPA_SMTP_USERNAME and _PASSWORD")
        return TransientError(Failure.UNAUTHORISED)
    if code // 100 == _TRY_LATER:
        return TransientError(Failure.BUSY, extent=Extent.PROVIDER if code == CLOSING else busy)
    if code // 100 == _REFUSED:
        return PermanentError(Failure.MESSAGE_REFUSED)
    _log.error("email.unrecognised_reply", code=code)
    return TransientError(Failure.UNRECOGNISED)


def refused_recipient(code: int, text: str) -> ChannelError:
    """Judge a refusal of an address."""
    if code in _NO_SUCH_ADDRESS and not text.startswith(_POLICY):
        return PermanentError(Failure.NO_SUCH_ADDRESS, suppress=True)
    return verdict(code, busy=Extent.MESSAGE)


def taken(code: int, text: str) -> Receipt:
    """Judge the answer to a whole text.

    Raises:
        ChannelError: it was refused, or nobody knows.
    """
    if code == _TAKEN:
        return Receipt(provider_reference(text))
    if code // 100 not in {_TRY_LATER, _REFUSED}:
        raise InDoubtError(Failure.UNRECOGNISED)
    raise verdict(code)


def not_served(code: int) -> ChannelError:
    """Judge a relay that does not serve us at all: no message is to blame for that."""
    if code == CLOSING:
        return TransientError(Failure.BUSY, extent=Extent.EVERYTHING)
    judged = verdict(code)
    if isinstance(judged, TransientError):
        return judged
    _log.error("email.relay_refuses_us", code=code, remedy="check ACUERPA_SMTP_HOST and ACUERPA_MAIL_FROM")
    return TransientError(Failure.UNREACHABLE)


def not_reached(error: aiosmtplib.SMTPException | OSError) -> ChannelError:
    """Judge a connection that could not be opened."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return not_served(error.code)
    if isinstance(error, ssl.SSLError):
        _log.error("email.tls_failed", remedy="check ACUERPA_SMTP_SECURITY and the relay's certificate")
    return TransientError(Failure.UNREACHABLE)
