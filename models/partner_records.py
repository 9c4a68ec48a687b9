"""What is kept about partners beside their entries: logos, corrections, and who did what.

A directory is of no case, so these rows are in no case's audit trail.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, tree, word
from models.partner_vocabulary import ChangeOutcome, PartnerEventKind


class PartnerLogo(SQLModel, table=True):
    """A partner's logo, written anew as PNG; it is fetched by the SHA-256 of its bytes."""

    __tablename__ = "partner_logo"

    partner_id: UUID = Field(foreign_key="partner.id", primary_key=True)
    png: bytes
    width: int
    height: int
    sha256: bytes
    updated_at: datetime = moment()


class PartnerApiKey(SQLModel, table=True):
    """A key by which a partner's system reads what was released to it; only its SHA-256 is kept."""

    __tablename__ = "partner_api_key"

    id: UUID = primary_key()
    partner_id: UUID = link("partner.id")
    key_hash: bytes = Field(unique=True)
    created_at: datetime = moment()
    last_used_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)


class PartnerChange(SQLModel, table=True):
    """Details that a partner's contact corrected, sealed until a coordinator decides and after."""

    __tablename__ = "partner_change"
    __table_args__ = (
        Index(
            "one_open_change_a_contact", "contact_id", unique=True, postgresql_where=text("outcome IS NULL")
        ),
    )

    id: UUID = primary_key()
    partner_id: UUID = link("partner.id")
    contact_id: UUID = link("partner_contact.id")
    sealed_fields: bytes
    proposed_at: datetime = moment()
    decided_at: datetime | None = moment(nullable=True)
    decided_by: UUID | None = link("person.id", nullable=True)
    outcome: ChangeOutcome | None = word(ChangeOutcome, default=None, nullable=True)


class RegisteredAddressChange(SQLModel, table=True):
    """A registered address that was changed; the outbox holds whether the one before was told of it.

    `change_id` is the correction by which it was changed; an import names none.
    """

    __tablename__ = "registered_address_change"

    id: UUID = primary_key()
    partner_id: UUID = link("partner.id")
    change_id: UUID | None = link("partner_change.id", nullable=True)
    previous_address: str
    previous_fingerprint: bytes
    changed_at: datetime = moment()


class PartnerEvent(SQLModel, table=True):
    """Who did what to a partner when. `detail` holds names of fields and enums, never values."""

    __tablename__ = "partner_event"

    id: UUID = primary_key()
    partner_id: UUID = link("partner.id")
    kind: PartnerEventKind = word(PartnerEventKind)
    person_id: UUID | None = link("person.id", nullable=True)
    contact_id: UUID | None = link("partner_contact.id", nullable=True)
    at: datetime = moment()
    detail: dict[str, Any] = tree()
