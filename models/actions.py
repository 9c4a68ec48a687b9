"""An urgent action, the people it is for, and what is known of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, tree, word, words
from models.lifecycle import Phase
from models.vocabulary import (
    ConsentGiver,
    ConsentMethod,
    ConsentUse,
    PersonKind,
    RiskLevel,
    SourceKind,
    Urgency,
    Visibility,
)


class UrgentAction(SQLModel, table=True):
    """The case. Columns named `sealed_*` hold encrypted text."""

    __tablename__ = "urgent_action"
    __table_args__ = (UniqueConstraint("year", "number"),)

    id: UUID = primary_key()
    reference: str = Field(unique=True)
    year: int
    number: int
    title: str
    urgency: Urgency = word(Urgency)
    concerns: list[str] = words()
    languages: list[str] = words()
    country: str
    region: str | None = None
    occurred_on: str
    sealed_facts: bytes
    author_id: UUID = link("person.id")
    policy: dict[str, Any] = tree()
    phase: Phase = word(Phase, default=Phase.RECEIVED, index=True)
    held_at: datetime | None = moment(nullable=True)
    stopped_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment()
    released_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)


class IdempotencyKey(SQLModel, table=True):
    """One intake request, so that its repetition finds the same action."""

    __tablename__ = "idempotency_key"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    key: str = Field(primary_key=True)
    body_digest: bytes
    action_id: UUID = link("urgent_action.id")
    created_at: datetime = moment()


class PersonAtRisk(SQLModel, table=True):
    """A defender, her family or a group. `display_name` is how she may be called; her identity is sealed."""

    __tablename__ = "person_at_risk"

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    position: int
    kind: PersonKind = word(PersonKind)
    visibility: Visibility = word(Visibility)
    display_name: str | None = None
    roles: dict[str, str] = tree()
    sealed_identity: bytes


class Consent(SQLModel, table=True):
    """One consent for one use."""

    __table_args__ = (UniqueConstraint("person_at_risk_id", "use", "recorded_at"),)

    id: UUID = primary_key()
    person_at_risk_id: UUID = link("person_at_risk.id")
    use: ConsentUse = word(ConsentUse)
    given: bool
    given_by: ConsentGiver = word(ConsentGiver)
    method: ConsentMethod = word(ConsentMethod)
    given_on: date
    valid_until: date | None = None
    revoked_at: datetime | None = moment(nullable=True)
    recorded_at: datetime = moment()


class Source(SQLModel, table=True):
    """Where a fact comes from; who said it is sealed."""

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    kind: SourceKind = word(SourceKind)
    received_on: date
    sealed_detail: bytes


class RiskAssessment(SQLModel, table=True):
    """How dangerous it is for the people at risk."""

    __tablename__ = "risk_assessment"

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    level: RiskLevel = word(RiskLevel)
    sealed_note: bytes
    recorded_at: datetime = moment()


class Attestation(SQLModel, table=True):
    """A verifier's statement that facts, consent and texts of one version are right."""

    __table_args__ = (UniqueConstraint("version_id", "person_id"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    version_id: UUID = link("document_version.id")
    digest: bytes
    person_id: UUID = link("person.id")
    confirms: list[str] = words()
    attested_at: datetime = moment()
