"""Possible duplicates: actions whose dates overlap, and pairs that may be about the same person."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, PossibleDuplicate, UrgentAction

REACH_DAYS = 30
"""How far the date of an event reaches to both sides when cases are compared."""

_FIRST = (
    "to_date({of}.occurred_on || CASE length({of}.occurred_on) WHEN 7 THEN '-01' ELSE '' END, 'YYYY-MM-DD')"
)
_LENGTH = "CASE length({of}.occurred_on) WHEN 7 THEN interval '1 month' - interval '1 day' ELSE '0' END"
_REACH = (
    f"daterange({_FIRST} - {REACH_DAYS}, (({_FIRST} + {_LENGTH}) + interval '{REACH_DAYS} days')::date, '[]')"
)
"""The days around an event: its day, or its whole month, and what it reaches to both sides."""

_OVERLAPPING = text(f"""
    SELECT other.id FROM urgent_action AS action JOIN urgent_action AS other ON other.id <> action.id
    WHERE action.id = :action_id AND {_REACH.format(of="action")} && {_REACH.format(of="other")}
""")

_OF_AN_ACTION = text("""
    SELECT other.reference, found.similarity
    FROM possible_duplicate AS found
    JOIN urgent_action AS other
      ON other.id = CASE found.action_id WHEN :action_id THEN found.other_id ELSE found.action_id END
    WHERE :action_id IN (found.action_id, found.other_id)
    ORDER BY found.similarity DESC, other.reference
""")


class Similar(NamedTuple):
    """An action that may be about the same person, and how much the names are alike, in percent."""

    reference: str
    similarity: int


async def people_around(session: AsyncSession, action: UrgentAction) -> dict[UUID, list[PersonAtRisk]]:
    """Map the other actions whose dates overlap with those of an action to their people at risk."""
    await session.flush()
    overlapping = (await session.execute(_OVERLAPPING, {"action_id": action.id})).scalars()
    found = await session.exec(select(PersonAtRisk).where(col(PersonAtRisk.action_id).in_(list(overlapping))))
    people: defaultdict[UUID, list[PersonAtRisk]] = defaultdict(list)
    for person in found:
        people[person.action_id].append(person)
    return dict(people)


async def note_duplicates(session: AsyncSession, action: UrgentAction, similar: Mapping[UUID, int]) -> None:
    """Write down which other actions may be about the same person, with their similarity in percent."""
    session.add_all(
        PossibleDuplicate(action_id=action.id, other_id=other_id, similarity=similarity)
        for other_id, similarity in similar.items()
    )
    await session.flush()


async def duplicates_of(session: AsyncSession, action_id: UUID) -> list[Similar]:
    """List the actions that may be about the same person, the most similar first, whichever came later."""
    found = await session.execute(_OF_AN_ACTION, {"action_id": action_id})
    return [Similar(row.reference, row.similarity) for row in found]
