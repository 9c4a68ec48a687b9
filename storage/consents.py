"""Consents: what people at risk allow, how they take it back, and to whom it passes."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, UrgentAction
from models.attestations import Attestation
from models.columns import now
from models.consents import Consent, ConsentPassage
from models.records import EventKind
from models.verification import CONSENT
from models.vocabulary import ConsentGiver, ConsentUse, Visibility
from storage.documents import current_version
from storage.records import record

DECIDING: Final = frozenset(
    {ConsentUse.NAME_IN_PUBLIC, ConsentUse.NAME_TO_AUTHORITIES, ConsentUse.MECHANISMS}
)
"""Uses that decide what may leave, and to whom."""


async def newest_consents(session: AsyncSession, action_id: UUID) -> list[Consent]:
    """List the newest consent of each person at risk for each use, which is the one that counts."""
    found = await session.exec(
        select(Consent)
        .join(PersonAtRisk, col(PersonAtRisk.id) == Consent.person_at_risk_id)
        .where(PersonAtRisk.action_id == action_id)
        .ext(distinct_on(col(Consent.person_at_risk_id), col(Consent.use)))
        .order_by(col(Consent.person_at_risk_id), col(Consent.use), col(Consent.recorded_at).desc())
    )
    return list(found)


async def consents_of(session: AsyncSession, action_id: UUID) -> list[Consent]:
    """List every consent and refusal of an action that was ever recorded, newest first."""
    found = await session.exec(
        select(Consent)
        .join(PersonAtRisk, col(PersonAtRisk.id) == Consent.person_at_risk_id)
        .where(PersonAtRisk.action_id == action_id)
        .order_by(col(Consent.recorded_at).desc())
    )
    return list(found)


def is_live(consent: Consent, action: UrgentAction) -> bool:
    """Tell whether a consent is given and still holds, as the gate does."""
    afresh = action.reopened_at is None or consent.recorded_at >= action.reopened_at
    unexpired = consent.valid_until is None or consent.valid_until >= now().date()
    stands = consent.revoked_at is None and consent.voided_by is None
    return consent.given and stands and afresh and unexpired


def is_asked_again(consent: Consent, action: UrgentAction) -> bool:
    """Tell whether somebody had said yes until a reopening or changed facts, and is to be asked anew."""
    before = action.reopened_at is not None and consent.recorded_at < action.reopened_at
    return consent.given and consent.revoked_at is None and (before or consent.voided_by is not None)


def live_uses(consents: Collection[Consent], action: UrgentAction) -> set[tuple[UUID, ConsentUse]]:
    """List which uses of which people are allowed, given the newest consents."""
    return {(one.person_at_risk_id, one.use) for one in consents if is_live(one, action)}


async def record_consent(
    session: AsyncSession, action: UrgentAction, person: PersonAtRisk, consent: Consent
) -> None:
    """Write down a consent or a refusal, which takes the place of the one before.

    What was attested of consent counts no more where it decides anything; the action must be locked.
    """
    session.add(consent)
    await session.flush()
    if _decides(consent):
        if await _is_confirmed(session, action):
            action.verification_cycle += 1
        action.consent_revision += 1
        session.add(action)
    detail = {"consent_id": str(consent.id), "person": person.position, "use": consent.use}
    await record(session, action.id, EventKind.CONSENT_RECORDED, consent.recorded_by, detail)


def _decides(consent: Consent) -> bool:
    """Tell whether a consent lets more leave, or asks for one attestation more."""
    return consent.given and (consent.use in DECIDING or consent.given_by is ConsentGiver.NOT_OBTAINABLE)


async def _is_confirmed(session: AsyncSession, action: UrgentAction) -> bool:
    """Tell whether anybody has confirmed the newest version with the consents as they are."""
    current = await current_version(session, action.id)
    found = await session.exec(
        select(Attestation.id).where(
            Attestation.version_id == current.version.id,
            Attestation.confirms == CONSENT,
            Attestation.consent_revision == action.consent_revision,
        )
    )
    return found.first() is not None


async def revoke_consents(
    session: AsyncSession,
    action: UrgentAction,
    people: Collection[PersonAtRisk],
    uses: Collection[ConsentUse],
    person_id: UUID,
) -> int:
    """Take consents back at once, and count them; the action must be locked."""
    consents = await newest_consents(session, action.id)
    positions = {person.id: person.position for person in people}
    revoked = [
        one
        for one in consents
        if one.person_at_risk_id in positions and one.use in uses and one.given and one.revoked_at is None
    ]
    if revoked:
        ids = [one.id for one in revoked]
        await session.execute(update(Consent).where(col(Consent.id).in_(ids)).values(revoked_at=now()))
    for one in revoked:
        detail = {"person": positions[one.person_at_risk_id], "use": one.use}
        await record(session, action.id, EventKind.CONSENT_REVOKED, person_id, detail)
    return len(revoked)


async def passages(session: AsyncSession, action_id: UUID) -> list[ConsentPassage]:
    """List whose consent has passed to family, who decide now."""
    found = await session.exec(
        select(ConsentPassage)
        .join(PersonAtRisk, col(PersonAtRisk.id) == ConsentPassage.person_at_risk_id)
        .where(PersonAtRisk.action_id == action_id, col(ConsentPassage.ended_at).is_(None))
    )
    return list(found)


async def pass_consent(
    session: AsyncSession, action: UrgentAction, person: PersonAtRisk, passage: ConsentPassage
) -> None:
    """Write down that consent passed to named family."""
    session.add(passage)
    await session.flush()
    detail = {"person": person.position, "because": passage.because}
    await record(session, action.id, EventKind.CONSENT_PASSED, passage.recorded_by, detail)


async def change_visibility(
    session: AsyncSession,
    action: UrgentAction,
    person: PersonAtRisk,
    visibility: Visibility,
    display_name: str | None,
    person_id: UUID,
) -> None:
    """Change how a person at risk may appear from now on."""
    person.visibility, person.display_name = visibility, display_name
    session.add(person)
    detail = {"person": person.position, "visibility": visibility}
    await record(session, action.id, EventKind.VISIBILITY_CHANGED, person_id, detail)
