"""Who was asked to look at a case, and what they said of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word


class Attestation(SQLModel, table=True):
    """One person's word for one thing of one version: `facts`, `consent`, or `text:es`.

    `consent_revision` is that of the action where it is about consent, and 0 where it is not.
    """

    __table_args__ = (UniqueConstraint("version_id", "person_id", "confirms", "consent_revision"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    version_id: UUID = link("document_version.id")
    digest: bytes
    person_id: UUID = link("person.id")
    confirms: str
    consent_revision: int
    attested_at: datetime = moment()


class ObjectionKind(StrEnum):
    """What a verifier decided against a case."""

    RETURNED = "returned"
    """Something is missing."""
    REJECTED = "rejected"
    """It shall not go out."""


class Objection(SQLModel, table=True):
    """A verifier's return or rejection; what she wrote is sealed."""

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    cycle: int
    person_id: UUID = link("person.id")
    kind: ObjectionKind = word(ObjectionKind)
    sealed_reason: bytes
    raised_at: datetime = moment()


class VerificationRequest(SQLModel, table=True):
    """One verifier asked to look at a case, in one cycle of asking; `round` is the message that asked her."""

    __tablename__ = "verification_request"
    __table_args__ = (UniqueConstraint("action_id", "cycle", "person_id"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    cycle: int
    round: int
    person_id: UUID = link("person.id")
    asked_at: datetime = moment()
    acknowledged_at: datetime | None = moment(nullable=True)
    answered_at: datetime | None = moment(nullable=True)


class VerificationLink(SQLModel, table=True):
    """A secret URL of a request: each message carries its own, of which the SHA-256 is kept."""

    __tablename__ = "verification_link"

    id: UUID = primary_key()
    request_id: UUID = link("verification_request.id")
    delivery_id: UUID = link("delivery.id")
    token_hash: bytes = Field(unique=True)
    issued_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)
