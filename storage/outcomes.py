"""What became of the people at risk: written down, and listed."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.outcomes import Outcome
from models.records import Addressee, EventKind
from storage.records import announce, record, request_nudge


async def write_down(session: AsyncSession, outcome: Outcome, position: int) -> None:
    """Keep an outcome of the person at a place of the case; it counts from now on."""
    session.add(outcome)
    detail = {"outcome_id": str(outcome.id), "person": position, "impact": outcome.impact}
    await record(session, outcome.action_id, EventKind.OUTCOME_RECORDED, outcome.recorded_by, detail)
    await request_nudge(session, outcome.action_id, Addressee.ACTION)
    await announce(session, outcome.action_id)


async def outcomes_of(session: AsyncSession, action_id: UUID) -> list[Outcome]:
    """List what was written down of an action's people, oldest first."""
    found = await session.exec(
        select(Outcome).where(Outcome.action_id == action_id).order_by(col(Outcome.recorded_at))
    )
    return list(found)
