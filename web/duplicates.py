"""Comparing a new case with those before it: whoever is in danger may have been handed in already."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.case import CaseFile
from models.records import EventKind
from security.likeness import ALIKE, Names, likeness, names_of
from security.naming import Identity, open_identity
from storage import duplicates
from storage.records import announce, record
from web.services import Services

_READ = {"fields": ["names"], "why": "duplicates"}


async def look_for_duplicates(
    session: AsyncSession, services: Services, action: UrgentAction, case: CaseFile, person_id: UUID
) -> None:
    """Compare the people of a new case with those of all others around its date, and note who is alike.

    It keeps nothing from going on: people judge. Whose names were opened has an event of it.
    """
    people = await duplicates.people_around(session, action)
    known = {
        action_id: [names_of(open_identity(services.cipher, person).identity) for person in of_one]
        for action_id, of_one in people.items()
    }
    new = [names_of(Identity(entry.name, entry.aliases, {})) for entry in case.people_at_risk]
    similar = await asyncio.to_thread(_similar, new, known)
    await duplicates.note_duplicates(session, action, similar)
    for action_id in sorted(known):  # always in this order: two intakes at once must not wait in a circle
        await record(session, action_id, EventKind.PRIVATE_READ, person_id, _READ)
        if action_id in similar:
            await announce(session, action_id)


def _similar(new: Sequence[Names], known: Mapping[UUID, Sequence[Names]]) -> dict[UUID, int]:
    found = {action_id: likeness(new, people) for action_id, people in known.items()}
    return {action_id: percent for action_id, percent in found.items() if percent >= ALIKE}
