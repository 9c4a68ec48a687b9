"""What became of the people at risk."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, word
from models.outcome_file import Impact


class Outcome(SQLModel, table=True):
    """What somebody wrote down of one person; the newest counts, and those before stay."""

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    person_at_risk_id: UUID = link("person_at_risk.id")
    impact: Impact = word(Impact)
    happened_on: date
    sealed_note: bytes | None = Field(default=None, repr=False)
    recorded_by: UUID = link("person.id")
    recorded_at: datetime = moment()
