"""Handing actions in and looking at them."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.contextvars import bind_contextvars

from models.actions import IdempotencyKey, UrgentAction
from models.case import parse_case
from models.columns import now
from models.records import Addressee, EventKind
from storage import actions, records
from storage import signatures as answers
from storage.milestones import plan
from web import views
from web.authentication import CaseReader, Coordinator
from web.contact_choice import refuse_unknown_contacts
from web.duplicates import look_for_duplicates
from web.errors import ApiError, unknown_action
from web.intake import Intake
from web.leaks import refuse_leaks
from web.milestone_rows import first_entry
from web.partner_choice import refuse_unknown_partners
from web.policies import refuse_sign_on
from web.schemas import (
    ActionList,
    ActionView,
    Timeline,
)
from web.services import Services, Work
from web.sign_on_schemas import SignatureList

router = APIRouter(prefix="/actions", tags=["actions"])

CASE_EXAMPLE = json.loads((Path(__file__).parent / "case_example.json").read_text())
LONGEST_WAIT_SECONDS = 30


async def found(session: AsyncSession, reference: str, *, lock: bool = False) -> UrgentAction:
    """Return the action of a reference, or answer 404; what is logged from now on names it."""
    known = "\0" not in reference  # with which PostgreSQL would refuse the query
    action = await actions.action_by_reference(session, reference, lock=lock) if known else None
    if action is None:
        raise unknown_action()
    bind_contextvars(action_id=str(action.id))
    return action


@router.post("", status_code=201)
async def hand_in(
    services: Work,
    caller: Coordinator,
    response: Response,
    tree: Annotated[Any, Body(examples=[CASE_EXAMPLE])],
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> ActionView:
    """Store a case and have its workflow started. A repeated Idempotency-Key answers the same action."""
    case = parse_case(tree)
    policy = services.policies[case.urgency]
    if case.sign_on:
        refuse_sign_on(case.urgency, policy)
    refuse_leaks(case)
    intake = Intake(case, caller.person_id, services.cipher, services.fingerprint, policy)
    async with services.database.transaction() as session:
        action = await _handed_in_before(session, intake, idempotency_key)
        if action is None:
            await refuse_unknown_partners(session, case.sign_on)
            await refuse_unknown_contacts(session, case.release.contacts)
            action = await _store(session, services, intake, idempotency_key)
            await look_for_duplicates(session, services, action, case, caller.person_id)
        else:
            response.headers["Idempotent-Replayed"] = "true"
        bind_contextvars(action_id=str(action.id))
        view = await views.whole(session, action, services.time_zone)
    services.feed.anything.set()
    response.headers["Location"] = f"/api/v1/actions/{action.reference}"
    return view


async def _handed_in_before(session: AsyncSession, intake: Intake, key: str | None) -> UrgentAction | None:
    if key is None:
        return None
    remembered = await actions.remembered_intake(session, intake.author_id, key)
    if remembered is None:
        return None
    if remembered.body_digest != intake.body_digest():
        raise ApiError(
            409,
            "This Idempotency-Key was used for another case.",
            "Send the case with a new key, or repeat the first one unchanged.",
        )
    return await actions.action_by_id(session, remembered.action_id)


async def _store(session: AsyncSession, services: Services, intake: Intake, key: str | None) -> UrgentAction:
    year = now().year
    action = intake.action(year, await actions.next_number(session, year))
    await actions.store(session, intake.generations(action))
    if key is not None:
        session.add(
            IdempotencyKey(
                person_id=intake.author_id, key=key, body_digest=intake.body_digest(), action_id=action.id
            )
        )
    await records.record(session, action.id, EventKind.RECEIVED, intake.author_id)
    for one in intake.case.follow_up.milestones:
        await plan(session, action.id, one.kind, first_entry(services, one, intake.author_id))
    await records.request_nudge(session, action.id, Addressee.ACTION)
    await records.announce(session, action.id)
    return action


@router.get("")
async def newest(
    services: Work, _caller: CaseReader, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> ActionList:
    """List actions, newest first."""
    async with services.database.transaction() as session:
        newest_first = await actions.newest_actions(session, limit)
    return ActionList(actions=[views.summary(action) for action in newest_first])


@router.get("/{reference}")
async def one(
    reference: str,
    services: Work,
    _caller: CaseReader,
    seen: Annotated[int | None, Query(ge=0)] = None,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS)] = 0,
) -> ActionView:
    """Show an action; with `seen` and `wait`, at its next change or after `wait` seconds."""
    async with services.database.transaction() as session:
        action_id = (await found(session, reference)).id
    change = services.feed.next_change(action_id)
    view = await _view(services, reference)
    if seen is None or view.revision > seen or not wait:
        return view
    try:
        async with asyncio.timeout(wait):
            await change.wait()
    except TimeoutError:
        return view
    return await _view(services, reference)


async def _view(services: Services, reference: str) -> ActionView:
    async with services.database.transaction() as session:
        return await views.whole(session, await found(session, reference), services.time_zone)


@router.get("/{reference}/timeline")
async def timeline(reference: str, services: Work, _caller: CaseReader) -> Timeline:
    """List what happened to an action, oldest first."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        return Timeline(events=await views.events(session, await records.timeline(session, action.id)))


@router.get("/{reference}/signatures")
async def signatures(reference: str, services: Work, _caller: CaseReader) -> SignatureList:
    """List the invited partners and their answers."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        return views.signatures(await answers.signatures(session, action.id))
