"""The outbox: every message that leaves is a row here first."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word, words
from models.messages import DeliveryState, Purpose
from models.vocabulary import Channel, Disclosure, RenderingKind


class RecipientKind(StrEnum):
    """Who a delivery is for."""

    TARGET = "target"
    """An office addressed."""
    PARTNER = "partner"
    """A partner organisation."""
    CONTACT = "contact"
    """Press or member."""
    PERSON = "person"
    """A coordinator or verifier of the network."""
    FORMER_ADDRESS = "former_address"
    """The registered address that a partner had."""
    APPROVER = "approver"
    """Somebody whom a partner's contact asked to confirm a signature."""


class Dispatch(SQLModel, table=True):
    """Messages of one purpose, frozen together: a release, or one round of invitations or reminders.

    `cycle` is that of a verification, and 0 for everything else; `languages` are those that were approved.
    """

    __table_args__ = (UniqueConstraint("document_id", "purpose", "cycle", "round"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    document_id: UUID = link("document.id")
    version_id: UUID = link("document_version.id")
    digest: bytes
    purpose: Purpose = word(Purpose)
    cycle: int = 0
    round: int
    languages: list[str] = words()
    size: int = 0
    frozen_at: datetime = moment()


class Delivery(SQLModel, table=True):
    """One message to one recipient on one channel. Its id is the Message-ID and the idempotency key.

    `rendering` and `digest` say which rendering a claim took for it; `not_before`, until when it waits;
    `posted_on`, when somebody posted a letter, as she says. A text message that keeps quiet hours has the
    `time_zones` where its recipient may be; `counted_on` is the day whose budget it is part of.
    `provider` is whom the claim took it for; one that is `ready` and has one may have been taken by it, so
    it is given to no other. `resent_at` is when a coordinator had it sent again, though it may have arrived.
    """

    __table_args__ = (
        UniqueConstraint("dispatch_id", "recipient_id", "channel", "fingerprint"),
        Index("ix_delivery_range", "dispatch_id", "channel", "position"),
        Index("ix_delivery_state", "dispatch_id", "state", "channel"),
        Index("ix_delivery_fingerprint", "fingerprint"),
        Index(
            "ix_delivery_former_address",
            "recipient_id",
            postgresql_where=text("recipient_kind = 'former_address'"),
        ),
        Index(
            "ix_delivery_partner",
            "recipient_id",
            postgresql_where=text("recipient_kind = 'partner'"),
        ),
        Index(
            "ix_delivery_reference",
            "provider_reference",
            postgresql_where=text("channel = 'sms' AND provider_reference IS NOT NULL"),
        ),
        Index(
            "ix_delivery_in_doubt",
            "dispatch_id",
            postgresql_where=text("state IN ('unknown', 'parked') OR resent_at IS NOT NULL"),
        ),
    )

    id: UUID = primary_key()
    dispatch_id: UUID = link("dispatch.id")
    position: int
    recipient_kind: RecipientKind = word(RecipientKind)
    recipient_id: UUID
    invitation_id: UUID | None = link("invitation.id", nullable=True)
    request_id: UUID | None = link("verification_request.id", nullable=True)
    signature_id: UUID | None = link("signature.id", nullable=True)
    disclosure: Disclosure = word(Disclosure, default=Disclosure.PUBLIC)
    rendering: RenderingKind = word(RenderingKind, default=RenderingKind.PUBLIC)
    digest: bytes | None = None
    channel: Channel = word(Channel)
    address: str
    fingerprint: bytes
    language: str
    state: DeliveryState = word(DeliveryState, default=DeliveryState.READY)
    attempts: int = 0
    claim_id: UUID | None = None
    claimed_at: datetime | None = moment(nullable=True)
    handed_over_at: datetime | None = moment(nullable=True)
    settled_at: datetime | None = moment(nullable=True)
    not_before: datetime | None = moment(nullable=True)
    resent_at: datetime | None = moment(nullable=True)
    time_zones: list[str] | None = words(nullable=True)
    counted_on: date | None = None
    posted_on: date | None = None
    failure: str | None = Field(default=None, max_length=60)
    provider: str | None = Field(default=None, max_length=40)
    provider_reference: str | None = Field(default=None, max_length=200)
