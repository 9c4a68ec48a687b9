"""What people decide about an action: each is one transaction that the claim sees from its commit on."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import Attestation, UrgentAction
from models.columns import now
from models.lifecycle import Decision, Refusal, refusal_of
from models.records import Addressee, EventKind
from storage.actions import action_by_id, current_version, has_attested, standing_of
from storage.records import announce, record, request_nudge

_EVENTS = {
    Decision.HOLD: EventKind.HELD,
    Decision.RESUME: EventKind.RESUMED,
    Decision.STOP: EventKind.STOPPED,
    Decision.RELEASE: EventKind.RELEASE_DECIDED,
    Decision.CLOSE: EventKind.CLOSE_DECIDED,
}


async def refusal(session: AsyncSession, action: UrgentAction, decision: Decision) -> Refusal | None:
    """Judge a decision by the facts."""
    return refusal_of(decision, await standing_of(session, action))


async def decide(
    session: AsyncSession, action: UrgentAction, decision: Decision, person_id: UUID
) -> Refusal | None:
    """Carry out hold, resume or stop on a locked action, and have its workflow told; or say why not."""
    refused = await refusal(session, action, decision)
    if refused:
        return refused
    if decision is Decision.HOLD:
        action.held_at = now()
    elif decision is Decision.RESUME:
        action.held_at = None
    elif decision is Decision.STOP:
        action.stopped_at = now()
    await record(session, action.id, _EVENTS[decision], person_id)
    await _tell(session, action.id)
    return None


async def attest(session: AsyncSession, action: UrgentAction, person_id: UUID, confirms: list[str]) -> bool:
    """Attest the current version; False where this person had done so."""
    version = (await current_version(session, action.id)).version
    if await has_attested(session, version.id, person_id):
        return False
    session.add(
        Attestation(
            action_id=action.id,
            version_id=version.id,
            digest=version.digest,
            person_id=person_id,
            confirms=confirms,
        )
    )
    await record(session, action.id, EventKind.ATTESTED, person_id, {"digest": version.digest.hex()})
    await _tell(session, action.id)
    return True


async def record_decision(
    session: AsyncSession, action_id: UUID, decision: Decision, person_id: UUID
) -> None:
    """Write down a release or closing that the workflow accepted."""
    action = await action_by_id(session, action_id)
    await record(session, action.id, _EVENTS[decision], person_id)
    await announce(session, action.id)


async def _tell(session: AsyncSession, action_id: UUID) -> None:
    await request_nudge(session, action_id, Addressee.ACTION)
    await announce(session, action_id)
