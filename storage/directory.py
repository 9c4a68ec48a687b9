"""Partners and contacts, kept by the stable ids of their files."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from models.contacts import Contact, ContactAddress
from models.partners import Invitation, Partner, PartnerContact


class Imported(NamedTuple):
    """How an import changed the directory."""

    created: int
    updated: int


class PartnerRecord(NamedTuple):
    """A partner and its people, in the order in which they are asked."""

    partner: Partner
    contacts: Sequence[PartnerContact]


class ContactRecord(NamedTuple):
    """A contact and its addresses, the preferred one first."""

    contact: Contact
    addresses: Sequence[ContactAddress]


async def upsert_partners(session: AsyncSession, records: Sequence[PartnerRecord]) -> Imported:
    """Create or update partners by slug; the first contact, whom invitations name, keeps her row."""
    await _one_import_at_a_time(session)
    slugs = [record.partner.slug for record in records]
    found = await session.exec(select(Partner).where(col(Partner.slug).in_(slugs)).with_for_update())
    known = {partner.slug: partner for partner in found}
    for record in records:
        existing = known.get(record.partner.slug)
        if existing:
            existing.sqlmodel_update(record.partner.model_dump(exclude={"id"}))
        else:
            session.add(record.partner)
        await session.flush()
        await _replace_people(session, existing or record.partner, record.contacts)
    return Imported(created=len(records) - len(known), updated=len(known))


async def _one_import_at_a_time(session: AsyncSession) -> None:
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('directory_import'))"))


async def _replace_people(
    session: AsyncSession, partner: Partner, contacts: Sequence[PartnerContact]
) -> None:
    found = await session.exec(
        select(PartnerContact)
        .where(PartnerContact.partner_id == partner.id)
        .order_by(col(PartnerContact.position))
    )
    existing = list(found)
    for old, new in zip(existing, contacts, strict=False):
        old.sqlmodel_update(new.model_dump(include={"name", "email", "fingerprint", "language"}))
    for new in contacts[len(existing) :]:
        new.partner_id = partner.id
        session.add(new)
    for gone in existing[len(contacts) :]:
        await session.exec(
            update(Invitation).where(col(Invitation.contact_id) == gone.id).values(contact_id=existing[0].id)
        )
        await session.delete(gone)
    await session.flush()


async def partner_by_slug(session: AsyncSession, slug: str) -> Partner | None:
    """Find a partner by its stable id."""
    if "\0" in slug:  # with which PostgreSQL would refuse the query
        return None
    return (await session.exec(select(Partner).where(Partner.slug == slug))).one_or_none()


async def upsert_contacts(session: AsyncSession, records: Sequence[ContactRecord]) -> Imported:
    """Create or update contacts by slug, with their addresses."""
    await _one_import_at_a_time(session)
    slugs = [record.contact.slug for record in records]
    found = await session.exec(select(Contact).where(col(Contact.slug).in_(slugs)).with_for_update())
    known = {contact.slug: contact for contact in found}
    for record in records:
        existing = known.get(record.contact.slug)
        if existing:
            existing.sqlmodel_update(record.contact.model_dump(exclude={"id"}))
            await session.exec(delete(ContactAddress).where(col(ContactAddress.contact_id) == existing.id))
        else:
            session.add(record.contact)
        await session.flush()
        for address in record.addresses:
            address.contact_id = (existing or record.contact).id
            session.add(address)
    return Imported(created=len(records) - len(known), updated=len(known))
