"""Facts that changed under a case: from the commit of one on, nothing of before it leaves any more."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.changed_fact_file import DemandsNow, FactChange
from models.columns import link, moment, primary_key, word


class ChangedFact(SQLModel, table=True):
    """What somebody reported; rows stay as they are.

    `draft_id` is the version that was prepared with it: whatever was written before that one is replaced.
    """

    __tablename__ = "changed_fact"
    __table_args__ = (UniqueConstraint("action_id", "number"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    number: int = Field(ge=1)
    change: FactChange = word(FactChange)
    person_at_risk_id: UUID | None = link("person_at_risk.id", nullable=True)
    demands: DemandsNow = word(DemandsNow)
    known_on: date
    source_id: UUID = link("source.id")
    draft_id: UUID = link("document_version.id")
    recorded_by: UUID = link("person.id")
    recorded_at: datetime = moment()
