"""The audit trail of an action as it stands in the database, judged by the pure chain."""

from collections.abc import Sequence
from uuid import UUID

from models.audit import Break, ChainedEvent, breaks_of
from storage.audit import ChainPage, chain_page
from storage.database import Database

ALL = 1_000_000


async def trail(database: Database, action_id: UUID) -> ChainPage:
    """Read the whole of a trail."""
    async with database.transaction() as session:
        return await chain_page(session, action_id, after=0, limit=ALL)


async def sound_trail(database: Database, action_id: UUID) -> list[ChainedEvent]:
    """Read a trail that must be whole and right."""
    read = await trail(database, action_id)
    assert broken(read) == []
    return read.events


def broken(read: ChainPage) -> list[Break]:
    """List what is wrong with a trail."""
    return breaks_of(read.events, read.head)


def told_states(events: Sequence[ChainedEvent]) -> dict[str, str]:
    """Play the events of messages: which state each delivery has in the end."""
    states: dict[str, str] = {}
    for event in events:
        if event.kind == "claimed":
            states |= dict.fromkeys(event.detail["deliveries"], "sending")
        if event.kind == "settled":
            for state, deliveries in event.detail["states"].items():
                states |= dict.fromkeys(deliveries, state)
    return states
