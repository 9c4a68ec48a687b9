"""Mails as they go over the wire (RFC 5322, RFC 2045): body by the standard library, headers encoded here.

The library's header classes pass on an encoded word that somebody wrote into a name, and control characters;
here a value is plain ASCII, or encoded as a whole (RFC 2047), or refused.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, quote
from functools import lru_cache
from typing import Literal
from uuid import UUID

from channels.base import Failure, Outbound, PermanentError

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
)
_LANGUAGE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MEDIA_TYPE = re.compile(r"(application|image|text)/[a-z0-9][a-z0-9.+-]{0,60}")
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]{1,800}")
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9'+/ -]*")
_ENCODED_WORD = "=?"
_PLAIN_LENGTH = 60
LONGEST_LINE = 76
"""Characters of an encoded line (RFC 2045, section 6.7)."""

_POLICY = SMTP_POLICY.clone(max_line_length=LONGEST_LINE)
_CONTROLS = {"Cc", "Cs", "Zl", "Zp"}


@dataclass(frozen=True)
class Attachment:
    """A file beside the text; its name is plain ASCII, like `UA-2026-014-1.es.pdf`."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class EmailContent:
    """A rendered message in one language.

    `references` are delivery ids of earlier mails to the same address, the oldest first: this one answers the
    last. `unsubscribe_url` is where one request takes the address off our lists.
    """

    recipient_name: str | None
    subject: str
    text: str
    html: str
    language: str
    attachments: tuple[Attachment, ...] = ()
    references: tuple[UUID, ...] = ()
    unsubscribe_url: str | None = None
    body: bytes | None = field(default=None, repr=False)
    """Text, HTML and attachments, where they are built already (`moulds.py`)."""


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
    bounces: str | None = None
    timeout_seconds: float = 30

    @property
    def envelope_sender(self) -> str:
        """The address to which a mail comes back that cannot be delivered (RFC 5321, section 4.4)."""
        return self.bounces or self.sender


def build_mail(relay: Relay, message: Outbound[EmailContent]) -> bytes:
    """Build a mail with text, HTML and attachments, marked as automatic (RFC 3834).

    Raises:
        PermanentError: the parts cannot stand in a mail, for example a line break in the address.
    """
    content = message.content
    try:
        headers = {
            "From": _mailbox(relay.sender_name, relay.sender),
            "To": _mailbox(content.recipient_name or "", message.address),
            "Subject": _subject(content.subject),
            "Date": format_datetime(datetime.now(UTC)),
            "Message-ID": _message_id(relay, message.delivery_id),
            **_thread(relay, content),
            "Auto-Submitted": "auto-generated",
            "Content-Language": _matching(_LANGUAGE, content.language),
            **_unsubscription(content),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return lines.encode("ascii") + (content.body or body_of(content))
    except ValueError:
        raise PermanentError(Failure.NOT_RENDERABLE) from None


def _message_id(relay: Relay, delivery_id: UUID) -> str:
    return f"<{delivery_id}@{relay.domain}>"


def _thread(relay: Relay, content: EmailContent) -> dict[str, str]:
    """Say which of our earlier mails this one follows (RFC 5322, section 3.6.4)."""
    if not content.references:
        return {}
    earlier = [_message_id(relay, one) for one in content.references]
    return {"In-Reply-To": earlier[-1], "References": "\r\n ".join(earlier)}


def _unsubscription(content: EmailContent) -> dict[str, str]:
    """Say how to leave the list (RFC 2369), by one request where it is encrypted (RFC 8058)."""
    if content.unsubscribe_url is None:
        return {}
    address = _matching(_WEB_ADDRESS, content.unsubscribe_url)
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return {"List-Unsubscribe": f"<{address}>", **(one_click if address.startswith("https:") else {})}


def body_of(content: EmailContent) -> bytes:
    """Build all but our own headers.

    Raises:
        ValueError: it cannot stand in a mail.
    """
    if "\0" in content.text + content.html:
        raise ValueError("NUL cannot stand in a mail")
    mail = EmailMessage(policy=_POLICY)
    # Whether the relay takes 8 bits is not asked, and some break signatures where they recode.
    mail.set_content(content.text, cte="quoted-printable")
    mail.add_alternative(content.html, subtype="html", cte="quoted-printable")
    for one in content.attachments:
        main, _, sub = _matching(_MEDIA_TYPE, one.media_type).partition("/")
        mail.add_attachment(one.data, maintype=main, subtype=sub, filename=_matching(_FILE_NAME, one.name))
    return mail.as_bytes()


def _mailbox(name: str, address: str) -> str:
    address = _matching(_ADDRESS, address)
    if not name:
        return address
    if _is_plain(name):
        phrase = name if _PLAIN_WORDS.fullmatch(name) else f'"{quote(name)}"'
    else:
        phrase = _encoded("To", name)
    return f"{phrase}\r\n <{address}>"


@lru_cache(maxsize=64)  # a release has as many as languages
def _subject(text: str) -> str:
    return text if _is_plain(text) else _encoded("Subject", text)


def _is_plain(text: str) -> bool:
    """Tell whether a text may stand in a line of a header as it is; refuse one with control characters."""
    if any(unicodedata.category(letter) in _CONTROLS for letter in text):
        raise ValueError("a line break or control character cannot stand in a header")
    return text.isascii() and _ENCODED_WORD not in text and len(text) <= _PLAIN_LENGTH


def _encoded(header: str, text: str) -> str:
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _matching(form: re.Pattern[str], value: str) -> str:
    if not form.fullmatch(value):
        raise ValueError("the value cannot stand in a header")
    return value
