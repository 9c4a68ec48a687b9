"""The digests that coordinators get by mail, one a week."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel, UniqueConstraint

from models.columns import link, moment


class WeeklyDigest(SQLModel, table=True):
    """What was decided of the digest of one person in one ISO week, which `week` names by its Monday.

    `number` is the round of its dispatch, which is kept with one of her actions; without a `document_id`
    there was nothing to tell, and nothing is sent.
    """

    __tablename__ = "weekly_digest"
    __table_args__ = (UniqueConstraint("person_id", "week"),)

    number: int | None = Field(default=None, primary_key=True)
    person_id: UUID = link("person.id")
    week: date
    document_id: UUID | None = link("document.id", nullable=True)
    decided_at: datetime = moment()
