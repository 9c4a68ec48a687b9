"""The keys of partners' systems, by which they read what was released to them."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.partner_records import PartnerApiKey
from models.partner_vocabulary import PartnerEventKind, PartnerStatus
from models.partners import Partner
from storage.partners import note

_READING: Final = (PartnerStatus.ACTIVE, PartnerStatus.PAUSED)
"""How a partner stands whose system may read."""

_REVOKE_ALL = text("""
    UPDATE partner_api_key SET revoked_at = now() WHERE partner_id = :partner_id AND revoked_at IS NULL
""")


class PartnerKeyHolder(NamedTuple):
    """A key and the partner whose system carries it."""

    partner: Partner
    key: PartnerApiKey


async def make_key(
    session: AsyncSession, partner: Partner, key_hash: bytes, person_id: UUID | None
) -> PartnerApiKey:
    """Give a partner's system a further key."""
    key = PartnerApiKey(partner_id=partner.id, key_hash=key_hash)
    session.add(key)
    detail = {"key_id": str(key.id)}
    await note(session, partner.id, PartnerEventKind.KEY_MADE, person_id=person_id, detail=detail)
    return key


async def partner_keys(session: AsyncSession, slug: str | None = None) -> list[PartnerKeyHolder]:
    """List every key, or those of the partner that has a slug, oldest first."""
    query = select(Partner, PartnerApiKey).join(PartnerApiKey, col(PartnerApiKey.partner_id) == Partner.id)
    chosen = query.where(Partner.slug == slug) if slug else query
    found = await session.exec(chosen.order_by(col(PartnerApiKey.created_at)))
    return [PartnerKeyHolder(*row) for row in found]


async def live_partner_key(session: AsyncSession, key_hash: bytes) -> PartnerKeyHolder | None:
    """Find the partner of a key that was not revoked, where it may read."""
    found = await session.exec(
        select(Partner, PartnerApiKey)
        .join(PartnerApiKey, col(PartnerApiKey.partner_id) == Partner.id)
        .where(
            PartnerApiKey.key_hash == key_hash,
            col(PartnerApiKey.revoked_at).is_(None),
            col(Partner.status).in_(_READING),
        )
    )
    row = found.one_or_none()
    return None if row is None else PartnerKeyHolder(*row)


async def revoke_partner_key(
    session: AsyncSession, key_id: UUID, person_id: UUID | None, *, partner_id: UUID | None = None
) -> bool:
    """Revoke a key at once, of that partner where one is named; False where there is no such live key."""
    query = select(PartnerApiKey).where(PartnerApiKey.id == key_id, col(PartnerApiKey.revoked_at).is_(None))
    owned = query.where(PartnerApiKey.partner_id == partner_id) if partner_id else query
    key = (await session.exec(owned.with_for_update())).one_or_none()
    if key is None:
        return False
    key.revoked_at = now()
    detail = {"key_id": str(key.id)}
    await note(session, key.partner_id, PartnerEventKind.KEY_REVOKED, person_id=person_id, detail=detail)
    return True


async def revoke_keys(session: AsyncSession, partner_id: UUID) -> None:
    """Revoke every key of a partner."""
    await session.execute(_REVOKE_ALL, {"partner_id": partner_id})
