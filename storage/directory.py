"""Partners, kept by the stable ids of their files; and the lock that imports of any sort take."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.partner_records import RegisteredAddressChange
from models.partners import Partner, PartnerContact
from storage.personal import have_former_addresses_told


class Imported(NamedTuple):
    """How an import changed the directory."""

    created: int
    updated: int


class PartnerRecord(NamedTuple):
    """A partner and its people, in the order in which they are asked; other partners are named by slug."""

    partner: Partner
    contacts: Sequence[PartnerContact]
    members: tuple[str, ...] = ()
    follows: str | None = None


async def upsert_partners(
    session: AsyncSession, records: Sequence[PartnerRecord], *, by_change: UUID | None = None
) -> Imported:
    """Create or update partners by slug, with their people by address.

    `by_change` is the correction that is taken in. Whom records name must be of them or in the directory.
    """
    await have_directory_alone(session)
    slugs = [record.partner.slug for record in records]
    found = await session.exec(select(Partner).where(col(Partner.slug).in_(slugs)).with_for_update())
    known = {partner.slug: partner for partner in found}
    for record in records:
        existing = known.get(record.partner.slug)
        if existing:
            _remember_address(session, existing, record.partner, by_change)
            existing.sqlmodel_update(record.partner.model_dump(exclude={"id"}))
        else:
            session.add(record.partner)
        await session.flush()
        await _replace_people(session, existing or record.partner, record.contacts)
    await _refer(session, [(known.get(one.partner.slug, one.partner), one) for one in records])
    await have_former_addresses_told(session)
    return Imported(created=len(records) - len(known), updated=len(known))


async def have_directory_alone(session: AsyncSession) -> None:
    """Let nobody else change the directory until this transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('directory_import'))"))


def _remember_address(
    session: AsyncSession, existing: Partner, partner: Partner, by_change: UUID | None
) -> None:
    """Keep a registered address that goes, so that whoever reads it can be told."""
    if existing.registered_fingerprint != partner.registered_fingerprint:
        change = RegisteredAddressChange(
            partner_id=existing.id,
            change_id=by_change,
            previous_address=existing.registered_address,
            previous_fingerprint=existing.registered_fingerprint,
        )
        session.add(change)


async def _replace_people(
    session: AsyncSession, partner: Partner, contacts: Sequence[PartnerContact]
) -> None:
    found = await session.exec(
        select(PartnerContact)
        .where(PartnerContact.partner_id == partner.id)
        .order_by(col(PartnerContact.gone_at).desc().nulls_first())
    )
    rows: dict[bytes, PartnerContact] = {}
    for row in found:
        rows.setdefault(row.fingerprint, row)
    for new in contacts:
        known = rows.pop(new.fingerprint, None)
        if known:
            known.sqlmodel_update(new.model_dump(exclude={"id", "partner_id"}))
        else:
            new.partner_id = partner.id
            session.add(new)
    gone = [row for row in rows.values() if row.gone_at is None]
    for row in gone:
        row.position, row.gone_at = None, now()
    await session.flush()
    await _pass_invitations_on(session, partner, gone)


async def _pass_invitations_on(
    session: AsyncSession, partner: Partner, gone: Sequence[PartnerContact]
) -> None:
    """Have whoever stands first now answer for those who left."""
    await session.execute(
        text("""
            UPDATE invitation SET contact_id = (
                SELECT id FROM partner_contact
                WHERE partner_id = :partner_id AND gone_at IS NULL ORDER BY position LIMIT 1)
            WHERE contact_id = ANY(:gone)
        """),
        {"partner_id": partner.id, "gone": [contact.id for contact in gone]},
    )


async def _refer(session: AsyncSession, records: Sequence[tuple[Partner, PartnerRecord]]) -> None:
    """Have partners point at those that their records name."""
    slugs = {slug for _, record in records for slug in (*record.members, record.follows) if slug}
    found = await session.exec(select(Partner.slug, Partner.id).where(col(Partner.slug).in_(slugs)))
    ids = dict(list(found))
    for partner, record in records:
        partner.members = [ids[slug] for slug in record.members]
        partner.mandate_follows = ids[record.follows] if record.follows else None
    await session.flush()


async def partner_by_slug(session: AsyncSession, slug: str) -> Partner | None:
    """Find a partner by its stable id."""
    if "\0" in slug:  # with which PostgreSQL would refuse the query
        return None
    return (await session.exec(select(Partner).where(Partner.slug == slug))).one_or_none()
