"""Signatures that a contact proposes and somebody else in her organisation confirms."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word
from models.vocabulary import SignatureVisibility


class ProposalState(StrEnum):
    """What became of a proposed signature."""

    OPEN = "open"
    """The approver has not answered."""
    CONFIRMED = "confirmed"
    """She confirmed it, and the organisation has signed."""
    DECLINED = "declined"
    """She did not; her organisation has answered nothing by that."""
    TAKEN_BACK = "taken_back"
    """The contact needs it no more, or the links of the invitation were revoked."""
    OVERTAKEN = "overtaken"
    """Her organisation answered meanwhile."""


class Proposal(SQLModel, table=True):
    """A contact asks one approver to confirm her organisation's signature; nothing counts until she does.

    `digest` is that of the text which the contact had read; the signature names what the approver read.
    """

    __table_args__ = (
        Index("one_open_proposal", "invitation_id", unique=True, postgresql_where=text("state = 'open'")),
    )

    id: UUID = primary_key()
    invitation_id: UUID = link("invitation.id")
    digest: bytes
    visibility: SignatureVisibility = word(SignatureVisibility)
    proposer_name: str = Field(repr=False)
    proposer_role: str = Field(repr=False)
    approver_name: str = Field(repr=False)
    approver_email: str = Field(repr=False)
    approver_fingerprint: bytes
    approver_language: str
    proposed_at: datetime = moment()
    state: ProposalState = word(ProposalState, default=ProposalState.OPEN)
    ended_at: datetime | None = moment(nullable=True)
    ended_by: str | None = Field(default=None, repr=False)
    """What she typed who declined it, or took it back: no mail scanner does that."""
