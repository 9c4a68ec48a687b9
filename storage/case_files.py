"""What a case says to whoever verifies it, beyond its texts and consents."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PossibleDuplicate, RiskAssessment, UrgentAction
from models.attestations import Objection


class Alike(NamedTuple):
    """Another action that may be about the same person."""

    reference: str
    similarity: int


async def newest_risk(session: AsyncSession, action_id: UUID) -> RiskAssessment:
    """Return the newest risk assessment of an action."""
    query = select(RiskAssessment).where(RiskAssessment.action_id == action_id)
    return (await session.exec(query.order_by(col(RiskAssessment.recorded_at).desc()).limit(1))).one()


async def objections_to(session: AsyncSession, action_id: UUID) -> list[Objection]:
    """List what verifiers had against an action, oldest first."""
    query = select(Objection).where(Objection.action_id == action_id)
    return list(await session.exec(query.order_by(col(Objection.raised_at))))


async def actions_alike(session: AsyncSession, action_id: UUID) -> list[Alike]:
    """List actions that may be about the same person, whichever of the two came first; likeliest first."""
    pair = PossibleDuplicate
    found = await session.exec(
        select(UrgentAction.reference, pair.similarity)
        .join(pair, or_(col(pair.action_id) == UrgentAction.id, col(pair.other_id) == UrgentAction.id))
        .where(or_(pair.action_id == action_id, pair.other_id == action_id), UrgentAction.id != action_id)
    )
    highest: dict[str, int] = {}
    for reference, similarity in found:
        highest[reference] = max(similarity, highest.get(reference, 0))
    alike = [Alike(reference, similarity) for reference, similarity in highest.items()]
    return sorted(alike, key=lambda one: (-one.similarity, one.reference))
