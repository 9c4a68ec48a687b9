"""Every table of the database: whoever opens it imports this, so that no foreign key points at nothing."""

from sqlmodel import SQLModel

from models import (
    actions,
    attestations,
    consents,
    contacts,
    documents,
    outbox,
    partner_records,
    partners,
    people,
    proposals,
    questions,
    records,
)

AGGREGATES = (
    actions,
    attestations,
    consents,
    contacts,
    documents,
    outbox,
    partner_records,
    partners,
    people,
    proposals,
    questions,
    records,
)

METADATA = SQLModel.metadata
