"""Mails that came in and are about an action, kept sealed until a person says what they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word
from models.inbound_mail import InboundState, MatchedBy


class InboundMailRow(SQLModel, table=True):
    """One mail, sealed as it came; `fingerprint` is the keyed hash by which a second copy is known."""

    __tablename__ = "inbound_mail"
    __table_args__ = (UniqueConstraint("action_id", "fingerprint"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    target_id: UUID | None = link("target.id", nullable=True)
    matched_by: MatchedBy = word(MatchedBy)
    automatic: bool
    size: int
    fingerprint: bytes
    sealed_mail: bytes = Field(repr=False)
    received_at: datetime = moment()
    state: InboundState = word(InboundState, default=InboundState.WAITING)
    response_id: UUID | None = link("response.id", nullable=True)
    decided_by: UUID | None = link("person.id", nullable=True)
    decided_at: datetime | None = moment(nullable=True)
