"""What people at risk allow: recording it, taking it back, and showing it."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, UrgentAction
from models.changed_fact_file import PASSES, FactChange
from models.consent_changes import ConsentRecord, Revocation
from models.lifecycle import Decision
from models.problems import InvalidInput, Problem
from models.strict_model import parse
from models.vocabulary import ConsentGiver, ConsentUse
from storage import actions, consents, decisions
from storage.changed_facts import facts_of
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.consent_schemas import ConsentsView, ConsequencesView, RevocationView
from web.consent_views import consents_view
from web.decisions import allowed
from web.intake import consent_row
from web.readers import consequences, readers_now
from web.services import Work

router = APIRouter(prefix="/actions/{reference}/consents", tags=["consents"])

_RECORD_EXAMPLE = {
    "person": 0,
    "use": "name_to_authorities",
    "given": True,
    "given_by": "herself",
    "method": "phone",
    "on": "2026-10-30",
    "until": "2027-11-20",
}
_REVOCATION_EXAMPLE = {"person": 0, "use": "all"}
_BY_FAMILY = (
    "must be family: consent of this person passed to her family",
    "Ask the family that was named, or whom they sent, and write given_by: family.",
)
_NOT_HERSELF = (
    "must not be herself: she was killed, or is missing",
    "Name the family that decides: starter.py consents pass REF; then ask them.",
)
_BY_HERSELF = (
    "must not be family: she is free, and decides herself",
    "Ask her, and write given_by: herself.",
)


@router.get("")
async def every_record(reference: str, services: Work, _caller: CaseReader) -> ConsentsView:
    """List every consent and refusal by person and use, newest first, and what may go out to whom."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        people = await consents_view(session, action)
        return ConsentsView(reference=reference, people=people, readers=await readers_now(session, action))


@router.post("", status_code=201)
async def record(
    reference: str,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[_RECORD_EXAMPLE])],
) -> ConsequencesView:
    """Write down a consent, or its refusal; a refusal also of an ended action.

    A refusal counts from now on; a consent that lets more leave, once others have attested consent again.
    """
    entry = parse(ConsentRecord, tree)
    decision = Decision.EDIT if entry.given else Decision.REVOKE
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await allowed(session, action, decision)
        (person,) = await _people(session, action, entry.person)
        await _refuse_wrong_giver(session, action, person, entry)
        row = consent_row(entry, person, caller.person_id, services.cipher)
        await consents.record_consent(session, action, person, row)
        await decisions.tell(session, action.id)
    return await consequences(services, action, decision, caller)


@router.post("/revocations")
async def revoke(
    reference: str,
    services: Work,
    caller: CaseReader,
    tree: Annotated[Any, Body(examples=[_REVOCATION_EXAMPLE])],
) -> RevocationView:
    """Take consents back, at any time: from this moment on nothing leaves that needs them."""
    revocation = parse(Revocation, tree)
    uses = list(ConsentUse) if revocation.use is None else [revocation.use]
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        people = await _people(session, action, revocation.person)
        revoked = await consents.revoke_consents(session, action, people, uses, caller.person_id)
        await decisions.tell(session, action.id)
    told = await consequences(services, action, Decision.REVOKE, caller)
    return RevocationView(**told.model_dump(), revoked=revoked)


async def _people(session: AsyncSession, action: UrgentAction, position: int | None) -> list[PersonAtRisk]:
    """Return the person of a position, or everybody.

    Raises:
        InvalidInput: the case has no such person.
    """
    people = await actions.people_at_risk(session, action.id)
    chosen = [person for person in people if position is None or person.position == position]
    if not chosen:
        remedy = f"Write a number from 0 to {len(people) - 1}: starter.py consents list REF shows them."
        raise InvalidInput((Problem(field="person", rule="is not a person of this case", remedy=remedy),))
    return chosen


async def _refuse_wrong_giver(
    session: AsyncSession, action: UrgentAction, person: PersonAtRisk, entry: ConsentRecord
) -> None:
    """Refuse what somebody says who does not decide: family once it passed to them, and herself once free.

    Raises:
        InvalidInput: somebody else decides it.
    """
    passed = {one.person_at_risk_id for one in await consents.passages(session, action.id)}
    of_her = [one for one in await facts_of(session, action.id) if one.person_at_risk_id == person.id]
    newest = of_her[-1].change if of_her else None
    if person.id in passed and entry.given_by is not ConsentGiver.FAMILY:
        rule, remedy = _BY_FAMILY
    elif newest in PASSES and entry.given_by is ConsentGiver.HERSELF:
        rule, remedy = _NOT_HERSELF
    elif newest is FactChange.RELEASED and entry.given_by is ConsentGiver.FAMILY:
        rule, remedy = _BY_HERSELF
    else:
        return
    raise InvalidInput([Problem(field="given_by", rule=rule, remedy=remedy)])
