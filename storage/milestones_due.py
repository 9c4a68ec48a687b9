"""When the coordinator is reminded of days of a case."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.follow_up import FallenDueRow
from models.follow_up_messages import Due, DueKind
from models.messages import DispatchRequest, Purpose
from models.milestone_reminders import Offsets, Work, reminders
from models.milestone_vocabulary import MilestoneState
from storage.followed import DueRule, Followed
from storage.milestones import Known, milestones_of


async def _upcoming(session: AsyncSession, followed: Followed) -> list[Due]:
    """List the reminders of each date that holds; those of a date that was moved are its own."""
    open_ones = [one for one in await milestones_of(session, followed.action.id) if one.is_open]
    settled = await _settled(session, followed.action.id) if open_ones else {}
    return [
        due for known in open_ones for due in _of_milestone(followed, known, settled.get(known.dated.id, 0))
    ]


def _of_milestone(followed: Followed, known: Known, settled: int) -> list[Due]:
    dated = known.dated
    offsets = Offsets(tuple(dated.remind_before), tuple(dated.remind_after))
    work = Work(followed.reminders.hours.begin, followed.at_work, followed.last_at_work)
    held = known.state is MilestoneState.HELD
    return [
        Due(kind=DueKind.MILESTONE, subject=dated.id, number=one.number, at=one.at)
        for one in reminders(known.date, offsets, dated.recorded_at, work)
        if one.number > settled and not (held and one.is_before)
    ]


async def _settled(session: AsyncSession, action_id: UUID) -> Mapping[UUID, int]:
    """Return how far the reminders of each date came, also before the action was reopened."""
    rows = await session.exec(
        select(FallenDueRow.subject_id, func.max(FallenDueRow.number))
        .where(
            FallenDueRow.action_id == action_id,
            FallenDueRow.kind == DueKind.MILESTONE,
            col(FallenDueRow.settled_at).is_not(None),
        )
        .group_by(col(FallenDueRow.subject_id))
    )
    return dict(iter(rows))


def _rounds(followed: Followed, _due: Due, number: int) -> tuple[DispatchRequest, ...]:
    return (DispatchRequest(document=followed.document, purpose=Purpose.MILESTONE, round=number),)


MILESTONES: Final = DueRule(_upcoming, _rounds)
