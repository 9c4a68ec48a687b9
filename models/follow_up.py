"""What fell due while actions were followed up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word
from models.follow_up_messages import DueKind


class FallenDueRow(SQLModel, table=True):
    """Something that fell due, once; `settled_at` is when its messages were begun.

    `subject_id` is the row that it is about, `number` its place among those of one subject: those before it
    will not fall due any more. Its message is the round of its purpose with number `round`.
    """

    __tablename__ = "fallen_due"
    __table_args__ = (UniqueConstraint("document_id", "kind", "subject_id", "number"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    document_id: UUID = link("document.id")
    kind: DueKind = word(DueKind)
    subject_id: UUID
    number: int
    round: int = Field(default=0)
    due_at: datetime = moment()
    fallen_at: datetime = moment()
    settled_at: datetime | None = moment(nullable=True)
