"""Taking in contacts, however many: they are staged in a table of the transaction, compared, carried over.

Each step is one statement over all of them; what is staged goes with the transaction.
"""

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.contact_vocabulary import SuppressionReason
from storage.directory import have_directory_alone

ContactRow = dict[str, object]
"""A contact by the columns below; of each address channel, canonical form and hex of its fingerprint."""

_COLUMNS: Final = (
    ("slug", "text"),
    ("name", "text"),
    ("kind", "text"),
    ("languages", "text[]"),
    ("country", "text"),
    ("time_zone", "text"),
    ("tags", "text[]"),
    ("lists", "text[]"),
    ("basis", "text"),
    ("basis_on", "date"),
    ("basis_by", "text"),
    ("channels", "text[]"),
    ("addresses", "text[]"),
    ("fingerprints", "text[]"),
)
_TYPED: Final = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS)
_OF_THE_CONTACT: Final = tuple(name for name, _ in _COLUMNS[:11])
_FIELDS: Final = (
    *((name, name) for name in _OF_THE_CONTACT[1:8]),
    *((name, "basis") for name in _OF_THE_CONTACT[8:]),
)

_BEGIN = text(f"CREATE TEMPORARY TABLE staged_contact ({_TYPED}) ON COMMIT DROP")

_STAGE = text(f"""
    INSERT INTO staged_contact SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row ({_TYPED})
""")

_CHANGED: Final = ", ".join(
    f"CASE WHEN staged.{column} IS DISTINCT FROM contact.{column} THEN '{field}' END"
    for column, field in _FIELDS
)

# What she asked not to be written to is not written down anew.
_COMPARE = text(f"""
    CREATE TEMPORARY TABLE contact_change ON COMMIT DROP AS
    SELECT staged.*, contact.id AS contact_id,
           CASE WHEN contact.id IS NULL THEN '{{}}'::text[]
                ELSE array_remove(ARRAY[{_CHANGED},
                    CASE WHEN known.channels IS DISTINCT FROM staged.channels
                           OR known.addresses IS DISTINCT FROM staged.addresses THEN 'channels' END], NULL)
           END AS fields,
           contact.id IS NULL AND NOT EXISTS (
               SELECT 1 FROM unnest(staged.fingerprints) AS hash
               LEFT JOIN suppression ON suppression.fingerprint = decode(hash, 'hex')
                                    AND suppression.reason = '{SuppressionReason.REMOVED}'
               WHERE suppression.fingerprint IS NULL) AS is_barred
    FROM staged_contact AS staged
    LEFT JOIN contact ON contact.slug = staged.slug
    LEFT JOIN (SELECT contact_id, array_agg(channel::text ORDER BY position) AS channels,
                      array_agg(address::text ORDER BY position) AS addresses
               FROM contact_address GROUP BY contact_id) AS known ON known.contact_id = contact.id
""")

_COUNT = text("""
    SELECT count(*) FILTER (WHERE contact_id IS NULL AND NOT is_barred) AS created,
           count(*) FILTER (WHERE fields <> '{}') AS updated,
           count(*) FILTER (WHERE contact_id IS NOT NULL AND fields = '{}') AS unchanged,
           count(*) FILTER (WHERE is_barred) AS barred
    FROM contact_change
""")

_SHOW_CHANGES = text("""
    SELECT slug, ARRAY(SELECT DISTINCT field FROM unnest(fields) AS field ORDER BY field)
    FROM contact_change WHERE fields <> '{}' ORDER BY slug LIMIT :limit
""")

_SHOW_BARRED = text("SELECT slug FROM contact_change WHERE is_barred ORDER BY slug LIMIT :limit")

_CARRY_OVER = text(f"""
    INSERT INTO contact (id, {", ".join(_OF_THE_CONTACT)}, updated_at)
    SELECT gen_random_uuid(), {", ".join(_OF_THE_CONTACT)}, now()
    FROM contact_change WHERE (contact_id IS NULL AND NOT is_barred) OR fields <> '{{}}'
    ON CONFLICT (slug) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in _OF_THE_CONTACT[1:])}, updated_at = now()
""")

_TAKE_ADDRESSES_AWAY = text("""
    DELETE FROM contact_address USING contact_change AS change
    WHERE contact_address.contact_id = change.contact_id AND 'channels' = ANY(change.fields)
""")

_ADD_ADDRESSES = text("""
    INSERT INTO contact_address (id, contact_id, position, channel, address, fingerprint)
    SELECT gen_random_uuid(), contact.id, way.place - 1, way.channel, way.address, decode(way.hash, 'hex')
    FROM contact_change AS change JOIN contact ON contact.slug = change.slug
    CROSS JOIN LATERAL unnest(change.channels, change.addresses, change.fingerprints)
        WITH ORDINALITY AS way (channel, address, hash, place)
    WHERE change.contact_id IS NULL OR 'channels' = ANY(change.fields)
""")


class Comparison(NamedTuple):
    """How many contacts an import would create, update and leave; who is barred had herself removed."""

    created: int
    updated: int
    unchanged: int
    barred: int


class ShownChanges(NamedTuple):
    """Some of the contacts that an import would update, each with its fields, and some that are barred."""

    updated: list[tuple[str, list[str]]]
    barred: list[str]


async def begin(session: AsyncSession) -> None:
    """Make room for the contacts of one import."""
    await session.execute(_BEGIN)


async def stage(session: AsyncSession, rows: Sequence[ContactRow]) -> None:
    """Put contacts beside the directory, in any number of calls."""
    if rows:
        await session.execute(_STAGE, {"rows": json.dumps(rows)})


async def compare(session: AsyncSession) -> Comparison:
    """Compare what was staged with the directory; each id must have been staged once."""
    await session.execute(text("ANALYZE staged_contact"))
    await session.execute(_COMPARE)
    return Comparison(*(await session.execute(_COUNT)).one())


async def some_changes(session: AsyncSession, limit: int) -> ShownChanges:
    """List, once they were compared, so many of those that would change or are barred, by their ids."""
    updated = await session.execute(_SHOW_CHANGES, {"limit": limit})
    barred = await session.execute(_SHOW_BARRED, {"limit": limit})
    return ShownChanges([(slug, list(fields)) for slug, fields in updated], list(barred.scalars()))


async def carry_over(session: AsyncSession) -> None:
    """Change the directory as it was compared; contacts keep their rows, what is the same is left alone."""
    await session.execute(text("ANALYZE contact_change"))
    await session.execute(_CARRY_OVER)
    await session.execute(_TAKE_ADDRESSES_AWAY)
    await session.execute(_ADD_ADDRESSES)


async def upsert_contacts(session: AsyncSession, rows: Sequence[ContactRow]) -> Comparison:
    """Create or update contacts by their ids, with their addresses."""
    await have_directory_alone(session)
    await begin(session)
    await stage(session, rows)
    counts = await compare(session)
    await carry_over(session)
    await session.execute(text("DROP TABLE staged_contact, contact_change"))
    return counts
