"""Asking verifiers: requests, the links that lead to them, and who has taken a case."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.attestations import Objection, VerificationLink, VerificationRequest
from models.columns import now
from models.people import Person
from models.records import EventKind
from models.verification_messages import AskVerifiers, VerificationRound
from storage.action_lock import have_action_alone, share_action
from storage.actions import action_by_id
from storage.records import announce, record

_ASK = text("""
    INSERT INTO verification_request (id, action_id, cycle, round, person_id, asked_at)
    SELECT gen_random_uuid(), action.id, :cycle, :round, person.id, now()
    FROM urgent_action AS action
    CROSS JOIN LATERAL (
        SELECT person.id FROM person
        WHERE 'verifier' = ANY(person.roles) AND person.duty_position IS NOT NULL
          AND person.pin_hash IS NOT NULL AND person.id <> action.author_id
          AND NOT EXISTS (SELECT 1 FROM verification_request AS request
                          WHERE request.action_id = action.id AND request.cycle = :cycle
                            AND request.person_id = person.id)
        ORDER BY person.duty_position, person.created_at, person.id
        LIMIT CASE WHEN :round = 1 THEN action.attestations_required ELSE 1 END) AS person
    WHERE action.id = :action_id
    ON CONFLICT (action_id, cycle, person_id) DO NOTHING
""")


class OpenedRequest(NamedTuple):
    """What a verification link opens."""

    action: UrgentAction
    person: Person
    request: VerificationRequest
    link: VerificationLink

    @property
    def is_usable(self) -> bool:
        """Tell whether the person may still answer; of what has ended, only of the notice that it did."""
        current = self.request.cycle == self.action.verification_cycle
        closed = self.action.closed_at is not None and self.action.stopped_at is None
        over = closed or self.action.rejected_at is not None
        unanswered = self.request.answered_at is None and self.link.revoked_at is None
        return current and unanswered and not over


async def ask(session: AsyncSession, asking: AskVerifiers) -> VerificationRound:
    """Ask the next people of the duty list: at first as many as must attest, then one by one.

    A repetition returns whom the first call asked.
    """
    document, cycle = asking.verification.document, asking.verification.cycle
    await have_action_alone(session, document.action_id)
    asked = await _asked(session, asking)
    if not asked:
        parameters = {"action_id": document.action_id, "cycle": cycle, "round": asking.round}
        await session.execute(_ASK, parameters)
        asked = await _asked(session, asking)
        if asked:
            detail = {"document": document.number, "round": asking.round, "asked": asked}
            await record(session, document.action_id, EventKind.VERIFIERS_ASKED, detail=detail)
            await announce(session, document.action_id)
    return VerificationRound(round=asking.round, asked=asked)


async def _asked(session: AsyncSession, asking: AskVerifiers) -> int:
    counted = await session.exec(
        select(func.count()).where(
            VerificationRequest.action_id == asking.verification.document.action_id,
            VerificationRequest.cycle == asking.verification.cycle,
            VerificationRequest.round == asking.round,
        )
    )
    return counted.one()


async def answered(session: AsyncSession, action: UrgentAction, person_id: UUID) -> None:
    """Note that a person who was asked has said something of the case: her links are used up."""
    await session.execute(
        update(VerificationRequest)
        .where(
            col(VerificationRequest.action_id) == action.id,
            col(VerificationRequest.person_id) == person_id,
            col(VerificationRequest.answered_at).is_(None),
        )
        .values(answered_at=now(), acknowledged_at=func.coalesce(VerificationRequest.acknowledged_at, now()))
    )


async def objections(session: AsyncSession, action_id: UUID) -> list[Objection]:
    """List what verifiers had against a case, newest first."""
    query = select(Objection).where(Objection.action_id == action_id)
    return list(await session.exec(query.order_by(col(Objection.raised_at).desc())))


async def acknowledge(session: AsyncSession, opened: OpenedRequest) -> bool:
    """Note that somebody has taken the case; False where she had done so."""
    if opened.request.acknowledged_at is not None:
        return False
    opened.request.acknowledged_at = now()
    session.add(opened.request)
    await record(session, opened.action.id, EventKind.ACKNOWLEDGED, opened.person.id)
    return True


async def issue_verification_link(
    session: AsyncSession, request_id: UUID, delivery_id: UUID, token_hash: bytes
) -> None:
    """Make a verification link live; earlier ones of the request stay so until it is answered."""
    session.add(VerificationLink(request_id=request_id, delivery_id=delivery_id, token_hash=token_hash))


async def revoke_links_of(session: AsyncSession, person_id: UUID) -> None:
    """Revoke every verification link of a person at once."""
    requests = select(VerificationRequest.id).where(VerificationRequest.person_id == person_id)
    await session.execute(
        update(VerificationLink)
        .where(col(VerificationLink.request_id).in_(requests), col(VerificationLink.revoked_at).is_(None))
        .values(revoked_at=now())
    )


async def opened_request(
    session: AsyncSession, token_hash: bytes, *, lock: bool = False
) -> OpenedRequest | None:
    """Find what a token opens; with `lock`, no claim and no other decision runs beside this transaction."""
    found = await session.exec(
        select(VerificationLink, VerificationRequest, Person)
        .join(VerificationRequest, col(VerificationRequest.id) == VerificationLink.request_id)
        .join(Person, col(Person.id) == VerificationRequest.person_id)
        .where(VerificationLink.token_hash == token_hash)
    )
    row = found.one_or_none()
    if row is None:
        return None
    link, request, person = row
    await (have_action_alone if lock else share_action)(session, request.action_id)
    for known_before in row:
        await session.refresh(known_before)
    return OpenedRequest(await action_by_id(session, request.action_id), person, request, link)
