"""The directory of contacts: reading it page by page, removing from it, its lists, and who did what."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, delete, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.contact_vocabulary import ContactEventKind, RemovalReason, SuppressionReason
from models.contacts import Contact, ContactAddress, ContactEvent, ContactList
from models.people import Person
from models.suppressions import Suppression
from models.vocabulary import ContactKind

_UNKNOWN_TAGS = text("""
    SELECT chosen FROM unnest(CAST(:chosen AS text[])) AS chosen
    WHERE NOT EXISTS (SELECT 1 FROM contact WHERE chosen = ANY(contact.tags))
""")

_UNKNOWN_LISTS = text("""
    SELECT chosen FROM unnest(CAST(:chosen AS text[])) AS chosen
    WHERE NOT EXISTS (SELECT 1 FROM contact_list WHERE contact_list.slug = chosen)
""")

_SUPPRESS = text("""
    INSERT INTO suppression (fingerprint, reason, suppressed_at)
    SELECT DISTINCT fingerprint, :reason, now() FROM contact_address WHERE contact_id = :contact_id
    ON CONFLICT DO NOTHING
""")

_LISTED = text("""
    SELECT listed.slug, count(*) FROM contact CROSS JOIN LATERAL unnest(lists) AS listed (slug) GROUP BY 1
""")

_SELECTED_BY = text("""
    SELECT reference FROM urgent_action
    WHERE stopped_at IS NULL AND closed_at IS NULL
      AND policy #> '{release,contacts,lists}' @> to_jsonb(CAST(:slug AS text))
    ORDER BY reference
""")

_LEAVE_LIST = text("""
    UPDATE contact SET lists = array_remove(lists, :slug), updated_at = now() WHERE :slug = ANY(lists)
""")

_NOTHING: Mapping[str, object] = {}


class ContactRecord(NamedTuple):
    """A contact and its addresses, the preferred one first."""

    contact: Contact
    addresses: Sequence[ContactAddress]


class Wanted(NamedTuple):
    """Which contacts are looked for; what is None is not asked. `search` stands in a name or an id."""

    list: str | None = None
    tag: str | None = None
    country: str | None = None
    kind: ContactKind | None = None
    search: str | None = None


class Unknown(NamedTuple):
    """What a case selects by and the directory does not have."""

    lists: set[str]
    tags: set[str]


async def contact_page(
    session: AsyncSession, wanted: Wanted, after: str | None, limit: int
) -> list[ContactRecord]:
    """List so many contacts by slug, from the one behind `after` on."""
    query = select(Contact).order_by(col(Contact.slug)).limit(limit)
    if after is not None:
        query = query.where(Contact.slug > after)
    if wanted.list is not None:
        query = query.where(col(Contact.lists).contains([wanted.list]))
    if wanted.tag is not None:
        query = query.where(col(Contact.tags).contains([wanted.tag]))
    if wanted.country is not None:
        query = query.where(Contact.country == wanted.country)
    if wanted.kind is not None:
        query = query.where(Contact.kind == wanted.kind)
    if wanted.search is not None:
        inside = (
            col(part).icontains(wanted.search, autoescape=True) for part in (Contact.name, Contact.slug)
        )
        query = query.where(or_(*inside))
    return await _with_addresses(session, list(await session.exec(query)))


async def contact_by_slug(session: AsyncSession, slug: str) -> ContactRecord | None:
    """Find a contact by its stable id."""
    if "\0" in slug:  # with which PostgreSQL would refuse the query
        return None
    records = await _with_addresses(
        session, list(await session.exec(select(Contact).where(Contact.slug == slug)))
    )
    return records[0] if records else None


async def _with_addresses(session: AsyncSession, contacts: Sequence[Contact]) -> list[ContactRecord]:
    found = await session.exec(
        select(ContactAddress)
        .where(col(ContactAddress.contact_id).in_([contact.id for contact in contacts]))
        .order_by(col(ContactAddress.position))
    )
    addresses: dict[UUID, list[ContactAddress]] = defaultdict(list)
    for address in found:
        addresses[address.contact_id].append(address)
    return [ContactRecord(contact, addresses[contact.id]) for contact in contacts]


async def suppressions_of(
    session: AsyncSession, addresses: Iterable[ContactAddress]
) -> dict[bytes, Suppression]:
    """Tell which addresses must not be written to."""
    fingerprints = [address.fingerprint for address in addresses]
    found = await session.exec(select(Suppression).where(col(Suppression.fingerprint).in_(fingerprints)))
    return {one.fingerprint: one for one in found}


async def remove(session: AsyncSession, record: ContactRecord, why: RemovalReason, person_id: UUID) -> None:
    """Delete a contact; where she asked for it, her addresses stay suppressed, as keyed hashes."""
    contact_id = record.contact.id
    if why is RemovalReason.ASKED:
        await session.execute(
            _SUPPRESS, {"contact_id": contact_id, "reason": SuppressionReason.REMOVED.value}
        )
    await session.exec(delete(ContactAddress).where(col(ContactAddress.contact_id) == contact_id))
    await session.exec(delete(Contact).where(col(Contact.id) == contact_id))
    await note(session, ContactEventKind.REMOVED, person_id, {"why": why})


async def keep_lists(session: AsyncSession, lists: Iterable[ContactList], person_id: UUID) -> None:
    """Make lists, or describe them anew; one that is described the same is left alone."""
    for one in lists:
        known = await session.get(ContactList, one.slug)
        if known and (known.names, known.description) == (one.names, one.description):
            continue
        await session.merge(one)
        await note(session, ContactEventKind.LIST_KEPT, person_id, {"list": one.slug})


async def remove_list(session: AsyncSession, slug: str, person_id: UUID) -> int | None:
    """Take a list away, and return how many stood on it; None where there is no such list."""
    known = None if "\0" in slug else await session.get(ContactList, slug)
    if known is None:
        return None
    counted = await session.exec(select(func.count()).where(col(Contact.lists).contains([slug])))
    left = counted.one()
    await session.execute(_LEAVE_LIST, {"slug": slug})
    await session.delete(known)
    await note(session, ContactEventKind.LIST_REMOVED, person_id, {"list": slug, "contacts": left})
    return left


async def selecting(session: AsyncSession, slug: str) -> list[str]:
    """List the references of actions under way whose releases go to a list."""
    return list((await session.execute(_SELECTED_BY, {"slug": slug})).scalars())


async def all_lists(session: AsyncSession) -> list[tuple[ContactList, int]]:
    """List every list by slug, with how many contacts stand on it."""
    counts = dict(list(await session.execute(_LISTED)))
    lists = await session.exec(select(ContactList).order_by(col(ContactList.slug)))
    return [(one, counts.get(one.slug, 0)) for one in lists]


async def list_slugs(session: AsyncSession) -> set[str]:
    """Return the slugs of all lists."""
    return set(await session.exec(select(ContactList.slug)))


async def unknown_choices(session: AsyncSession, lists: Collection[str], tags: Collection[str]) -> Unknown:
    """Tell which slugs name no list, and which tags no contact has."""
    without = await session.execute(_UNKNOWN_LISTS, {"chosen": list(lists)})
    nobody = await session.execute(_UNKNOWN_TAGS, {"chosen": list(tags)})
    return Unknown(set(without.scalars()), set(nobody.scalars()))


async def note(
    session: AsyncSession,
    kind: ContactEventKind,
    person_id: UUID,
    detail: Mapping[str, object] = _NOTHING,
) -> None:
    """Write down what somebody did to the contacts; `detail` holds counts, enums and slugs of lists."""
    session.add(ContactEvent(kind=kind, person_id=person_id, at=now(), detail=dict(detail)))
    await session.flush()


async def newest_events(session: AsyncSession, limit: int) -> list[tuple[ContactEvent, str]]:
    """List what was done last to the contacts, newest first, with the names of those who did it."""
    found = await session.exec(
        select(ContactEvent, Person.name)
        .join(Person, col(Person.id) == ContactEvent.person_id)
        .order_by(col(ContactEvent.at).desc(), col(ContactEvent.id))
        .limit(limit)
    )
    return list(found)
