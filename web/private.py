"""What is sealed of an action: it is opened for those who need it, and each time written down."""

import json
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, Source, UrgentAction
from models.records import EventKind
from models.vocabulary import PersonKind, ReadingReason, RiskLevel, SourceKind, Visibility
from security.fields import FieldCipher
from security.sealed_places import facts_place, identity_place, risk_place, source_place
from storage import actions, records
from web.actions import found
from web.authentication import CaseReader
from web.schemas import Schema
from web.services import Work

router = APIRouter(prefix="/actions/{reference}", tags=["private"])

FIELDS = ["facts", "identities", "sources", "risk_note"]


class PrivatePerson(Schema):
    """Who a person at risk is, in the order of the case."""

    kind: PersonKind
    visibility: Visibility
    display_name: str | None
    name: str
    aliases: list[str]
    private: dict[str, str]


class PrivateSource(Schema):
    """Who a fact comes from."""

    kind: SourceKind
    received_on: date
    name: str
    note: str | None


class PrivateView(Schema):
    """All that is sealed of an action."""

    reference: str
    facts: str
    people_at_risk: list[PrivatePerson]
    sources: list[PrivateSource]
    risk_level: RiskLevel
    risk_note: str


@router.get("/private")
async def private(
    reference: str,
    services: Work,
    caller: CaseReader,
    response: Response,
    why: Annotated[ReadingReason, Query(description="What it is read for, as the audit trail will say.")],
) -> PrivateView:
    """Open what is sealed of an action. Each call is an event of its audit trail."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        view = await opened(session, action, services.cipher, caller.person_id, why)
    response.headers["Cache-Control"] = "no-store"
    return view


async def opened(
    session: AsyncSession, action: UrgentAction, cipher: FieldCipher, person_id: UUID, why: ReadingReason
) -> PrivateView:
    """Open what is sealed for a person, and write it down; show it only when the transaction is committed."""
    risk = await actions.risk_assessment(session, action.id)
    detail = {"fields": FIELDS, "why": why}
    await records.record(session, action.id, EventKind.PRIVATE_READ, person_id, detail)
    return PrivateView(
        reference=action.reference,
        facts=cipher.open(action.sealed_facts, context=facts_place(action.id)),
        people_at_risk=[_person(one, cipher) for one in await actions.people_at_risk(session, action.id)],
        sources=[_source(one, cipher) for one in await actions.sources(session, action.id)],
        risk_level=risk.level,
        risk_note=cipher.open(risk.sealed_note, context=risk_place(risk.id)),
    )


def _person(person: PersonAtRisk, cipher: FieldCipher) -> PrivatePerson:
    opened = cipher.open(person.sealed_identity, context=identity_place(person.id))
    return PrivatePerson(
        kind=person.kind,
        visibility=person.visibility,
        display_name=person.display_name,
        **json.loads(opened),
    )


def _source(source: Source, cipher: FieldCipher) -> PrivateSource:
    opened = cipher.open(source.sealed_detail, context=source_place(source.id))
    return PrivateSource(kind=source.kind, received_on=source.received_on, **json.loads(opened))
