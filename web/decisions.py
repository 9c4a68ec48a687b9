"""Deciding about an action. What restricts is committed first and told to the workflow afterwards."""

from fastapi import APIRouter
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.lifecycle import Decision, Refusal
from storage import actions, decisions
from web import views
from web.actions import found
from web.authentication import Caller, Coordinator, Verifier
from web.errors import ApiError, refused
from web.schemas import AttestationRequest, DecisionView
from web.services import Services, Work

router = APIRouter(prefix="/actions/{reference}", tags=["decisions"])

_CONFIRMS = ["facts", "consent", "texts"]


@router.post("/attestations")
async def attest(
    reference: str, attestation: AttestationRequest, services: Work, caller: Verifier
) -> DecisionView:
    """Attest that facts, consent and texts of the version with this digest are right."""
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await _check_attestation(session, action, attestation, caller)
        await decisions.attest(session, action, caller.person_id, _CONFIRMS)
    return await _told(services, action, Decision.ATTEST, caller)


async def _check_attestation(
    session: AsyncSession, action: UrgentAction, attestation: AttestationRequest, caller: Caller
) -> None:
    refusal = await decisions.refusal(session, action, Decision.ATTEST)
    if refusal:
        raise refused(refusal)
    if action.author_id == caller.person_id:
        raise ApiError(409, "The author cannot attest her own case.", "Two other people must attest it.")
    digest = (await actions.current_version(session, action.id)).version.digest
    if digest.hex() != attestation.digest:
        raise ApiError(
            409, "The text is not the one that you read.", "Read the current version and attest its digest."
        )


@router.post("/hold")
async def hold(reference: str, services: Work, caller: Coordinator) -> DecisionView:
    """Pause every channel, from this moment on."""
    return await _commit_and_tell(services, reference, Decision.HOLD, caller)


@router.post("/resume")
async def resume(reference: str, services: Work, caller: Coordinator) -> DecisionView:
    """End a pause."""
    return await _commit_and_tell(services, reference, Decision.RESUME, caller)


@router.post("/stop")
async def stop(reference: str, services: Work, caller: Coordinator) -> DecisionView:
    """End the action at once: nothing leaves from this moment on."""
    return await _commit_and_tell(services, reference, Decision.STOP, caller)


@router.post("/release")
async def release(reference: str, services: Work, caller: Coordinator) -> DecisionView:
    """Let the document go out now, whatever the sign-on window says."""
    return await _ask(services, reference, Decision.RELEASE, caller)


@router.post("/close")
async def close(reference: str, services: Work, caller: Coordinator) -> DecisionView:
    """End the action in order."""
    return await _ask(services, reference, Decision.CLOSE, caller)


async def _commit_and_tell(
    services: Services, reference: str, decision: Decision, caller: Caller
) -> DecisionView:
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        refusal: Refusal | None = await decisions.decide(session, action, decision, caller.person_id)
        if refusal:
            raise refused(refusal)
    return await _told(services, action, decision, caller)


async def _told(services: Services, action: UrgentAction, decision: Decision, caller: Caller) -> DecisionView:
    informed = await services.gateway.inform(action, decision, caller.person_id)
    return await _view(services, action.reference, decision, informed=informed)


async def _ask(services: Services, reference: str, decision: Decision, caller: Caller) -> DecisionView:
    async with services.database.transaction() as session:
        action = await found(session, reference)
        refusal = await decisions.refusal(session, action, decision)
    if refusal:
        raise refused(refusal)
    await services.gateway.decide(action, decision, caller.person_id)
    return await _view(services, reference, decision, informed=True)


async def _view(services: Services, reference: str, decision: Decision, *, informed: bool) -> DecisionView:
    async with services.database.transaction() as session:
        action = await found(session, reference)
        return DecisionView(
            reference=reference,
            decision=decision,
            phase=views.shown_phase(action),
            on_hold=action.held_at is not None,
            attestations=await views.attestations(session, action),
            workflow_informed=informed,
        )
