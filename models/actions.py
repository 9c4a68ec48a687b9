"""An urgent action, the people it is for, and what is known of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, tree, word, words
from models.lifecycle import Phase
from models.vocabulary import PersonKind, RiskLevel, SourceKind, Urgency, Visibility


class UrgentAction(SQLModel, table=True):
    """The case. Columns named `sealed_*` hold encrypted text.

    `*_required` is the verification policy of its urgency when it was handed in. `verification_cycle` grows
    each time that verifiers must be asked afresh, `consent_revision` with each consent that decides what may
    leave: an attestation of consent is about one of them. `leading_document` is the number of the one it
    began or began again with. Consents recorded before `reopened_at` do not count any more.
    `expires_at` is set where its time was extended.
    """

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
    sources_required: int
    direct_sources_required: int | None = None
    attestations_required: int
    approvals_required: int
    verification_cycle: int = 1
    consent_revision: int = 1
    leading_document: int = 1
    phase: Phase = word(Phase, default=Phase.RECEIVED, index=True)
    held_at: datetime | None = moment(nullable=True)
    stopped_at: datetime | None = moment(nullable=True)
    withdrawn_at: datetime | None = moment(nullable=True)
    returned_at: datetime | None = moment(nullable=True)
    rejected_at: datetime | None = moment(nullable=True)
    reopened_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment()
    released_at: datetime | None = moment(nullable=True)
    expires_at: datetime | None = moment(nullable=True)
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


class PossibleDuplicate(SQLModel, table=True):
    """Two actions that may be about the same person: shown to people, who judge."""

    __tablename__ = "possible_duplicate"

    action_id: UUID = Field(foreign_key="urgent_action.id", primary_key=True)
    other_id: UUID = Field(foreign_key="urgent_action.id", primary_key=True, index=True)
    similarity: int
    """How much the names are alike, in percent."""
    found_at: datetime = moment()
