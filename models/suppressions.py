"""Why an address must not be written to, and what it takes to write to it again."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word
from models.contact_vocabulary import SAID_NO
from models.vocabulary import ConsentMethod


class LiftReason(StrEnum):
    """Why an address may be written to again."""

    WORKS_AGAIN = "works_again"
    """Somebody made sure that the address exists and is read."""
    MISTAKEN = "mistaken"
    """What the provider said was wrong."""
    OWN_CONSENT = "own_consent"
    """Whoever reads it said herself that she may be written to; when and how is written down."""


def may_be_lifted(reason: str, why: LiftReason) -> bool:
    """Tell whether it is enough for an address to be written to again: a no is taken back by her alone."""
    return reason not in SAID_NO or why is LiftReason.OWN_CONSENT


class Suppression(SQLModel, table=True):
    """A reason not to write to an address, which is known by its keyed hash only.

    `reason` is a `SuppressionReason`; a word that is none counts as an address that leads nowhere.
    """

    fingerprint: bytes = Field(primary_key=True)
    reason: str = Field(primary_key=True, max_length=40)
    suppressed_at: datetime = moment()


class LiftedSuppression(SQLModel, table=True):
    """One that was lifted: by whom and why, and for her own consent also when and how she gave it."""

    __tablename__ = "lifted_suppression"

    id: UUID = primary_key()
    fingerprint: bytes = Field(index=True)
    reason: str = Field(max_length=40)
    suppressed_at: datetime = moment()
    lifted_at: datetime = moment()
    lifted_by: UUID = link("person.id")
    why: LiftReason = word(LiftReason)
    consent_given_on: date | None = None
    consent_method: ConsentMethod | None = word(ConsentMethod, default=None, nullable=True)
