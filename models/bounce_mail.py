"""Mails about our mails: delivery status notifications (RFC 3464) and complaints (RFC 5965).

Anybody may send one. So it counts only for the delivery whose id it returns: 122 random bits that nobody
knows but whoever got or carried that mail. What it says of addresses is never enough by itself.
"""

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from typing import Final, NamedTuple
from uuid import UUID

from models.delivery_receipts import ReceiptKind
from models.receipt_codes import Verdict, bounce_verdict

LARGEST_BOUNCE_BYTES: Final = 256 * 1024
"""What is read of a mail: what was returned whole stands at its end, and only its first lines matter."""
_MOST_LINES: Final = 5_000
_MOST_BOUNDARIES: Final = 24
"""With more of either, the library's parser would take minutes over one hostile mail."""
_MOST_RECIPIENTS: Final = 20
_LONGEST_FIELD: Final = 1_000

_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_STATUS_TYPES: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES: Final = frozenset({"message/rfc822", "message/global"})
_HEADER_TYPES: Final = frozenset({"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"})
_COMPLAINT_TYPE: Final = "message/feedback-report"
_COMPLAINTS: Final = frozenset({"abuse", "fraud"})
_WORST_FIRST: Final = (
    ReceiptKind.HARD_BOUNCE,
    ReceiptKind.SOFT_BOUNCE,
    ReceiptKind.DELIVERED,
    ReceiptKind.DEFERRED,
    ReceiptKind.ACCEPTED,
)


class Bounce(NamedTuple):
    """What a mail says of one of our messages, and of which addresses it says so.

    Not `recognised` where its code is none that RFC 3463 knows.
    """

    delivery_id: UUID
    kind: ReceiptKind
    about: frozenset[str] = frozenset()
    recognised: bool = True


def read_bounce(raw: bytes, domain: str) -> Bounce | None:
    """Read a mail about a message whose Message-ID ends in our domain; None where it is no such mail.

    Whatever is wrong with the mail, nothing is raised.
    """
    kept = b"\n".join(raw[:LARGEST_BOUNCE_BYTES].split(b"\n", _MOST_LINES)[:_MOST_LINES])
    if kept.lower().count(b"boundary") > _MOST_BOUNDARIES:
        return None
    try:
        return _read(message_from_bytes(kept, policy=compat32), domain)
    except Exception:  # noqa: BLE001 - the library trips over hostile mails in more ways than it lists
        return None


def _read(mail: Message, domain: str) -> Bounce | None:
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return None
    parts = [part for part in mail.get_payload() if isinstance(part, Message)]
    delivery_id = _delivery_id(mail, parts, domain)
    if delivery_id is None:
        return None
    if _complains(parts):
        return Bounce(delivery_id, ReceiptKind.COMPLAINED)
    return _worst(delivery_id, list(_verdicts(parts)))


def _complains(parts: Iterable[Message]) -> bool:
    reports = [part for part in parts if part.get_content_type() == _COMPLAINT_TYPE]
    kinds = (_field(block, "Feedback-Type") for part in reports for block in _blocks(part))
    return any(kind.lower() in _COMPLAINTS for kind in kinds)


def _worst(delivery_id: UUID, told: list[tuple[Verdict, str]]) -> Bounce | None:
    if not told:
        return None
    worst = min((verdict for verdict, _ in told), key=lambda one: _WORST_FIRST.index(one.kind))
    about = frozenset(address for verdict, address in told if address and verdict.kind is worst.kind)
    return Bounce(delivery_id, worst.kind, about, worst.recognised)


def _verdicts(parts: Iterable[Message]) -> Iterator[tuple[Verdict, str]]:
    """Read what is said of each recipient, and who that is."""
    blocks = [block for part in parts if part.get_content_type() in _STATUS_TYPES for block in _blocks(part)]
    for block in blocks[: _MOST_RECIPIENTS + 1]:
        action = _field(block, "Action").split("(")[0].strip().lower()
        verdict = bounce_verdict(action, _field(block, "Status"), _field(block, "Diagnostic-Code"))
        if verdict:
            yield verdict, _recipient(block)


def _recipient(block: Message) -> str:
    """Return who the message did not reach in the end, which is somebody else where ours forwards."""
    told = _field(block, "Final-Recipient") or _field(block, "Original-Recipient")
    return told.partition(";")[2].strip().strip("<>")


def _delivery_id(mail: Message, parts: list[Message], domain: str) -> UUID | None:
    """Find our delivery's id in what was returned, else in what is said of it."""
    of_ours = re.compile(rf"<?({_UUID})@{re.escape(domain)}>?", re.IGNORECASE)
    said = [_field(returned, "Message-ID") for part in parts for returned in _returned(part)]
    envelopes = [
        _field(block, "Original-Envelope-Id")
        for part in parts
        if part.get_content_type() in _STATUS_TYPES
        for block in _blocks(part)[:1]
    ]
    said += [re.sub(rf"^{_UUID}$", rf"\g<0>@{domain}", one, flags=re.IGNORECASE) for one in envelopes]
    said += [_field(mail, "In-Reply-To"), *_field(mail, "References").split()[-1:]]
    for one in said:
        found = of_ours.fullmatch(one)
        if found:
            return UUID(found[1])
    return None


def _returned(part: Message) -> Iterator[Message]:
    """Open what a part returns of our message: all of it, or its headers."""
    kind = part.get_content_type()
    if kind in _RETURNED_TYPES or kind in _HEADER_TYPES - {"text/rfc822-headers"}:
        yield from _blocks(part)[:1]
    elif kind in _HEADER_TYPES:
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield message_from_bytes(payload, policy=compat32)


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _field(block: Message, name: str) -> str:
    """Return a field in one line; empty where there is none, or too much of it."""
    value = " ".join(str(block.get(name, "")).split())
    return value if len(value) <= _LONGEST_FIELD else ""
