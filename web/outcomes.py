"""What became of each person at risk, for better or worse: written down, listed, opened with a record."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Path, Response
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, UrgentAction
from models.outcome_file import Impact, OutcomeEntry
from models.outcomes import Outcome
from models.records import EventKind
from models.scalars import LATEST_DAY, latest_day_anywhere
from models.strict_model import parse
from security.sealed_places import outcome_place
from storage import actions, records
from storage.outcomes import outcomes_of, write_down
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.errors import unknown_person
from web.responses import Why
from web.schemas import Schema
from web.services import Work

router = APIRouter(prefix="/actions/{reference}", tags=["outcomes"])

Position = Annotated[int, Path(ge=0, le=199, description="Her place in the case; the first is 0.")]

_EXAMPLE = {"impact": "moderate_positive", "on": "2026-11-02", "note": "Tiene escolta desde el martes."}


class OutcomeView(Schema):
    """What was written down of a person, without what is sealed of it."""

    id: UUID
    person: int
    display_name: str | None
    impact: Impact
    on: date
    recorded_at: datetime
    counts: bool = Field(description="Whether nothing newer is known of her.")
    has_note: bool


class OutcomeList(Schema):
    """What became of an action's people, oldest first."""

    reference: str
    outcomes: list[OutcomeView]


class OpenedOutcome(Schema):
    """What is sealed of an outcome."""

    id: UUID
    person: int
    note: str


class OpenedOutcomes(Schema):
    """What is sealed of an action's outcomes."""

    outcomes: list[OpenedOutcome]


@router.post("/people/{position}/outcome", status_code=201)
async def add(
    reference: str,
    position: Position,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[_EXAMPLE])],
) -> OutcomeView:
    """Write down what became of a person; it counts in place of what was known before, which stays."""
    entry = parse(OutcomeEntry, tree, {LATEST_DAY: latest_day_anywhere()})
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        person = await _person(session, action, position)
        outcome_id = uuid4()
        place = outcome_place(outcome_id)
        outcome = Outcome(
            id=outcome_id,
            action_id=action.id,
            person_at_risk_id=person.id,
            impact=entry.impact,
            happened_on=entry.on,
            sealed_note=services.cipher.seal(entry.note, context=place) if entry.note else None,
            recorded_by=caller.person_id,
        )
        await write_down(session, outcome, position)
    services.feed.anything.set()
    return _view(outcome, person, counts=True)


@router.get("/outcomes")
async def listed(reference: str, services: Work, _caller: CaseReader) -> OutcomeList:
    """List what became of each person, without what is sealed of it."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        people = {one.id: one for one in await actions.people_at_risk(session, action.id)}
        outcomes = await outcomes_of(session, action.id)
    newest = {one.person_at_risk_id: one.id for one in outcomes}
    views = [
        _view(one, people[one.person_at_risk_id], counts=newest[one.person_at_risk_id] == one.id)
        for one in outcomes
    ]
    return OutcomeList(reference=reference, outcomes=views)


@router.get("/outcomes/notes")
async def notes(
    reference: str, services: Work, caller: CaseReader, response: Response, why: Why
) -> OpenedOutcomes:
    """Open what was written of the outcomes. Each call is an event of the audit trail."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        places = {one.id: one.position for one in await actions.people_at_risk(session, action.id)}
        outcomes = await outcomes_of(session, action.id)
        detail = {"fields": ["outcome_notes"], "why": why}
        await records.record(session, action.id, EventKind.PRIVATE_READ, caller.person_id, detail)
    response.headers["Cache-Control"] = "no-store"
    opened = [
        OpenedOutcome(
            id=one.id,
            person=places[one.person_at_risk_id],
            note=services.cipher.open(one.sealed_note, context=outcome_place(one.id)),
        )
        for one in outcomes
        if one.sealed_note
    ]
    return OpenedOutcomes(outcomes=opened)


async def _person(session: AsyncSession, action: UrgentAction, position: int) -> PersonAtRisk:
    people = await actions.people_at_risk(session, action.id)
    if position >= len(people):
        raise unknown_person()
    return people[position]


def _view(outcome: Outcome, person: PersonAtRisk, *, counts: bool) -> OutcomeView:
    return OutcomeView(
        id=outcome.id,
        person=person.position,
        display_name=person.display_name,
        impact=outcome.impact,
        on=outcome.happened_on,
        recorded_at=outcome.recorded_at,
        counts=counts,
        has_note=outcome.sealed_note is not None,
    )
