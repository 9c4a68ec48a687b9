"""Urgent actions: intake, reading, and the facts that their workflows wait for."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import (
    IdempotencyKey,
    PersonAtRisk,
    RiskAssessment,
    Source,
    UrgentAction,
)
from models.columns import now
from models.lifecycle import ENDED, Phase, may_move
from models.records import EventKind
from storage.action_lock import have_action_alone
from storage.records import announce, record


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


async def record_phase(session: AsyncSession, action_id: UUID, phase: Phase) -> None:
    """Show a workflow's move; a repetition changes nothing, and a stop that came before a closing counts."""
    await have_action_alone(session, action_id)
    action = await action_by_id(session, action_id)
    if phase is Phase.CLOSED and action.stopped_at:
        phase = Phase.STOPPED
    if action.phase is phase or not may_move(action.phase, phase):
        return
    if action.phase in ENDED and not (phase is Phase.STOPPED and action.stopped_at):
        return  # only people begin again with what has ended
    action.phase = phase
    if phase is Phase.RELEASING:
        action.released_at = action.released_at or now()
    if phase in ENDED:
        action.closed_at = now()
    await record(session, action_id, EventKind.PHASE_CHANGED, detail={"phase": phase})
    await announce(session, action_id)


async def sources(session: AsyncSession, action_id: UUID) -> list[Source]:
    """List where the facts come from, oldest first."""
    query = select(Source).where(Source.action_id == action_id)
    return list(await session.exec(query.order_by(col(Source.received_on), col(Source.kind))))


async def add_source(session: AsyncSession, source: Source, person_id: UUID) -> None:
    """Write down one more source of a case."""
    session.add(source)
    await session.flush()
    detail = {"source_id": str(source.id), "kind": source.kind}
    await record(session, source.action_id, EventKind.SOURCE_ADDED, person_id, detail)


async def risk_assessment(session: AsyncSession, action_id: UUID) -> RiskAssessment:
    """Return the newest risk assessment."""
    query = select(RiskAssessment).where(RiskAssessment.action_id == action_id)
    return (await session.exec(query.order_by(col(RiskAssessment.recorded_at).desc()).limit(1))).one()
