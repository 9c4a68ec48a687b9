"""Days that matter in a case: written down, moved, ended, listed, and opened with a record."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.milestone_file import MilestoneMove, MilestoneNote, MilestoneResult, NewMilestone
from models.milestone_vocabulary import OVER, MilestoneState
from models.milestones import MilestoneEntry
from models.records import EventKind
from models.scalars import LATEST_DAY, latest_day_anywhere
from models.strict_model import Model, parse
from security.sealed_places import milestone_place
from storage import people, records
from storage.expiry import expiry_of
from storage.milestones import Known, milestones_of, plan, write_down
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.errors import ApiError
from web.milestone_rows import ending_entry, first_entry, moved_entry, same_date
from web.milestone_schemas import (
    MilestoneEntryView,
    MilestoneList,
    MilestoneNoteView,
    MilestoneView,
    OpenedMilestone,
)
from web.responses import Why
from web.services import Services, Work

router = APIRouter(prefix="/actions/{reference}/milestones", tags=["milestones"])

Number = Annotated[int, Path(ge=0, le=100_000, description="As the list tells it.")]

_PLANNED = {
    "kind": "hearing",
    "on": "2026-12-04",
    "at": "10:00",
    "time_zone": "America/Mexico_City",
    "note": "Audiencia intermedia, Juzgado Segundo.",
}
_MOVED = {"on": "2026-12-18", "at": "10:00", "note": "El juez la difirió."}
_CALLED_OFF = {"note": "El tribunal la suspendió."}
_RESULT = {"note": "La vincularon a proceso; sigue en libertad."}


@router.post("", status_code=201)
async def add(
    reference: str, services: Work, caller: Coordinator, tree: Annotated[Any, Body(examples=[_PLANNED])]
) -> MilestoneView:
    """Write down a day that matters; its coordinator is reminded before and after. What it is, is sealed."""
    wanted = _parsed(NewMilestone, tree)
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        first = first_entry(services, wanted, caller.person_id)
        view = await _view(session, await plan(session, action.id, wanted.kind, first))
    services.feed.anything.set()
    return view


@router.get("")
async def list_milestones(reference: str, services: Work, _caller: CaseReader) -> MilestoneList:
    """List the days of a case, without what is sealed of them."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        known = await milestones_of(session, action.id)
        names = await people.names_of(session, {entry.recorded_by for one in known for entry in one.entries})
    ended = expiry_of(action, action.released_at, services.time_zone) if action.released_at else None
    return MilestoneList(
        reference=reference, expires_at=ended, milestones=[milestone_view(one, names) for one in known]
    )


@router.get("/{number}")
async def open_milestone(
    reference: str, number: Number, services: Work, caller: CaseReader, response: Response, why: Why
) -> OpenedMilestone:
    """Open what was written of a milestone. Each call is an event of the audit trail."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        known = await _found(session, action, number)
        detail = {"fields": ["milestone_notes"], "why": why, "milestone": number}
        await records.record(session, action.id, EventKind.PRIVATE_READ, caller.person_id, detail)
    response.headers["Cache-Control"] = "no-store"
    notes = [
        MilestoneNoteView(
            number=one.number,
            state=one.state,
            note=services.cipher.open(one.sealed_note, context=milestone_place(one.id)),
        )
        for one in known.entries
        if one.sealed_note
    ]
    return OpenedMilestone(number=number, notes=notes)


@router.post("/{number}/move")
async def move(
    reference: str,
    number: Number,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[_MOVED])],
) -> MilestoneView:
    """Give a milestone another date; its reminders are planned anew, and those of the old date end."""
    wanted = _parsed(MilestoneMove, tree)
    async with services.database.transaction() as session:
        known = await _open(session, reference, number)
        entry = moved_entry(services, known, wanted, caller.person_id)
        if same_date(known, entry):
            raise ApiError(409, "The milestone has that date.", "Name another day, time or reminder.")
        view = await _view(session, await write_down(session, known, entry))
    services.feed.anything.set()
    return view


@router.post("/{number}/held")
async def held(
    reference: str,
    number: Number,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[{}])],
) -> MilestoneView:
    """Say that a milestone took place; its coordinator is still asked what came of it."""
    wanted = _parsed(MilestoneNote, tree)
    return await _ended(services, reference, number, MilestoneState.HELD, wanted.note, caller.person_id)


@router.post("/{number}/cancel")
async def cancel(
    reference: str,
    number: Number,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[_CALLED_OFF])],
) -> MilestoneView:
    """Say that a milestone will not take place; nobody is reminded of it any more."""
    wanted = _parsed(MilestoneNote, tree)
    return await _ended(services, reference, number, MilestoneState.CANCELLED, wanted.note, caller.person_id)


@router.post("/{number}/done")
async def done(
    reference: str,
    number: Number,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[_RESULT])],
) -> MilestoneView:
    """Write down what came of a milestone, which is sealed; nobody is reminded of it any more."""
    wanted = _parsed(MilestoneResult, tree)
    return await _ended(services, reference, number, MilestoneState.DONE, wanted.note, caller.person_id)


def milestone_view(known: Known, names: Mapping[UUID, str]) -> MilestoneView:
    """Show a milestone without what is sealed of it."""
    date, dated = known.date, known.dated
    return MilestoneView(
        number=known.milestone.number,
        kind=known.milestone.kind,
        state=known.state,
        on=date.day,
        at=date.at,
        time_zone=date.zone,
        remind_before=dated.remind_before,
        remind_after=dated.remind_after,
        response=known.milestone.response_id,
        kept=known.kept,
        entries=[_entry(one, names) for one in known.entries],
    )


def _entry(entry: MilestoneEntry, names: Mapping[UUID, str]) -> MilestoneEntryView:
    return MilestoneEntryView(
        number=entry.number,
        state=entry.state,
        on=entry.on_day,
        at=entry.at_time,
        time_zone=entry.time_zone,
        recorded_by=names[entry.recorded_by],
        recorded_at=entry.recorded_at,
        has_note=entry.sealed_note is not None,
    )


def _parsed(model: type[Model], tree: object) -> Model:
    return parse(model, tree, {LATEST_DAY: latest_day_anywhere()})


async def _view(session: AsyncSession, known: Known) -> MilestoneView:
    names = await people.names_of(session, {one.recorded_by for one in known.entries})
    return milestone_view(known, names)


async def _found(session: AsyncSession, action: UrgentAction, number: int) -> Known:
    known = await milestones_of(session, action.id)
    named = next((one for one in known if one.milestone.number == number), None)
    if named is None:
        raise ApiError(404, "There is no such milestone.", "List them: starter.py milestones list REF.")
    return named


async def _open(session: AsyncSession, reference: str, number: int) -> Known:
    """Return a milestone that may still change, with its action locked."""
    action = await found(session, reference, lock=True)
    known = await _found(session, action, number)
    if known.state in OVER:
        raise ApiError(409, f"The milestone is {known.state}.", "Write down another one.")
    return known


async def _ended(
    services: Services,
    reference: str,
    number: int,
    state: MilestoneState,
    note: str | None,
    person_id: UUID,
) -> MilestoneView:
    async with services.database.transaction() as session:
        known = await _open(session, reference, number)
        if known.state is state:
            raise ApiError(
                409, f"The milestone is {state}.", "Say what came of it: starter.py milestones done."
            )
        entry = ending_entry(services, known, state, note, person_id)
        view = await _view(session, await write_down(session, known, entry))
    services.feed.anything.set()
    return view
