"""What people at risk allow, use by use, and who decides when they cannot."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import SQLModel

from models.columns import link, moment, primary_key, word
from models.vocabulary import ConsentGiver, ConsentMethod, ConsentUse, PassageReason


class Consent(SQLModel, table=True):
    """One record for one use; the newest of a use counts. `sealed_reason` says why it cannot be obtained.

    One that is void since facts changed counts no more: whoever decides now is asked anew.
    """

    __table_args__ = (UniqueConstraint("person_at_risk_id", "use", "recorded_at"),)

    id: UUID = primary_key()
    person_at_risk_id: UUID = link("person_at_risk.id")
    use: ConsentUse = word(ConsentUse)
    given: bool
    given_by: ConsentGiver = word(ConsentGiver)
    method: ConsentMethod = word(ConsentMethod)
    given_on: date
    valid_until: date | None = None
    sealed_reason: bytes | None = None
    revoked_at: datetime | None = moment(nullable=True)
    voided_by: UUID | None = link("changed_fact.id", nullable=True)
    recorded_by: UUID | None = link("person.id", nullable=True)
    recorded_at: datetime = moment()


class ConsentPassage(SQLModel, table=True):
    """By death or disappearance consent passed to named family; who that is is sealed.

    It has ended where she decides herself again.
    """

    __tablename__ = "consent_passage"
    __table_args__ = (
        Index(
            "uq_consent_passage_of_now",
            "person_at_risk_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: UUID = primary_key()
    person_at_risk_id: UUID = link("person_at_risk.id")
    because: PassageReason = word(PassageReason)
    happened_on: date
    sealed_family: bytes
    recorded_by: UUID = link("person.id")
    recorded_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
