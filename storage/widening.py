"""What comes to a case under way: people at risk, concerns and targets."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, UrgentAction
from models.documents import Target
from models.records import EventKind
from models.vocabulary import Concern
from storage.actions import store
from storage.records import record


async def next_position(
    session: AsyncSession, action_id: UUID, table: type[PersonAtRisk] | type[Target]
) -> int:
    """Return the place in a locked case that the next person, or the next target, gets."""
    counted = await session.exec(
        select(func.coalesce(func.max(table.position) + 1, 0)).where(col(table.action_id) == action_id)
    )
    return int(counted.one())


async def widen(
    session: AsyncSession,
    action: UrgentAction,
    generations: Iterable[Sequence[SQLModel]],
    concerns: Collection[Concern],
    person_id: UUID,
) -> None:
    """Add rows and concerns to a locked case; what was attested of its consents counts no more."""
    rows = [list(one) for one in generations]
    await store(session, rows)
    added = [one.value for one in concerns if one.value not in action.concerns]
    action.concerns = [*action.concerns, *added]
    action.consent_revision += 1
    first, *_ = rows
    detail = {
        "people": [one.position for one in first if isinstance(one, PersonAtRisk)],
        "targets": [one.position for one in first if isinstance(one, Target)],
        "concerns": added,
    }
    await record(session, action.id, EventKind.CASE_WIDENED, person_id, detail)
