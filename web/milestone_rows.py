"""Rows of days of a case, with what is sealed of them."""

from datetime import date, time
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from models.milestone_file import MilestoneMove, NewMilestone, given
from models.milestone_vocabulary import MilestoneKind, MilestoneState
from models.milestones import MilestoneEntry
from models.responses import TargetResponse
from security.sealed_places import milestone_place
from storage.milestones import Known, cancel_pledge, following, plan
from web.services import Services


def first_entry(services: Services, wanted: NewMilestone, person_id: UUID) -> MilestoneEntry:
    """Make the entry of a milestone's first date, with the reminders of its kind where it has none."""
    entry = _usual_entry(services, wanted.kind, wanted.on, person_id)
    entry.at_time = wanted.at
    entry.time_zone = wanted.time_zone or entry.time_zone
    entry.remind_before = given(wanted.remind_before, tuple(entry.remind_before))
    entry.remind_after = given(wanted.remind_after, tuple(entry.remind_after))
    entry.sealed_note = _sealed(services, wanted.note, entry.id)
    return entry


def moved_entry(services: Services, known: Known, wanted: MilestoneMove, person_id: UUID) -> MilestoneEntry:
    """Make the entry of another date; what is not given of zone and reminders is as it was."""
    entry = following(known, MilestoneState.MOVED, person_id)
    entry.on_day, entry.at_time = wanted.on, wanted.at
    entry.time_zone = wanted.time_zone or entry.time_zone
    entry.remind_before = given(wanted.remind_before, tuple(entry.remind_before))
    entry.remind_after = given(wanted.remind_after, tuple(entry.remind_after))
    entry.sealed_note = _sealed(services, wanted.note, entry.id)
    return entry


def ending_entry(
    services: Services, known: Known, state: MilestoneState, note: str | None, person_id: UUID
) -> MilestoneEntry:
    """Make the entry of what became of a milestone."""
    entry = following(known, state, person_id)
    entry.sealed_note = _sealed(services, note, entry.id)
    return entry


async def follow_pledge(session: AsyncSession, services: Services, response: TargetResponse) -> Known | None:
    """Have a pledge for a day become a milestone, and end that of a response that it corrects."""
    if response.corrects:
        await cancel_pledge(session, response.action_id, response.corrects, response.recorded_by)
    if response.pledged_for is None:
        return None
    first = _usual_entry(services, MilestoneKind.PLEDGE, response.pledged_for, response.recorded_by)
    return await plan(session, response.action_id, MilestoneKind.PLEDGE, first, response.id)


def _usual_entry(services: Services, kind: MilestoneKind, day: date, person_id: UUID) -> MilestoneEntry:
    """Make the entry of a day as it is usual for its kind."""
    usual = services.milestone_reminders[kind]
    return MilestoneEntry(
        milestone_id=uuid4(),
        number=1,
        state=MilestoneState.PLANNED,
        on_day=day,
        time_zone=services.time_zone,
        remind_before=list(usual.before),
        remind_after=list(usual.after),
        recorded_by=person_id,
    )


def same_date(known: Known, entry: MilestoneEntry) -> bool:
    """Tell whether an entry changes neither date nor reminders."""
    return _shape(known.dated) == _shape(entry)


def _shape(entry: MilestoneEntry) -> tuple[object, time | None, str, set[object], set[object]]:
    return (
        entry.on_day,
        entry.at_time,
        entry.time_zone,
        set(entry.remind_before),
        set(entry.remind_after),
    )


def _sealed(services: Services, note: str | None, entry_id: UUID) -> bytes | None:
    return services.cipher.seal(note, context=milestone_place(entry_id)) if note else None
