"""Why an address must not be written to, and what it takes to write to it again."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word
from models.vocabulary import ConsentMethod


class SuppressionReason(StrEnum):
    """Why an address must not be written to; it may have several reasons."""

    SOFT_BOUNCES = "soft_bounces"
    """Message after message came back for more than a week, and none arrived between them."""
    NO_SUCH_ADDRESS = "no_such_address"
    """A provider refused a message: the address does not exist."""
    HARD_BOUNCE = "hard_bounce"
    """A provider took a message, and said later that the address does not exist."""
    UNSUBSCRIBED = "unsubscribed"
    """Whoever reads it left the lists: her organisation may still ask her to sign."""
    OPTED_OUT = "opted_out"
    """Whoever reads it told the provider that she wants no more messages."""
    COMPLAINED = "complained"
    """Whoever reads it called a message spam."""


class LiftReason(StrEnum):
    """Why an address may be written to again."""

    WORKS_AGAIN = "works_again"
    """Somebody made sure that the address exists and is read."""
    MISTAKEN = "mistaken"
    """What the provider said was wrong."""
    OWN_CONSENT = "own_consent"
    """Whoever reads it said herself that she may be written to; when and how is written down."""


OWN_WISH: Final = frozenset(
    {SuppressionReason.UNSUBSCRIBED, SuppressionReason.OPTED_OUT, SuppressionReason.COMPLAINED}
)
"""What only she whose address it is can take back."""


def may_be_lifted(reason: SuppressionReason, why: LiftReason) -> bool:
    """Tell whether it is enough for an address to be written to again."""
    return reason not in OWN_WISH or why is LiftReason.OWN_CONSENT


class Suppression(SQLModel, table=True):
    """A reason not to write to an address, which is known by its keyed hash only."""

    fingerprint: bytes = Field(primary_key=True)
    reason: SuppressionReason = word(SuppressionReason, primary_key=True)
    suppressed_at: datetime = moment()


class LiftedSuppression(SQLModel, table=True):
    """One that was lifted: by whom and why, and for her own consent also when and how she gave it."""

    __tablename__ = "lifted_suppression"

    id: UUID = primary_key()
    fingerprint: bytes = Field(index=True)
    reason: SuppressionReason = word(SuppressionReason)
    suppressed_at: datetime = moment()
    lifted_at: datetime = moment()
    lifted_by: UUID = link("person.id")
    why: LiftReason = word(LiftReason)
    consent_given_on: date | None = None
    consent_method: ConsentMethod | None = word(ConsentMethod, default=None, nullable=True)
