"""Addenda to the list of signatories that recipients of a document have."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key


class Addendum(SQLModel, table=True):
    """The wish that those who have an old list be told of the new one; nothing of it is sent before `due_at`.

    `wanted_by` is nobody where a withdrawal, or the next document, brought it about.
    """

    __table_args__ = (UniqueConstraint("document_id", "round"),)

    id: UUID = primary_key()
    document_id: UUID = link("document.id")
    round: int = Field(ge=1)
    due_at: datetime = moment()
    wanted_by: UUID | None = link("person.id", nullable=True)
    wanted_at: datetime = moment()
