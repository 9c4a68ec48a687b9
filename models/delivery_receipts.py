"""Delivery receipts: what a provider says of a message after it took it, and what that may change.

Receipts come late, repeated and in any order. So each kind counts once for a delivery, and moves it along one
order of states only: whatever the order of arrival, the end is the same.

    ready ─┐
    sending ├─> sent ─> delivered ─> bounced
    unknown ┘
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.columns import moment, word
from models.contact_vocabulary import SuppressionReason
from models.messages import DeliveryState


class ReceiptKind(StrEnum):
    """What a provider says of a message."""

    ACCEPTED = "accepted"
    """It has the message, or has passed it on."""
    DEFERRED = "deferred"
    """It has the message, could not deliver it yet, and tries again."""
    DELIVERED = "delivered"
    """It arrived."""
    SOFT_BOUNCE = "soft_bounce"
    """It could not be delivered, and nothing says that the address is wrong."""
    HARD_BOUNCE = "hard_bounce"
    """It could not be delivered: the address does not exist."""
    COMPLAINED = "complained"
    """It arrived, and whoever read it called it spam."""
    OPTED_OUT = "opted_out"
    """It was not delivered: whoever reads that address told the provider to stop."""


_PROGRESS: Final = (
    DeliveryState.READY,
    DeliveryState.SENDING,
    DeliveryState.UNKNOWN,
    DeliveryState.SENT,
    DeliveryState.DELIVERED,
    DeliveryState.BOUNCED,
)
"""A relay may say that it delivered what a later mail server returns: so a bounce counts more."""

_SAYS: Final[Mapping[ReceiptKind, DeliveryState]] = MappingProxyType(
    {
        ReceiptKind.ACCEPTED: DeliveryState.SENT,
        ReceiptKind.DEFERRED: DeliveryState.SENT,
        ReceiptKind.DELIVERED: DeliveryState.DELIVERED,
        ReceiptKind.SOFT_BOUNCE: DeliveryState.BOUNCED,
        ReceiptKind.HARD_BOUNCE: DeliveryState.BOUNCED,
        ReceiptKind.COMPLAINED: DeliveryState.DELIVERED,
        ReceiptKind.OPTED_OUT: DeliveryState.BOUNCED,
    }
)

ALLOWED: Final = frozenset(
    (before, after)
    for place, before in enumerate(_PROGRESS)
    for after in _PROGRESS[place + 1 :]
    if after in _SAYS.values()
)
"""The moves that a receipt may bring about; what is parked, failed, suppressed or cancelled stays so."""

BOUNCES: Final = (ReceiptKind.SOFT_BOUNCE, ReceiptKind.OPTED_OUT, ReceiptKind.HARD_BOUNCE)
"""Why a message did not arrive, the worst last."""

SUPPRESSES: Final[Mapping[ReceiptKind, SuppressionReason]] = MappingProxyType(
    {
        ReceiptKind.HARD_BOUNCE: SuppressionReason.BOUNCED,
        ReceiptKind.COMPLAINED: SuppressionReason.COMPLAINED,
        ReceiptKind.OPTED_OUT: SuppressionReason.OPTED_OUT,
    }
)
"""After which the address is not written to in any later case."""


def moved(state: DeliveryState, said: ReceiptKind) -> DeliveryState:
    """Return where a delivery stands after a receipt: where it stood, unless the move is allowed."""
    after = _SAYS[said]
    return after if (state, after) in ALLOWED else state


class DeliveryReceipt(NamedTuple):
    """One thing said of one message, which is known by our id, or by the provider's reference.

    `about` are the keyed hashes of the addresses that a bounce names; None where it names none.
    """

    kind: ReceiptKind
    delivery_id: UUID | None = None
    reference: str | None = None
    about: frozenset[bytes] | None = None


class DeliveryReceiptRow(SQLModel, table=True):
    """The first receipt of each kind for a delivery, with the keyed hash of its address."""

    __tablename__ = "delivery_receipt"
    __table_args__ = (Index("ix_delivery_receipt_fingerprint", "fingerprint", "received_at"),)

    delivery_id: UUID = Field(primary_key=True, foreign_key="delivery.id")
    kind: ReceiptKind = word(ReceiptKind, primary_key=True)
    fingerprint: bytes
    received_at: datetime = moment()


class EarlyReceipt(SQLModel, table=True):
    """A receipt for a reference that no delivery has: its sender may not have written it down yet."""

    __tablename__ = "early_receipt"

    provider: str = Field(primary_key=True, max_length=40)
    reference: str = Field(primary_key=True, max_length=200)
    kind: ReceiptKind = word(ReceiptKind, primary_key=True)
    received_at: datetime = moment()
