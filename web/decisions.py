"""Deciding about an action. What restricts is committed first and told to the workflow afterwards."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Body
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.attestations import Objection, ObjectionKind
from models.lifecycle import Decision, Refusal
from models.vocabulary import ConsentUse
from security.sealed_places import objection_place
from storage import actions, consents, decisions
from storage.standing import phase_of
from web import views
from web.actions import found
from web.authentication import Caller, CaseReader, Coordinator, Verifier
from web.blanks import refuse_blanks
from web.errors import ApiError, refused
from web.leaks import refuse_unnamed
from web.notices import write_notice
from web.rehearsals import expected
from web.schemas import AttestationRequest, DecisionView, ObjectionRequest, ReleaseRequest
from web.services import Services, Work
from web.versions import confirmed_version

_UNCOUNTED = ReleaseRequest()

router = APIRouter(prefix="/actions/{reference}", tags=["decisions"])


@router.post("/attestations")
async def attest(
    reference: str, attestation: AttestationRequest, services: Work, caller: Verifier
) -> DecisionView:
    """Attest facts, consent and texts of the version with this digest; without `confirms`, all of them."""
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await allowed(session, action, Decision.ATTEST)
        if action.author_id == caller.person_id:
            raise ApiError(409, "The author cannot attest her own case.", "Two other people must attest it.")
        version, confirms = await confirmed_version(session, action, attestation)
        if version.created_by == caller.person_id:
            raise ApiError(409, "The author cannot attest her own text.", "Somebody else must attest it.")
        await refuse_blanks(session, version)
        await refuse_unnamed(session, services, action, version, confirms)
        await decisions.attest(session, action, version, caller.person_id, confirms)
    return await told(services, action, Decision.ATTEST, caller)


@router.post("/return")
async def send_back(
    reference: str, objection: ObjectionRequest, services: Work, caller: Verifier
) -> DecisionView:
    """Return a case that lacks something; the coordinator completes it, and it goes on."""
    return await _object(services, reference, Decision.RETURN, objection, caller)


@router.post("/reject")
async def reject(
    reference: str, objection: ObjectionRequest, services: Work, caller: Verifier
) -> DecisionView:
    """Reject a case: it will not go out."""
    return await _object(services, reference, Decision.REJECT, objection, caller)


@router.post("/complete")
async def complete(reference: str, services: Work, caller: Coordinator) -> DecisionView:
    """Hand a returned case in again, when what was missing is there."""
    return await _commit_and_tell(services, reference, Decision.COMPLETE, caller)


@router.post("/hold")
async def hold(reference: str, services: Work, caller: CaseReader) -> DecisionView:
    """Pause every channel, from this moment on."""
    return await _commit_and_tell(services, reference, Decision.HOLD, caller)


@router.post("/resume")
async def resume(reference: str, services: Work, caller: Coordinator) -> DecisionView:
    """End a pause."""
    return await _commit_and_tell(services, reference, Decision.RESUME, caller)


@router.post("/stop")
async def stop(reference: str, services: Work, caller: Coordinator) -> DecisionView:
    """End the action at once: nothing leaves from this moment on but, once approved, the notice of it."""
    return await _end(services, reference, Decision.STOP, caller)


@router.post("/withdraw")
async def withdraw(reference: str, services: Work, caller: CaseReader) -> DecisionView:
    """End the action at once because those concerned took back their consent; all consents are revoked."""
    return await _end(services, reference, Decision.WITHDRAW, caller)


@router.post("/release")
async def release(
    reference: str,
    services: Work,
    caller: Coordinator,
    confirmed: Annotated[ReleaseRequest, Body()] = _UNCOUNTED,
) -> DecisionView:
    """Let the document go out now, whatever the sign-on window says; later, what was approved since.

    A release to very many people needs their number, which `preview` tells.
    """
    async with services.database.transaction() as session:
        action = await found(session, reference)
        await allowed(session, action, Decision.RELEASE)
        _refuse_uncounted(services, (await expected(session, action)).counts.total, confirmed)
    return await _decided(services, action, Decision.RELEASE, caller)


def _refuse_uncounted(services: Services, total: int, confirmed: ReleaseRequest) -> None:
    if total > services.confirm_above and confirmed.recipients != total:
        remedy = f'Look at them, then send {{"recipients": {total}}}: starter.py preview REF.'
        raise ApiError(409, f"This goes to {total} recipients, and their number was not confirmed.", remedy)


@router.post("/close")
async def close(reference: str, services: Work, caller: Coordinator) -> DecisionView:
    """End the action in order."""
    return await _ask(services, reference, Decision.CLOSE, caller)


async def told(services: Services, action: UrgentAction, decision: Decision, caller: Caller) -> DecisionView:
    """Tell the workflow of a committed decision, and show what it brought."""
    informed = await services.gateway.inform(action, decision, caller.person_id)
    return await _view(services, action.reference, decision, informed=informed)


async def allowed(session: AsyncSession, action: UrgentAction, decision: Decision) -> None:
    """Refuse a decision that the facts speak against.

    Raises:
        ApiError: why, and what to do.
    """
    refusal = await decisions.refusal(session, action, decision)
    if refusal:
        raise refused(refusal)


async def _object(
    services: Services, reference: str, decision: Decision, objection: ObjectionRequest, caller: Caller
) -> DecisionView:
    kinds = {Decision.RETURN: ObjectionKind.RETURNED, Decision.REJECT: ObjectionKind.REJECTED}
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await allowed(session, action, decision)
        row = objection_row(services, action, kinds[decision], caller.person_id, objection.reason)
        await decisions.object_to(session, action, row)
    return await told(services, action, decision, caller)


def objection_row(
    services: Services, action: UrgentAction, kind: ObjectionKind, person_id: UUID, reason: str
) -> Objection:
    """Make the row of what a verifier has against a case; her words are sealed."""
    objection_id = uuid4()
    return Objection(
        id=objection_id,
        action_id=action.id,
        cycle=action.verification_cycle,
        person_id=person_id,
        kind=kind,
        sealed_reason=services.cipher.seal(reason, context=objection_place(objection_id)),
    )


async def _commit_and_tell(
    services: Services, reference: str, decision: Decision, caller: Caller
) -> DecisionView:
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        refusal: Refusal | None = await decisions.decide(session, action, decision, caller.person_id)
        if refusal:
            raise refused(refusal)
    return await told(services, action, decision, caller)


async def _end(services: Services, reference: str, decision: Decision, caller: Caller) -> DecisionView:
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        refusal = await decisions.decide(session, action, decision, caller.person_id)
        if refusal:
            raise refused(refusal)
        if decision is Decision.WITHDRAW:
            people = await actions.people_at_risk(session, action.id)
            await consents.revoke_consents(session, action, people, list(ConsentUse), caller.person_id)
        await write_notice(session, services, action, decision, caller.person_id)
    return await told(services, action, decision, caller)


async def _ask(services: Services, reference: str, decision: Decision, caller: Caller) -> DecisionView:
    async with services.database.transaction() as session:
        action = await found(session, reference)
        await allowed(session, action, decision)
    return await _decided(services, action, decision, caller)


async def _decided(
    services: Services, action: UrgentAction, decision: Decision, caller: Caller
) -> DecisionView:
    await services.gateway.decide(action, decision, caller.person_id)
    return await _view(services, action.reference, decision, informed=True)


async def _view(services: Services, reference: str, decision: Decision, *, informed: bool) -> DecisionView:
    async with services.database.transaction() as session:
        action = await found(session, reference)
        return DecisionView(
            reference=reference,
            decision=decision,
            phase=phase_of(action),
            on_hold=action.held_at is not None,
            attestations=await views.attestations(session, action),
            workflow_informed=informed,
        )
