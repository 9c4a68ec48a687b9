"""What a case says to whoever verifies it, beyond its texts and consents."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import RiskAssessment
from models.attestations import Objection


async def newest_risk(session: AsyncSession, action_id: UUID) -> RiskAssessment:
    """Return the newest risk assessment of an action."""
    query = select(RiskAssessment).where(RiskAssessment.action_id == action_id)
    return (await session.exec(query.order_by(col(RiskAssessment.recorded_at).desc()).limit(1))).one()


async def objections_to(session: AsyncSession, action_id: UUID) -> list[Objection]:
    """List what verifiers had against an action, oldest first."""
    query = select(Objection).where(Objection.action_id == action_id)
    return list(await session.exec(query.order_by(col(Objection.raised_at))))
