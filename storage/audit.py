"""The audit trail as it was hashed, read raw: what was tampered with must be shown, and break nothing."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.audit import ChainedEvent, ChainHead

_PAGE = text("""
    SELECT chain.length, encode(chain.head, 'hex') AS head, event.*
    FROM (SELECT 1) AS always
    LEFT JOIN audit_chain AS chain ON chain.action_id = :action_id
    LEFT JOIN LATERAL (
        SELECT CAST(action_id AS text) AS action_id, number, kind, CAST(person_id AS text) AS person_id,
               coalesce(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), 'never') AS at,
               detail, encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash
        FROM audit_event
        WHERE action_id = :action_id AND number > :after
        ORDER BY number LIMIT :limit) AS event ON true
    ORDER BY event.number
""")

_ENDS = text("""
    SELECT action.reference, CAST(chain.action_id AS text) AS action_id, chain.length,
           encode(chain.head, 'hex') AS hash
    FROM audit_chain AS chain JOIN urgent_action AS action ON action.id = chain.action_id
""")


class ChainPage(NamedTuple):
    """A part of a chain, and its end as it was at the same moment; without an end nothing was recorded."""

    head: ChainHead | None
    events: list[ChainedEvent]


class ChainEnd(NamedTuple):
    """How far the chain of an action is."""

    reference: str
    action_id: str
    length: int
    hash: str


async def chain_page(session: AsyncSession, action_id: UUID, after: int, limit: int) -> ChainPage:
    """Read events from behind number `after`, in order, as they stand in the database, right or wrong."""
    parameters = {"action_id": action_id, "after": after, "limit": limit}
    rows = (await session.execute(_PAGE, parameters)).all()
    events = [
        ChainedEvent(*(getattr(row, field) for field in ChainedEvent._fields))
        for row in rows
        if row.number is not None
    ]
    return ChainPage(None if rows[0].length is None else ChainHead(rows[0].length, rows[0].head), events)


async def chain_ends(session: AsyncSession) -> list[ChainEnd]:
    """Return the end of every chain."""
    return [ChainEnd(*row) for row in await session.execute(_ENDS)]
