"""Addresses that must not be written to: how they come to be, and how one is lifted."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.contact_vocabulary import OF_LISTS_ALONE, SAID_NO, SuppressionReason
from models.suppressions import LiftedSuppression, LiftReason, Suppression, may_be_lifted
from models.vocabulary import ConsentMethod


def _listed(reasons: Collection[SuppressionReason]) -> str:
    return ", ".join(sorted(f"'{reason}'" for reason in reasons))


NO: Final = _listed(SAID_NO)
"""A person's own word about a channel."""

LISTS_ALONE: Final = _listed(OF_LISTS_ALONE)
"""What keeps an address from contacts alone."""

_SUPPRESS = text("""
    INSERT INTO suppression (fingerprint, reason, suppressed_at) VALUES (:fingerprint, :reason, now())
    ON CONFLICT DO NOTHING RETURNING fingerprint
""")

_WHOSE = text("""
    SELECT suppression.reason, suppression.suppressed_at,
           ARRAY(SELECT known.whose FROM (
                     SELECT 'contact ' || contact.slug AS whose
                     FROM contact_address JOIN contact ON contact.id = contact_address.contact_id
                     WHERE contact_address.fingerprint = suppression.fingerprint
                     UNION SELECT 'partner ' || partner.slug
                     FROM partner_contact JOIN partner ON partner.id = partner_contact.partner_id
                     WHERE partner_contact.fingerprint = suppression.fingerprint
                       AND partner_contact.gone_at IS NULL
                     UNION SELECT 'partner ' || partner.slug FROM partner
                     WHERE partner.registered_fingerprint = suppression.fingerprint
                     UNION SELECT 'target of ' || action.reference
                     FROM target_address JOIN target ON target.id = target_address.target_id
                                         JOIN urgent_action AS action ON action.id = target.action_id
                     WHERE target_address.fingerprint = suppression.fingerprint
                     UNION SELECT 'person ' || person.id FROM person
                     WHERE person.fingerprint = suppression.fingerprint) AS known
                 ORDER BY known.whose LIMIT 5) AS whose
    FROM suppression ORDER BY suppression.suppressed_at DESC, suppression.fingerprint LIMIT :limit
""")


class Lift(NamedTuple):
    """Who lifts a suppression, and why; where she who reads the address consents, also when and how."""

    person_id: UUID
    why: LiftReason
    consent_given_on: date | None = None
    consent_method: ConsentMethod | None = None


class Lifted(NamedTuple):
    """The reasons that were lifted, and those that only she can take back who reads the address."""

    lifted: list[str]
    kept: list[str]


async def suppress_address(session: AsyncSession, fingerprint: bytes, reason: SuppressionReason) -> bool:
    """Never write to an address again; False where nothing changed, since the reason was there before."""
    suppressed = await session.execute(_SUPPRESS, {"fingerprint": fingerprint, "reason": reason})
    return suppressed.first() is not None


async def lift(session: AsyncSession, fingerprint: bytes, lifting: Lift) -> Lifted | None:
    """Lift the reasons that may be lifted so, and write down why; None where there are no reasons at all."""
    found = await session.exec(
        select(Suppression)
        .where(Suppression.fingerprint == fingerprint)
        .order_by(col(Suppression.reason))
        .with_for_update()
    )
    suppressed = list(found)
    for one in suppressed:
        if may_be_lifted(one.reason, lifting.why):
            session.add(_record(one, lifting))
            await session.delete(one)
    await session.flush()
    reasons = [one.reason for one in suppressed]
    lifted = [reason for reason in reasons if may_be_lifted(reason, lifting.why)]
    kept = [reason for reason in reasons if reason not in lifted]
    return Lifted(lifted, kept) if reasons else None


def _record(suppressed: Suppression, lifting: Lift) -> LiftedSuppression:
    return LiftedSuppression(
        fingerprint=suppressed.fingerprint,
        reason=suppressed.reason,
        suppressed_at=suppressed.suppressed_at,
        lifted_by=lifting.person_id,
        why=lifting.why,
        consent_given_on=lifting.consent_given_on,
        consent_method=lifting.consent_method,
    )


async def newest_suppressions(session: AsyncSession, limit: int) -> list[Row[Any]]:
    """List suppressions, newest first: reason, time, and up to five whose address it is, as far as known."""
    return list((await session.execute(_WHOSE, {"limit": limit})).all())


async def count_suppressions(session: AsyncSession) -> dict[str, int]:
    """Count the suppressed addresses by reason."""
    counted = await session.exec(select(Suppression.reason, func.count()).group_by(col(Suppression.reason)))
    return dict(list(counted))
