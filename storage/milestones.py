"""Days that matter in a case: written down, moved, ended, and found again."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.follow_up import FallenDueRow
from models.follow_up_messages import DueKind
from models.milestone_reminders import Dated
from models.milestone_vocabulary import DATED, OVER, MilestoneKind, MilestoneState
from models.milestones import Milestone, MilestoneEntry
from models.records import Addressee, EventKind
from storage.gate_of_milestones import KEPT
from storage.records import announce, record, request_nudge

_KEPT = text(f"SELECT milestone.id FROM milestone WHERE milestone.action_id = :action_id AND {KEPT}")

_EVENTS: Final = {
    MilestoneState.PLANNED: EventKind.MILESTONE_PLANNED,
    MilestoneState.MOVED: EventKind.MILESTONE_MOVED,
}


class Known(NamedTuple):
    """A milestone with all that was written down of it, oldest first; `kept` is a pledge that came true."""

    milestone: Milestone
    entries: Sequence[MilestoneEntry]
    kept: bool = False

    @property
    def state(self) -> MilestoneState:
        """What became of it."""
        return self.entries[-1].state

    @property
    def dated(self) -> MilestoneEntry:
        """The entry that gave it the date that it has."""
        return next(one for one in reversed(self.entries) if one.state in DATED)

    @property
    def date(self) -> Dated:
        """When it is."""
        return date_of(self.dated)

    @property
    def is_open(self) -> bool:
        """Tell whether somebody is still to be reminded of it."""
        return self.state not in OVER and not self.kept


def date_of(entry: MilestoneEntry) -> Dated:
    """Return the date that an entry repeats or gives."""
    return Dated(entry.on_day, entry.at_time, entry.time_zone)


async def plan(
    session: AsyncSession,
    action_id: UUID,
    kind: MilestoneKind,
    first: MilestoneEntry,
    response_id: UUID | None = None,
) -> Known:
    """Write a milestone down with its first date; its action must be locked."""
    counted = await session.exec(
        select(func.coalesce(func.max(Milestone.number), 0)).where(Milestone.action_id == action_id)
    )
    milestone = Milestone(
        id=first.milestone_id,
        action_id=action_id,
        number=counted.one() + 1,
        kind=kind,
        response_id=response_id,
    )
    session.add(milestone)
    await session.flush()
    return await write_down(session, Known(milestone, ()), first)


def following(known: Known, state: MilestoneState, person_id: UUID) -> MilestoneEntry:
    """Make the next entry of a milestone, which repeats the date that it has."""
    dated = known.dated
    return MilestoneEntry(
        milestone_id=known.milestone.id,
        number=len(known.entries) + 1,
        state=state,
        on_day=dated.on_day,
        at_time=dated.at_time,
        time_zone=dated.time_zone,
        remind_before=dated.remind_before,
        remind_after=dated.remind_after,
        recorded_by=person_id,
    )


async def write_down(session: AsyncSession, known: Known, entry: MilestoneEntry) -> Known:
    """Write down what became of a milestone, or its new date; its action must be locked."""
    milestone = known.milestone
    session.add(entry)
    detail: dict[str, Any] = {"milestone": milestone.number, "kind": milestone.kind, "state": entry.state}
    if entry.state in DATED:
        detail["on"] = entry.on_day.isoformat()
    event = _EVENTS.get(entry.state, EventKind.MILESTONE_ENDED)
    await record(session, milestone.action_id, event, entry.recorded_by, detail)
    await request_nudge(session, milestone.action_id, Addressee.ACTION)
    await announce(session, milestone.action_id)
    return known._replace(entries=[*known.entries, entry])


async def milestones_of(session: AsyncSession, action_id: UUID) -> list[Known]:
    """List the milestones of an action by their numbers."""
    found = await session.exec(
        select(Milestone, MilestoneEntry)
        .join(MilestoneEntry, col(MilestoneEntry.milestone_id) == Milestone.id)
        .where(Milestone.action_id == action_id)
        .order_by(col(Milestone.number), col(MilestoneEntry.number))
    )
    entries: dict[UUID, tuple[Milestone, list[MilestoneEntry]]] = {}
    for milestone, entry in found:
        entries.setdefault(milestone.id, (milestone, []))[1].append(entry)
    if not entries:
        return []
    kept = {row.id for row in await session.execute(_KEPT, {"action_id": action_id})}
    return [Known(milestone, listed, milestone.id in kept) for milestone, listed in entries.values()]


async def cancel_pledge(session: AsyncSession, action_id: UUID, response_id: UUID, person_id: UUID) -> None:
    """End the milestone of a response that another one counts in place of, where it has one."""
    for known in await milestones_of(session, action_id):
        if known.milestone.response_id == response_id and known.state not in OVER:
            await write_down(session, known, following(known, MilestoneState.CANCELLED, person_id))


async def milestone_of_round(session: AsyncSession, document_id: UUID, number: int) -> Known:
    """Return the milestone that a round of messages reminds of."""
    found = await session.exec(
        select(Milestone)
        .join(MilestoneEntry, col(MilestoneEntry.milestone_id) == Milestone.id)
        .join(FallenDueRow, col(FallenDueRow.subject_id) == MilestoneEntry.id)
        .where(
            FallenDueRow.document_id == document_id,
            FallenDueRow.kind == DueKind.MILESTONE,
            FallenDueRow.round == number,
        )
    )
    milestone = found.one()
    everything = await milestones_of(session, milestone.action_id)
    return next(one for one in everything if one.milestone.id == milestone.id)
