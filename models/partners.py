"""Partner organisations, and how they are asked to sign."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, uuids, word, words
from models.partner_vocabulary import PartnerKind, PartnerStatus
from models.vocabulary import Answer, Channel, SignatureVisibility


class Partner(SQLModel, table=True):
    """An organisation that may sign. `slug` is its stable id in files.

    `members` are partners whose signatures it stands for; `mandate_follows` is the one that it signs after.
    Until `former_secret_until`, its system may check what it gets with the secret that was replaced as well.
    """

    id: UUID = primary_key()
    slug: str = Field(unique=True)
    name: str
    kind: PartnerKind = word(PartnerKind, default=PartnerKind.ORGANISATION)
    country: str
    languages: list[str] = words()
    groups: list[str] = words()
    time_zone: str | None = None
    website: str | None = None
    registered_address: str
    registered_fingerprint: bytes
    member_count: int | None = None
    members: list[UUID] = uuids()
    mandate_follows: UUID | None = link("partner.id", nullable=True)
    mandate_given_on: date | None = None
    mandate_given_by: str | None = None
    status: PartnerStatus = word(PartnerStatus, default=PartnerStatus.ACTIVE)
    api_url: str | None = None
    sealed_api_secret: bytes | None = None
    sealed_former_secret: bytes | None = None
    former_secret_until: datetime | None = moment(nullable=True)
    updated_at: datetime = moment()


_STAYS = text("gone_at IS NULL")


class PartnerContact(SQLModel, table=True):
    """A person who answers for a partner; the lowest position is asked first.

    Who left keeps her row, which invitations and corrections name, and has no position any more.
    """

    __tablename__ = "partner_contact"
    __table_args__ = (
        UniqueConstraint("partner_id", "position", deferrable=True, initially="DEFERRED"),
        CheckConstraint("(position IS NULL) = (gone_at IS NOT NULL)", name="position_while_she_stays"),
        Index("one_contact_an_address", "partner_id", "fingerprint", unique=True, postgresql_where=_STAYS),
    )

    id: UUID = primary_key()
    partner_id: UUID = link("partner.id")
    position: int | None = None
    name: str
    email: str
    fingerprint: bytes = Field(index=True)
    language: str
    phone: str | None = Field(default=None, repr=False)
    phone_fingerprint: bytes | None = None
    asked_by: Channel = word(Channel, default=Channel.EMAIL)
    gone_at: datetime | None = moment(nullable=True)


class Invitation(SQLModel, table=True):
    """One partner asked to sign one document, in the wording of one version.

    While it is revoked, no link of it opens anything; what was frozen before it was reissued leaves no more.
    """

    __table_args__ = (UniqueConstraint("document_id", "partner_id"),)

    id: UUID = primary_key()
    document_id: UUID = link("document.id")
    version_id: UUID = link("document_version.id")
    partner_id: UUID = link("partner.id")
    contact_id: UUID = link("partner_contact.id")
    invited_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)
    reissued_at: datetime | None = moment(nullable=True)


class MissedContact(SQLModel, table=True):
    """An address at which an invitation did not reach its partner; `turn` counts the times of turning on."""

    __tablename__ = "missed_contact"

    invitation_id: UUID = Field(foreign_key="invitation.id", primary_key=True)
    fingerprint: bytes = Field(primary_key=True)
    turn: int
    missed_at: datetime = moment()


class LinkState(StrEnum):
    """Whether an invited partner has a link that opens its page."""

    LIVE = "live"
    """One opens it."""
    EXPIRED = "expired"
    """All have expired."""
    REVOKED = "revoked"
    """They were revoked, and none was reissued."""
    AWAITED = "awaited"
    """None was sent yet, since it was invited or reissued."""


class SignLink(SQLModel, table=True):
    """A secret URL of an invitation: each message carries its own, and only the SHA-256 is kept.

    With a proposal it is its approver's, and opens nothing but that.
    """

    __tablename__ = "sign_link"

    id: UUID = primary_key()
    invitation_id: UUID = link("invitation.id")
    delivery_id: UUID = link("delivery.id")
    proposal_id: UUID | None = link("proposal.id", nullable=True)
    token_hash: bytes = Field(unique=True)
    issued_at: datetime = moment()
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)


class AnswerLink(SQLModel, table=True):
    """A secret URL of what was answered for a partner, sent to its registered address: "that was not us"."""

    __tablename__ = "answer_link"

    id: UUID = primary_key()
    invitation_id: UUID = link("invitation.id")
    delivery_id: UUID = link("delivery.id")
    token_hash: bytes = Field(unique=True)
    issued_at: datetime = moment()
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)


class Signature(SQLModel, table=True):
    """A partner's answer, given for one digest; a later one supersedes it, and none is changed or deleted.

    The partial unique key is the guard of one answer that counts a partner. One that was `disowned` takes an
    answer back that somebody else gave; one that is doubted does not count until the partner confirms it.
    `by_mandate_of` is the partner whose answer it follows. What was answered before there were receipts
    wants none. With a proposal, who signs is the approver, and the proposal says who asked her.
    A row that was `carried_from` another stands for it, since an editorial change corrected its text.
    """

    __table_args__ = (
        Index(
            "uq_signature_current",
            "document_id",
            "partner_id",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(
            "uq_signature_of_invitation",
            "invitation_id",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(
            "ix_signature_set_aside",
            "document_id",
            postgresql_where=text("superseded_at IS NOT NULL OR doubted_at IS NOT NULL"),
        ),
    )

    id: UUID = primary_key()
    invitation_id: UUID = link("invitation.id")
    document_id: UUID = link("document.id")
    partner_id: UUID = link("partner.id")
    version_id: UUID = link("document_version.id")
    digest: bytes
    proposal_id: UUID | None = link("proposal.id", nullable=True)
    answer: Answer = word(Answer)
    visibility: SignatureVisibility = word(SignatureVisibility)
    late: bool = False
    signer_name: str | None = None
    signer_role: str | None = None
    sealed_reason: bytes | None = None
    answered_at: datetime = moment()
    superseded_at: datetime | None = moment(nullable=True)
    carried_from: UUID | None = link("signature.id", nullable=True)
    wants_receipt: bool = True
    disowned: bool = False
    doubted_at: datetime | None = moment(nullable=True)
    confirmed_at: datetime | None = moment(nullable=True)
    confirmed_by: str | None = None
    by_mandate_of: UUID | None = link("partner.id", nullable=True)

    @property
    def is_hidden(self) -> bool:
        """Tell whether nobody of ours may see whose it is.

        Being taken back names none, unless it was disowned.
        """
        is_public = self.visibility is SignatureVisibility.PUBLIC
        return not is_public and not self.disowned and self.answer is not Answer.DECLINED
