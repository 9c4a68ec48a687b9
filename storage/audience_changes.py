"""Changing which contacts the releases of an action go to."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.case_parts import ContactSelection
from models.records import EventKind
from storage.records import announce, record


async def change_selection(
    session: AsyncSession, action: UrgentAction, chosen: ContactSelection | None, person_id: UUID
) -> None:
    """Have releases from now on go to these contacts of their audiences, None for all of them."""
    tree: dict[str, Any] | None = chosen.model_dump(mode="json") if chosen else None
    action.policy = {**action.policy, "release": {**action.policy["release"], "contacts": tree}}
    counts = {field: len(values) for field, values in (tree or {}).items() if values}
    await record(session, action.id, EventKind.AUDIENCE_CHANGED, person_id, counts)
    await announce(session, action.id)
