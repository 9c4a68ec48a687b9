"""What those who were addressed answered, as people wrote it down."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word
from models.response_vocabulary import AttachmentType, ResponseChannel, ResponseKind


class TargetResponse(SQLModel, table=True):
    """One response of a target, or to a submission; what it said is sealed. Rows are never changed.

    One that names another in `corrects` counts in its place; each is corrected once, so that they form lines.
    """

    __tablename__ = "response"
    __table_args__ = (CheckConstraint("num_nonnulls(target_id, submission_id) = 1", name="response_to_one"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    target_id: UUID | None = link("target.id", nullable=True)
    submission_id: UUID | None = link("submission.id", nullable=True)
    kind: ResponseKind = word(ResponseKind)
    channel: ResponseChannel = word(ResponseChannel)
    received_on: date
    pledged_for: date | None = None
    sealed_note: bytes | None = Field(default=None, repr=False)
    recorded_by: UUID = link("person.id")
    recorded_at: datetime = moment()
    corrects: UUID | None = Field(default=None, foreign_key="response.id", unique=True)


class ResponseAttachment(SQLModel, table=True):
    """A file that came with a response: its content and its name, both sealed."""

    __tablename__ = "response_attachment"

    id: UUID = primary_key()
    response_id: UUID = link("response.id")
    kind: AttachmentType = word(AttachmentType)
    size: int
    sealed_content: bytes = Field(repr=False)
    sealed_name: bytes = Field(repr=False)
    added_by: UUID = link("person.id")
    added_at: datetime = moment()
