"""What each provider's words and codes for the fate of a message mean; all of them, and nowhere else.

Sources: Twilio, "Message status" and "Error and warning dictionary"; Vonage, "SMS delivery receipts" and
"Messages API errors"; RFC 3463 and the registry of enhanced status codes, with RFC 7505 for 5.1.10.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from models.delivery_receipts import ReceiptKind

_ACCEPTED, _DEFERRED, _DELIVERED = ReceiptKind.ACCEPTED, ReceiptKind.DEFERRED, ReceiptKind.DELIVERED
_SOFT, _HARD, _STOPPED = ReceiptKind.SOFT_BOUNCE, ReceiptKind.HARD_BOUNCE, ReceiptKind.OPTED_OUT


class CallbackProvider(StrEnum):
    """Who calls back about text messages."""

    TWILIO = "twilio"
    """Twilio, or who speaks as it does."""
    VONAGE = "vonage"
    """Vonage: its SMS and its Messages API."""
    GATEWAY = "sms"
    """Any other gateway, in the words of docs/operations.md."""


class Verdict(NamedTuple):
    """What was said; not `recognised` where a code stands in no table, which the log tells loudly."""

    kind: ReceiptKind
    recognised: bool = True


class _Words(NamedTuple):
    statuses: Mapping[str, ReceiptKind]
    failed: frozenset[str]
    codes: Mapping[str, ReceiptKind]


def _all(kind: ReceiptKind, words: str) -> dict[str, ReceiptKind]:
    return dict.fromkeys(words.split(), kind)


_TWILIO: Final = _Words(
    statuses=MappingProxyType(
        {**_all(_ACCEPTED, "accepted scheduled queued sending sent"), **_all(_DELIVERED, "delivered read")}
    ),
    failed=frozenset({"undelivered", "failed", "canceled"}),
    codes=MappingProxyType(
        {
            "21610": _STOPPED,  # the recipient answered STOP
            **_all(_HARD, "21211 21614 30005"),  # not a number, not a mobile number, not in service
            # 30003 not reachable, 30004 blocked, 30006 a landline or its carrier, 30007 filtered
            **_all(_SOFT, "21408 21612 30001 30002 30003 30004 30006 30007 30008 30009 30010 30034 30036"),
        }
    ),
)

_VONAGE: Final = _Words(
    statuses=MappingProxyType(
        {**_all(_ACCEPTED, "accepted submitted"), **_all(_DELIVERED, "delivered read"), "buffered": _DEFERRED}
    ),
    failed=frozenset({"expired", "failed", "rejected", "undeliverable", "unknown"}),
    codes=MappingProxyType(
        {
            # Of the SMS API: 3 absent for good, 9 no such number; of the Messages API: 1190 and 1240.
            **_all(_HARD, "3 9 1190 1240"),
            **_all(_SOFT, "1 2 4 5 6 7 8 10 11 12 13 14 15 39 41 50 51 52 53 54 99"),
            **_all(_SOFT, "1000 1030 1120 1170 1180 1200 1210 1220 1230 1250 1260 1270 1280 1290 1300 1330"),
            **_all(_SOFT, "1340 1360 1460"),
        }
    ),
)

_GATEWAY: Final = _Words(
    statuses=MappingProxyType(
        {
            **_all(_ACCEPTED, "accepted sent"),
            **_all(_DEFERRED, "deferred"),
            **_all(_DELIVERED, "delivered"),
        }
    ),
    failed=frozenset({"failed"}),
    codes=MappingProxyType(
        {"no_such_number": _HARD, "unsubscribed": _STOPPED, **_all(_SOFT, "expired refused unreachable")}
    ),
)

_OF: Final = MappingProxyType(
    {
        CallbackProvider.TWILIO: _TWILIO,
        CallbackProvider.VONAGE: _VONAGE,
        CallbackProvider.GATEWAY: _GATEWAY,
    }
)

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_ACTIONS: Final = MappingProxyType(
    {
        "delivered": _DELIVERED,
        "relayed": _ACCEPTED,
        "expanded": _ACCEPTED,
        "delayed": _DEFERRED,
    }
)
_NO_SUCH_MAILBOX: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""No such mailbox, no such domain, not an address, moved, takes no mail, closed."""
_SAYS_NOTHING: Final = frozenset({"5.0.0", "4.0.0"})


def sms_verdict(provider: CallbackProvider, status: str, code: str | None) -> Verdict | None:
    """Read the status of a text message and the code of its failure; None where the status is not known."""
    words = _OF[provider]
    if status in words.statuses:
        return Verdict(words.statuses[status])
    if status not in words.failed:
        return None
    if not code or code == "0":
        return Verdict(_SOFT)
    return Verdict(words.codes.get(code, _SOFT), recognised=code in words.codes)


def bounce_verdict(action: str, status: str, diagnostic: str) -> Verdict | None:
    """Read the fields of one recipient (RFC 3464, section 2.3); None where they say nothing."""
    if action in _ACTIONS:
        return Verdict(_ACTIONS[action])
    if action != "failed":
        return None
    found = _ENHANCED.search(status)
    if found is None or found[0] in _SAYS_NOTHING:
        found = _ENHANCED.search(diagnostic) or found
    if found is None:
        return Verdict(_SOFT, recognised=False)
    return Verdict(_HARD if found[0] in _NO_SUCH_MAILBOX else _SOFT)
