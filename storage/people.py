"""People and their API keys."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.people import ApiKey, Person


class KeyHolder(NamedTuple):
    """A key and the person whom it stands for."""

    person: Person
    key: ApiKey


async def known_person(session: AsyncSession, email: str, fingerprint: bytes) -> Person | None:
    """Find a person by any spelling of her mail address, so that nobody becomes two who attest; locks her."""
    known = or_(col(Person.email) == email, col(Person.fingerprint) == fingerprint)
    found = await session.exec(
        select(Person).where(known).order_by(col(Person.created_at)).limit(1).with_for_update()
    )
    return found.one_or_none()


async def person(session: AsyncSession, person_id: UUID) -> Person:
    """Return a person who must exist."""
    return (await session.exec(select(Person).where(Person.id == person_id))).one()


async def names_of(session: AsyncSession, person_ids: set[UUID]) -> dict[UUID, str]:
    """Map people's ids to their names."""
    found = await session.exec(select(Person).where(col(Person.id).in_(person_ids)))
    return {one.id: one.name for one in found}


async def live_key(session: AsyncSession, key_hash: bytes) -> KeyHolder | None:
    """Find the holder of a key that was not revoked."""
    found = await session.exec(
        select(ApiKey, Person)
        .join(Person, col(Person.id) == ApiKey.person_id)
        .where(ApiKey.key_hash == key_hash, col(ApiKey.revoked_at).is_(None))
    )
    row = found.one_or_none()
    return None if row is None else KeyHolder(person=row[1], key=row[0])


async def all_keys(session: AsyncSession) -> list[KeyHolder]:
    """List every key with its person, oldest first."""
    found = await session.exec(
        select(ApiKey, Person)
        .join(Person, col(Person.id) == ApiKey.person_id)
        .order_by(col(ApiKey.created_at))
    )
    return [KeyHolder(person=row[1], key=row[0]) for row in found]


async def revoke_key(session: AsyncSession, key_id: UUID) -> bool:
    """Revoke a key at once; False where there is no such live key."""
    found = await session.exec(select(ApiKey).where(ApiKey.id == key_id, col(ApiKey.revoked_at).is_(None)))
    key = found.one_or_none()
    if key is None:
        return False
    key.revoked_at = now()
    return True
