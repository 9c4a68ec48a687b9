"""What people decide about an action: each is one transaction that the claim sees from its commit on."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.attestations import Attestation, Objection, ObjectionKind
from models.columns import now
from models.documents import DocumentVersion
from models.lifecycle import Decision, Phase, Refusal, refusal_of
from models.records import Addressee, EventKind
from models.verification import CONSENT, EDITORIAL
from storage.actions import action_by_id
from storage.audiences import REACHED
from storage.editorial import carry_signatures
from storage.in_doubt import nudge_resending
from storage.records import announce, record, request_nudge
from storage.standing import standing_of
from storage.verification import answered

_EVENTS = {
    Decision.HOLD: EventKind.HELD,
    Decision.RESUME: EventKind.RESUMED,
    Decision.STOP: EventKind.STOPPED,
    Decision.WITHDRAW: EventKind.WITHDRAWN,
    Decision.COMPLETE: EventKind.COMPLETED,
    Decision.REOPEN: EventKind.REOPENED,
    Decision.RELEASE: EventKind.RELEASE_DECIDED,
    Decision.CLOSE: EventKind.CLOSE_DECIDED,
}

_LANGUAGES_REACHED = text(f"SELECT DISTINCT language FROM ({REACHED}) AS reached ORDER BY language")


async def refusal(session: AsyncSession, action: UrgentAction, decision: Decision) -> Refusal | None:
    """Judge a decision by the facts."""
    return refusal_of(decision, await standing_of(session, action, decision))


async def decide(
    session: AsyncSession, action: UrgentAction, decision: Decision, person_id: UUID
) -> Refusal | None:
    """Carry out what restricts or resumes on a locked action, and have its workflow told; or say why not."""
    refused = await refusal(session, action, decision)
    if refused:
        return refused
    _carry_out(action, decision)
    await record(session, action.id, _EVENTS[decision], person_id)
    await tell(session, action.id)
    if decision is Decision.RESUME:
        await request_nudge(session, action.id, Addressee.RECEIPTS)
        await nudge_resending(session, action.id)
    return None


def _carry_out(action: UrgentAction, decision: Decision) -> None:
    if decision is Decision.HOLD:
        action.held_at = now()
    elif decision is Decision.RESUME:
        action.held_at = None
    elif decision is Decision.COMPLETE:
        action.returned_at = None
        action.verification_cycle += 1
    elif decision in {Decision.STOP, Decision.WITHDRAW}:
        action.stopped_at = action.stopped_at or now()
        action.withdrawn_at = now() if decision is Decision.WITHDRAW else action.withdrawn_at
        action.held_at = action.returned_at = None
        action.verification_cycle += 1
    elif decision is Decision.REOPEN:
        action.phase, action.reopened_at = Phase.VERIFYING, now()
        action.closed_at = action.released_at = action.held_at = action.expires_at = None


async def languages_reached(session: AsyncSession, action_id: UUID) -> list[str]:
    """List the languages in which somebody received something of an action, or may have."""
    return list((await session.execute(_LANGUAGES_REACHED, {"action_id": action_id})).scalars())


async def object_to(session: AsyncSession, action: UrgentAction, objection: Objection) -> None:
    """Return or reject a locked action, and have its workflow told."""
    returned = objection.kind is ObjectionKind.RETURNED
    action.returned_at = now() if returned else None
    action.rejected_at = None if returned else now()
    session.add(objection)
    await answered(session, action, objection.person_id)
    await record(session, action.id, EventKind(objection.kind.value), objection.person_id)
    await tell(session, action.id)


async def attest(
    session: AsyncSession,
    action: UrgentAction,
    version: DocumentVersion,
    person_id: UUID,
    confirms: Collection[str],
) -> list[str]:
    """Write down what a person confirms of a version, and return what she had not confirmed before.

    She has answered either way: what she confirmed in an earlier cycle of asking may still hold. Where enough
    people now say that a change is an editorial one, signatures are carried over to it.
    """
    rows = [
        Attestation(
            action_id=action.id,
            version_id=version.id,
            digest=version.digest,
            person_id=person_id,
            confirms=one,
            consent_revision=action.consent_revision if one == CONSENT else 0,
        ).model_dump()
        for one in confirms
    ]
    inserted = await session.execute(
        insert(Attestation).values(rows).on_conflict_do_nothing().returning(col(Attestation.confirms))
    )
    new = sorted(inserted.scalars())
    await answered(session, action, person_id)
    if new:
        detail = {"digest": version.digest.hex(), "confirms": new}
        await record(session, action.id, EventKind.ATTESTED, person_id, detail)
        if EDITORIAL in new:
            await carry_signatures(session, action, version)
        await tell(session, action.id)
    return new


async def record_decision(
    session: AsyncSession, action_id: UUID, decision: Decision, person_id: UUID
) -> None:
    """Write down a release or closing that the workflow accepted."""
    action = await action_by_id(session, action_id)
    await record(session, action.id, _EVENTS[decision], person_id)
    await announce(session, action.id)


async def tell(session: AsyncSession, action_id: UUID) -> None:
    """Have the workflow of an action read its facts, and those who follow it look again."""
    await request_nudge(session, action_id, Addressee.ACTION)
    await announce(session, action_id)
