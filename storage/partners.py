"""The directory of partners: reading it, the status of each, and who did what."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.partner_records import PartnerEvent, PartnerLogo
from models.partner_vocabulary import PartnerEventKind, PartnerStatus
from models.partners import Partner, PartnerContact
from storage.directory import PartnerRecord

_UNKNOWN_GROUPS = text("""
    SELECT chosen FROM unnest(CAST(:chosen AS text[])) AS chosen
    WHERE NOT EXISTS (SELECT 1 FROM partner WHERE chosen = ANY(partner.groups))
""")

_UNKNOWN_IDS = text("""
    SELECT chosen FROM unnest(CAST(:chosen AS text[])) AS chosen
    WHERE NOT EXISTS (SELECT 1 FROM partner WHERE partner.slug = chosen)
""")

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Unknown(NamedTuple):
    """What a case chooses by and the directory does not have."""

    groups: set[str]
    ids: set[str]


async def partner_records(session: AsyncSession, slug: str | None = None) -> list[PartnerRecord]:
    """List partners by slug, or the one that has a slug, each with the people who answer for it now."""
    query = select(Partner).order_by(col(Partner.slug))
    partners = list(await session.exec(query.where(Partner.slug == slug) if slug else query))
    people: dict[UUID, list[PartnerContact]] = defaultdict(list)
    staying = select(PartnerContact).where(
        col(PartnerContact.gone_at).is_(None),
        col(PartnerContact.partner_id).in_([partner.id for partner in partners]),
    )
    for contact in await session.exec(staying.order_by(col(PartnerContact.position))):
        people[contact.partner_id].append(contact)
    slugs = await _slugs(session, partners)
    return [
        PartnerRecord(
            partner,
            people[partner.id],
            tuple(slugs[member] for member in partner.members),
            slugs[partner.mandate_follows] if partner.mandate_follows else None,
        )
        for partner in partners
    ]


async def _slugs(session: AsyncSession, partners: Collection[Partner]) -> dict[UUID, str]:
    named = {member for partner in partners for member in partner.members}
    named |= {partner.mandate_follows for partner in partners if partner.mandate_follows}
    found = await session.exec(select(Partner.id, Partner.slug).where(col(Partner.id).in_(named)))
    return dict(list(found))


async def ids_of(session: AsyncSession, slugs: Collection[str]) -> dict[str, UUID]:
    """Map slugs of partners to their ids."""
    found = await session.exec(select(Partner.slug, Partner.id).where(col(Partner.slug).in_(slugs)))
    return dict(list(found))


async def unknown_choices(session: AsyncSession, groups: Collection[str], ids: Collection[str]) -> Unknown:
    """Tell which groups have no partner, and which ids name none."""
    without = await session.execute(_UNKNOWN_GROUPS, {"chosen": list(groups)})
    nobody = await session.execute(_UNKNOWN_IDS, {"chosen": list(ids)})
    return Unknown(set(without.scalars()), set(nobody.scalars()))


async def set_status(session: AsyncSession, partner: Partner, status: PartnerStatus, person_id: UUID) -> bool:
    """Set how a partner stands, and tell whether that is a change."""
    if partner.status is status:
        return False
    detail = {"before": partner.status, "after": status}
    partner.status, partner.updated_at = status, now()
    await note(session, partner.id, PartnerEventKind.STATUS_CHANGED, person_id=person_id, detail=detail)
    return True


async def note(
    session: AsyncSession,
    partner_id: UUID,
    kind: PartnerEventKind,
    *,
    person_id: UUID | None = None,
    contact_id: UUID | None = None,
    detail: Mapping[str, object] = _NOTHING,
) -> None:
    """Write down what somebody did to a partner; `detail` holds names of fields and enums."""
    session.add(
        PartnerEvent(
            partner_id=partner_id, kind=kind, person_id=person_id, contact_id=contact_id, detail=dict(detail)
        )
    )
    await session.flush()


async def events_of(session: AsyncSession, partner_id: UUID) -> list[PartnerEvent]:
    """List what happened to a partner, oldest first."""
    found = await session.exec(
        select(PartnerEvent)
        .where(PartnerEvent.partner_id == partner_id)
        .order_by(col(PartnerEvent.at), col(PartnerEvent.id))
    )
    return list(found)


async def keep_logo(session: AsyncSession, logo: PartnerLogo, person_id: UUID) -> None:
    """Keep a partner's logo in place of the one before."""
    await session.merge(logo)
    await note(session, logo.partner_id, PartnerEventKind.LOGO_CHANGED, person_id=person_id)


async def logo_of(session: AsyncSession, slug: str) -> PartnerLogo | None:
    """Find the logo of the partner that has a slug."""
    found = await session.exec(
        select(PartnerLogo)
        .join(Partner, col(Partner.id) == PartnerLogo.partner_id)
        .where(Partner.slug == slug)
    )
    return found.one_or_none()
