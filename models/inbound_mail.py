"""Mails that come in: what they answer, by their headers, and what they say, without trust in either."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import compat32
from email.policy import default as whole_policy
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

LARGEST_MAIL_BYTES: Final = 6 * 1024 * 1024
_LARGEST_HEADER_BYTES: Final = 64 * 1024
_MOST_LINES: Final = 100_000
_MOST_BOUNDARIES: Final = 24
"""With more of either, the library's parser would take minutes over one hostile mail."""
_LONGEST_FIELD: Final = 2_000
LONGEST_TEXT: Final = 50_000
_MOST_IDS: Final = 40

_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_REFERENCE: Final = re.compile(r"\bUA-[0-9]{4}-[0-9]{3,6}\b", re.IGNORECASE)
_BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
_AUTOMATIC_FIELDS: Final = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")


class MatchedBy(StrEnum):
    """How a mail was found to be about an action."""

    MESSAGE_ID = "message_id"
    """It answers a message of ours, by its id."""
    INDEX = "index"
    """It names the action in its subject or in the address to which it was sent."""


class InboundState(StrEnum):
    """What became of a mail that came in."""

    WAITING = "waiting"
    """Nobody has looked at it."""
    CONFIRMED = "confirmed"
    """It is a response of a target."""
    DISMISSED = "dismissed"
    """It is none."""


class InboundMail(NamedTuple):
    """What the headers of a mail say: which of our messages it answers, which action it names, who sends it.

    `automatic` where a machine wrote it (RFC 3834), such as an absence note.
    """

    delivery_ids: tuple[UUID, ...]
    reference: str | None
    sender: str
    automatic: bool


class ReadMail(NamedTuple):
    """What a person reads of a mail."""

    sender: str
    subject: str
    text: str
    attachments: tuple[str, ...]


def read_headers(raw: bytes, domain: str) -> InboundMail:
    """Read what a mail is about; whatever is wrong with it, nothing is raised."""
    head = re.split(rb"\r?\n\r?\n", raw[:_LARGEST_HEADER_BYTES], maxsplit=1)[0]
    try:
        mail = message_from_bytes(head + b"\n\n", policy=compat32)
        fields = {name.lower(): _line(value) for name, value in reversed(mail.items())}
    except Exception:  # noqa: BLE001 - the library trips over hostile mails in more ways than it lists
        fields = {}
    answered = f"{fields.get('references', '')} {fields.get('in-reply-to', '')}"
    ids = re.findall(rf"<({_UUID})@{re.escape(domain)}>", answered, re.IGNORECASE)
    named = _REFERENCE.search(" ".join(fields.get(one, "") for one in ("subject", "to", "delivered-to")))
    return InboundMail(
        delivery_ids=tuple(dict.fromkeys(UUID(one) for one in reversed(ids[-_MOST_IDS:]))),
        reference=named[0].upper() if named else None,
        sender=_address(fields.get("from", "")),
        automatic=_is_automatic(fields),
    )


def read_mail(raw: bytes) -> ReadMail:
    """Read what a mail says, as plain text; of one that cannot be read, nothing but that."""
    kept = b"\n".join(raw.split(b"\n", _MOST_LINES)[:_MOST_LINES])
    if kept.lower().count(b"boundary") > _MOST_BOUNDARIES:
        return ReadMail("", "", "", ())
    try:
        mail = message_from_bytes(kept, policy=whole_policy)
        return _read(mail)
    except Exception:  # noqa: BLE001 - as above
        return ReadMail("", "", "", ())


def _read(mail: EmailMessage) -> ReadMail:
    body = mail.get_body(preferencelist=("plain", "html"))
    text = body.get_content() if body is not None else ""
    if body is not None and body.get_content_subtype() == "html":
        text = re.sub(r"<[^<>]{0,2000}>", " ", text)
    names = tuple(_line(part.get_filename("") or "?") for part in mail.iter_attachments())
    return ReadMail(
        _line(mail.get("From", "")),
        _line(mail.get("Subject", "")),
        _printable(text),
        names[:_MOST_BOUNDARIES],
    )


def _is_automatic(fields: dict[str, str]) -> bool:
    submitted = fields.get("auto-submitted", "no").split(";")[0].strip().lower()
    return (
        submitted != "no"
        or fields.get("precedence", "").strip().lower() in _BULK
        or any(name.lower() in fields for name in _AUTOMATIC_FIELDS)
        or fields.get("return-path", "").strip() == "<>"
        or fields.get("content-type", "").lower().startswith("multipart/report")
    )


def _line(value: object) -> str:
    joined = " ".join(str(value).split())
    return _printable(joined)[:_LONGEST_FIELD]


def _printable(text: str) -> str:
    return "".join(one for one in text if one.isprintable() or one in "\n\t")[:LONGEST_TEXT]


def _address(written: str) -> str:
    found = re.search(r"<([^<>\s]{3,320})>", written)
    return (found[1] if found else written).strip().lower()
