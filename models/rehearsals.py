"""Rehearsals: what a release would send, one message of each kind, before anybody gets it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key


class Rehearsal(SQLModel, table=True):
    """The wish of a coordinator to see a release; with `sent`, it also goes to her own addresses."""

    __table_args__ = (UniqueConstraint("document_id", "round"),)

    id: UUID = primary_key()
    document_id: UUID = link("document.id")
    round: int = Field(ge=1)
    wanted_by: UUID = link("person.id")
    wanted_at: datetime = moment()
    sent: bool


class RehearsedMessage(SQLModel, table=True):
    """A finished message of a rehearsal, sealed: a mail as it is on the wire (RFC 5322), a text, or JSON."""

    __tablename__ = "rehearsed_message"

    delivery_id: UUID = Field(primary_key=True, foreign_key="delivery.id")
    sealed_message: bytes


class OnlyKeptError(Exception):
    """A finished message is there to be looked at: it was rehearsed, and is not to be sent."""
