"""Every table of the database: whoever opens it imports this, so that no foreign key points at nothing."""

from sqlmodel import SQLModel

from models import (
    actions,
    addenda,
    attestations,
    check_ins,
    consents,
    contacts,
    delivery_receipts,
    documents,
    follow_up,
    outbox,
    partner_records,
    partners,
    people,
    proposals,
    providers,
    questions,
    records,
    rehearsals,
    responses,
    screens,
    sms_budget,
    submissions,
    suppressions,
)

AGGREGATES = (
    actions,
    addenda,
    attestations,
    check_ins,
    consents,
    contacts,
    delivery_receipts,
    documents,
    follow_up,
    outbox,
    partner_records,
    partners,
    people,
    proposals,
    providers,
    questions,
    records,
    rehearsals,
    responses,
    screens,
    sms_budget,
    submissions,
    suppressions,
)

METADATA = SQLModel.metadata
