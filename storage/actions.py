"""Urgent actions: intake, reading, and the facts that their workflows wait for."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import (
    Attestation,
    Consent,
    IdempotencyKey,
    PersonAtRisk,
    RiskAssessment,
    Source,
    UrgentAction,
)
from models.columns import now
from models.documents import Document, DocumentVersion
from models.lifecycle import ENDED, Phase, Standing, may_move
from models.messages import CaseFacts, CasePlan, DocumentRef, FollowUpPlan, SignOnPlan
from models.records import EventKind
from storage.action_lock import have_action_alone
from storage.records import announce, record

_DURATION = TypeAdapter(timedelta)
_DURATIONS = TypeAdapter(tuple[timedelta, ...])


class CurrentVersion(NamedTuple):
    """The newest version of the newest document of an action."""

    document: Document
    version: DocumentVersion


async def next_number(session: AsyncSession, year: int) -> int:
    """Take the next case number of a year; concurrent intakes wait for each other here."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('urgent_action_number'), :year)"), {"year": year}
    )
    highest = await session.exec(select(func.max(UrgentAction.number)).where(UrgentAction.year == year))
    return (highest.one() or 0) + 1


async def store(session: AsyncSession, generations: Iterable[Sequence[SQLModel]]) -> None:
    """Insert rows, generation by generation: each may refer to those before it."""
    for rows in generations:
        session.add_all(rows)
        await session.flush()


async def remembered_intake(session: AsyncSession, person_id: UUID, key: str) -> IdempotencyKey | None:
    """Find what an Idempotency-Key was used for; a concurrent intake with the same key is waited for."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:person_id || :key, 0))"),
        {"person_id": str(person_id), "key": key},
    )
    found = await session.exec(
        select(IdempotencyKey).where(IdempotencyKey.person_id == person_id, IdempotencyKey.key == key)
    )
    return found.one_or_none()


async def action_by_reference(
    session: AsyncSession, reference: str, *, lock: bool = False
) -> UrgentAction | None:
    """Find an action; with `lock`, no claim and no other decision runs beside this transaction."""
    if lock:
        known = await session.exec(select(UrgentAction.id).where(UrgentAction.reference == reference))
        for action_id in known:
            await have_action_alone(session, action_id)
    query = select(UrgentAction).where(UrgentAction.reference == reference)
    return (await session.exec(query)).one_or_none()


async def action_by_id(session: AsyncSession, action_id: UUID) -> UrgentAction:
    """Return an action that must exist."""
    return (await session.exec(select(UrgentAction).where(UrgentAction.id == action_id))).one()


async def newest_actions(session: AsyncSession, limit: int) -> list[UrgentAction]:
    """List actions, newest first."""
    query = select(UrgentAction).order_by(col(UrgentAction.year).desc(), col(UrgentAction.number).desc())
    return list(await session.exec(query.limit(limit)))


async def people_at_risk(session: AsyncSession, action_id: UUID) -> list[PersonAtRisk]:
    """List the people at risk in the order of the case."""
    query = select(PersonAtRisk).where(PersonAtRisk.action_id == action_id)
    return list(await session.exec(query.order_by(col(PersonAtRisk.position))))


async def current_version(session: AsyncSession, action_id: UUID) -> CurrentVersion:
    """Return the newest version of the newest document."""
    found = await session.exec(
        select(Document, DocumentVersion)
        .join(DocumentVersion, col(DocumentVersion.document_id) == Document.id)
        .where(Document.action_id == action_id)
        .order_by(col(Document.number).desc(), col(DocumentVersion.number).desc())
        .limit(1)
    )
    document, version = found.one()
    return CurrentVersion(document, version)


async def attestation_count(session: AsyncSession, action: UrgentAction) -> int:
    """Count the people other than the author who attested the current text."""
    current = (await current_version(session, action.id)).version
    counted = await session.exec(
        select(func.count(func.distinct(Attestation.person_id))).where(
            Attestation.version_id == current.id,
            Attestation.digest == current.digest,
            Attestation.person_id != action.author_id,
        )
    )
    return counted.one()


async def has_attested(session: AsyncSession, version_id: UUID, person_id: UUID) -> bool:
    """Tell whether a person attested a version."""
    found = await session.exec(
        select(Attestation).where(Attestation.version_id == version_id, Attestation.person_id == person_id)
    )
    return found.one_or_none() is not None


async def standing_of(session: AsyncSession, action: UrgentAction) -> Standing:
    """Return what a decision about an action is judged by."""
    phase = Phase.STOPPED if action.stopped_at else action.phase
    return Standing(phase, action.held_at is not None, await attestation_count(session, action))


async def facts_of(session: AsyncSession, action_id: UUID) -> CaseFacts:
    """Read what a workflow waits for."""
    action = await action_by_id(session, action_id)
    return CaseFacts(
        attestations=await attestation_count(session, action),
        on_hold=action.held_at is not None,
        stopped=action.stopped_at is not None,
    )


async def plan_of(session: AsyncSession, action_id: UUID) -> CasePlan:
    """Read the numbers that the workflow of an action runs on."""
    action = await action_by_id(session, action_id)
    document = (await current_version(session, action_id)).document
    sign_on, follow_up = action.policy.get("sign_on"), action.policy["follow_up"]
    return CasePlan(
        reached=action.phase,
        released_at=action.released_at,
        document=DocumentRef(
            action_id=action_id,
            reference=action.reference,
            document_id=document.id,
            number=document.number,
        ),
        sign_on=None
        if sign_on is None
        else SignOnPlan(
            closes_after=_DURATION.validate_python(sign_on["closes_after"]),
            release=sign_on["release"],
            quorum=sign_on["quorum"],
            remind_after=_DURATIONS.validate_python(sign_on["remind_after"]),
        ),
        follow_up=FollowUpPlan(
            expires_after=_DURATION.validate_python(follow_up["expires_after"]),
            check_ins=_DURATIONS.validate_python(follow_up["check_ins"]),
        ),
    )


async def record_phase(session: AsyncSession, action_id: UUID, phase: Phase) -> None:
    """Show a workflow's move; a repetition changes nothing, and a stop that came before a closing counts."""
    await have_action_alone(session, action_id)
    action = await action_by_id(session, action_id)
    if phase is Phase.CLOSED and action.stopped_at:
        phase = Phase.STOPPED
    if action.phase is phase or not may_move(action.phase, phase):
        return
    action.phase = phase
    if phase is Phase.RELEASING:
        action.released_at = action.released_at or now()
    if phase in ENDED:
        action.closed_at = now()
    await record(session, action_id, EventKind.PHASE_CHANGED, detail={"phase": phase})
    await announce(session, action_id)


async def consents(session: AsyncSession, action_id: UUID) -> list[Consent]:
    """List the newest consent of each person at risk for each use, which is the one that counts."""
    found = await session.exec(
        select(Consent)
        .join(PersonAtRisk, col(PersonAtRisk.id) == Consent.person_at_risk_id)
        .where(PersonAtRisk.action_id == action_id)
        .ext(distinct_on(col(Consent.person_at_risk_id), col(Consent.use)))
        .order_by(col(Consent.person_at_risk_id), col(Consent.use), col(Consent.recorded_at).desc())
    )
    return list(found)


async def sources(session: AsyncSession, action_id: UUID) -> list[Source]:
    """List where the facts come from, oldest first."""
    query = select(Source).where(Source.action_id == action_id)
    return list(await session.exec(query.order_by(col(Source.received_on), col(Source.kind))))


async def risk_assessment(session: AsyncSession, action_id: UUID) -> RiskAssessment:
    """Return the newest risk assessment."""
    query = select(RiskAssessment).where(RiskAssessment.action_id == action_id)
    return (await session.exec(query.order_by(col(RiskAssessment.recorded_at).desc()).limit(1))).one()
