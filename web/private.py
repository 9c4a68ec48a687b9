"""What is sealed of an action: it is opened for those who need it, and each time written down."""

import json
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, Source, UrgentAction
from models.attestations import Objection, ObjectionKind
from models.consents import Consent, ConsentPassage
from models.partners import Partner, Signature
from models.records import EventKind
from models.vocabulary import Answer, ConsentUse, PersonKind, ReadingReason, RiskLevel, SourceKind, Visibility
from security.fields import FieldCipher
from security.naming import open_identity
from security.sealed_places import (
    consent_place,
    facts_place,
    objection_place,
    passage_place,
    risk_place,
    signature_place,
    source_place,
)
from storage import actions, records
from storage.consents import consents_of, passages
from storage.signatures import Signer, answers_with_reasons, signers
from storage.verification import objections
from web.actions import found
from web.authentication import CaseReader
from web.schemas import Schema
from web.services import Work

router = APIRouter(prefix="/actions/{reference}", tags=["private"])

FIELDS = [
    "facts",
    "identities",
    "families",
    "consent_reasons",
    "sources",
    "risk_note",
    "objections",
    "answers",
    "signers",
]


class PrivateFamily(Schema):
    """Who decides in the place of a person at risk."""

    name: str
    relation: str
    note: str | None


class PrivateReason(Schema):
    """Why nobody could be asked for a consent."""

    use: ConsentUse
    recorded_at: datetime
    reason: str


class PrivatePerson(Schema):
    """Who a person at risk is, in the order of the case."""

    kind: PersonKind
    visibility: Visibility
    display_name: str | None
    name: str
    aliases: list[str]
    private: dict[str, str | None]
    family: PrivateFamily | None
    consent_reasons: list[PrivateReason]


class PrivateSource(Schema):
    """Who a fact comes from."""

    kind: SourceKind
    received_on: date
    name: str
    note: str | None


class PrivateObjection(Schema):
    """What a verifier had against the case."""

    kind: ObjectionKind
    raised_at: datetime
    reason: str


class PrivateAnswer(Schema):
    """Why a partner declined, or took its signature back; one that was not to be named is not."""

    partner: str | None
    answer: Answer
    answered_at: datetime
    reason: str


class PrivateSigner(Schema):
    """Who answered for a partner that may be named, and who in it asked her to, if somebody did."""

    partner: str
    answer: Answer
    answered_at: datetime
    name: str
    role: str | None
    proposed_by: str | None
    proposed_by_role: str | None


class PrivateView(Schema):
    """All that is sealed of an action."""

    reference: str
    facts: str
    people_at_risk: list[PrivatePerson]
    sources: list[PrivateSource]
    risk_level: RiskLevel
    risk_note: str
    objections: list[PrivateObjection]
    answers: list[PrivateAnswer]
    signers: list[PrivateSigner]


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
    families = {one.person_at_risk_id: one for one in await passages(session, action.id)}
    reasons = [one for one in await consents_of(session, action.id) if one.sealed_reason]
    detail = {"fields": FIELDS, "why": why}
    await records.record(session, action.id, EventKind.PRIVATE_READ, person_id, detail)
    return PrivateView(
        reference=action.reference,
        facts=cipher.open(action.sealed_facts, context=facts_place(action.id)),
        people_at_risk=[
            _person(
                one,
                families.get(one.id),
                [reason for reason in reasons if reason.person_at_risk_id == one.id],
                cipher,
            )
            for one in await actions.people_at_risk(session, action.id)
        ],
        sources=[opened_source(one, cipher) for one in await actions.sources(session, action.id)],
        risk_level=risk.level,
        risk_note=cipher.open(risk.sealed_note, context=risk_place(risk.id)),
        objections=[opened_objection(one, cipher) for one in await objections(session, action.id)],
        answers=[_answer(one, cipher) for one in await answers_with_reasons(session, action.id)],
        signers=[_signer(one) for one in await signers(session, action.id) if not one.signature.is_hidden],
    )


def _person(
    person: PersonAtRisk, passage: ConsentPassage | None, reasons: list[Consent], cipher: FieldCipher
) -> PrivatePerson:
    identity = open_identity(cipher, person).identity
    return PrivatePerson(
        kind=person.kind,
        visibility=person.visibility,
        display_name=person.display_name,
        name=identity.name,
        aliases=list(identity.aliases),
        private=dict(identity.private),
        family=passage and opened_family(passage, cipher),
        consent_reasons=[opened_reason(one, cipher) for one in reasons],
    )


def opened_family(passage: ConsentPassage, cipher: FieldCipher) -> PrivateFamily:
    """Open who decides in the place of a person at risk."""
    opened = cipher.open(passage.sealed_family, context=passage_place(passage.id))
    return PrivateFamily(**json.loads(opened))


def opened_reason(consent: Consent, cipher: FieldCipher) -> PrivateReason:
    """Open why nobody could be asked for a consent."""
    reason = cipher.open(consent.sealed_reason or b"", context=consent_place(consent.id))
    return PrivateReason(use=consent.use, recorded_at=consent.recorded_at, reason=reason)


def _answer(answered: tuple[Partner, Signature], cipher: FieldCipher) -> PrivateAnswer:
    partner, given = answered
    return PrivateAnswer(
        partner=None if given.is_hidden else partner.name,
        answer=given.answer,
        answered_at=given.answered_at,
        reason=cipher.open(given.sealed_reason or b"", context=signature_place(given.id)),
    )


def _signer(one: Signer) -> PrivateSigner:
    given, proposal = one.signature, one.proposal
    return PrivateSigner(
        partner=one.partner.name,
        answer=given.answer,
        answered_at=given.answered_at,
        name=given.signer_name or "",
        role=given.signer_role,
        proposed_by=proposal.proposer_name if proposal else None,
        proposed_by_role=proposal.proposer_role if proposal else None,
    )


def opened_source(source: Source, cipher: FieldCipher) -> PrivateSource:
    """Open who a fact comes from."""
    opened = cipher.open(source.sealed_detail, context=source_place(source.id))
    return PrivateSource(kind=source.kind, received_on=source.received_on, **json.loads(opened))


def opened_objection(objection: Objection, cipher: FieldCipher) -> PrivateObjection:
    """Open what a verifier had against a case."""
    reason = cipher.open(objection.sealed_reason, context=objection_place(objection.id))
    return PrivateObjection(kind=objection.kind, raised_at=objection.raised_at, reason=reason)
