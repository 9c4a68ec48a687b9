"""What becomes of messages, in the audit trail: an event a group, not a message."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from models.records import EventKind
from storage.records import record

LARGEST_GROUP = 1000
"""How many messages one event tells of: the end of a large release must not become one of megabytes."""

Item = TypeVar("Item")


class Changed(NamedTuple):
    """A delivery, and the state that it came to."""

    id: UUID
    state: str


ChangedRow = Changed | Row[Any]


async def record_claimed(
    session: AsyncSession, action_id: UUID, claim_id: UUID, deliveries: Sequence[UUID]
) -> None:
    """Write down which deliveries a claim took; nothing where it took none."""
    for some in _groups(deliveries):
        detail = {"claim_id": str(claim_id), "deliveries": [str(one) for one in some]}
        await record(session, action_id, EventKind.CLAIMED, detail=detail)


async def record_states(session: AsyncSession, action_id: UUID, changed: Iterable[ChangedRow]) -> None:
    """Write down which deliveries changed to which state, given rows of both; nothing where none did."""
    for some in _groups(list(changed)):
        await record(session, action_id, EventKind.SETTLED, detail=states_of(some))


def states_of(changed: Iterable[ChangedRow]) -> dict[str, dict[str, list[str]]]:
    """Tell which deliveries came to which state, as an event's detail."""
    states: dict[str, list[str]] = {}
    for row in changed:
        states.setdefault(row.state, []).append(str(row.id))
    return {"states": states}


def _groups(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + LARGEST_GROUP] for start in range(0, len(items), LARGEST_GROUP))
