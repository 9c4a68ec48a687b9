"""Whose weekly digest is due: each is decided once, by a row that is unique for person and week."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.digest_messages import DigestsDue
from models.documents import Document
from models.messages import DispatchRequest, DocumentRef, Purpose
from models.weekly import Weekly, week_of
from storage.digests import digest_of
from storage.gate_of_digests import coordinates

LOOKS_EVERY: Final = timedelta(days=1)
"""How often it is looked at the latest, so that whoever joins, or moves, is not missed."""

_COORDINATORS = text(f"""
    SELECT person.id, person.time_zone, person.created_at FROM person
    WHERE {coordinates("person")} ORDER BY person.id
""")

_IS_DECIDED = text("SELECT 1 FROM weekly_digest WHERE person_id = :person_id AND week = :week")

_DECIDE = text("""
    INSERT INTO weekly_digest (person_id, week, document_id, decided_at)
    VALUES (:person_id, :week, :document_id, now())
    ON CONFLICT (person_id, week) DO NOTHING
""")

# What was decided and not frozen yet is told again: the answer that told of it may have been lost.
_UNSENT = text(f"""
    SELECT action.id AS action_id, action.reference, document.id AS document_id, document.number,
           weekly_digest.number AS round
    FROM weekly_digest
    JOIN document ON document.id = weekly_digest.document_id
    JOIN urgent_action AS action ON action.id = document.action_id
    WHERE weekly_digest.person_id = :person_id AND weekly_digest.week = :week
      AND NOT EXISTS (SELECT 1 FROM dispatch
                      WHERE dispatch.document_id = document.id AND dispatch.purpose = '{Purpose.DIGEST}'
                        AND dispatch.round = weekly_digest.number)
""")


class DigestRules(NamedTuple):
    """When digests are due, and the zone by which days of actions are counted."""

    weekly: Weekly
    time_zone: str


async def digests_due(session: AsyncSession, rules: DigestRules, at: datetime) -> DigestsDue:
    """Return the digests of this week that are due and not under way, and when to look again.

    What an earlier week missed is not made up for: its digest would tell the same as that of this week.
    """
    people = list(await session.execute(_COORDINATORS))
    found = [await _due(session, rules, one, at) for one in people]
    moments = [rules.weekly.next_after(at, one.time_zone) for one in people]
    return DigestsDue(requests=tuple(one for one in found if one), next_at=min([at + LOOKS_EVERY, *moments]))


async def _due(
    session: AsyncSession, rules: DigestRules, person: Row[tuple[UUID, str, datetime]], at: datetime
) -> DispatchRequest | None:
    week = week_of(at, person.time_zone)
    if not person.created_at <= rules.weekly.moment(week, person.time_zone) <= at:
        return None
    hers = {"person_id": person.id, "week": week}
    if (await session.execute(_IS_DECIDED, hers)).first() is None:
        document_id = await _kept_with(session, rules, person.id, at)
        await session.execute(_DECIDE, {**hers, "document_id": document_id})
    return await _unsent(session, person.id, week)


async def _kept_with(session: AsyncSession, rules: DigestRules, person_id: UUID, at: datetime) -> UUID | None:
    """Return the document of the first action in it, which keeps the digest; None where there is none."""
    cases = await digest_of(session, person_id, rules.time_zone, at)
    if not cases:
        return None
    found = await session.exec(
        select(Document.id)
        .join(UrgentAction, col(UrgentAction.id) == Document.action_id)
        .where(UrgentAction.reference == cases[0].reference, Document.number == UrgentAction.leading_document)
    )
    return found.one()


async def _unsent(session: AsyncSession, person_id: UUID, week: date) -> DispatchRequest | None:
    row = (await session.execute(_UNSENT, {"person_id": person_id, "week": week})).one_or_none()
    if row is None:
        return None
    document = DocumentRef(
        action_id=row.action_id, reference=row.reference, document_id=row.document_id, number=row.number
    )
    return DispatchRequest(document=document, purpose=Purpose.DIGEST, round=row.round)
