"""Having an action expire later."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from models.lifecycle import Decision, Refusal
from models.records import EventKind
from storage.decisions import refusal, tell
from storage.expiry import expiry_of
from storage.records import record

FURTHEST: Final = timedelta(days=20 * 366)
"""How far ahead an action may expire."""


async def extend(
    session: AsyncSession, action: UrgentAction, until: datetime, person_id: UUID, time_zone: str
) -> Refusal | None:
    """Have a locked action expire at a later moment, and its workflows plan anew; or say why not."""
    refused = await refusal(session, action, Decision.EXTEND)
    if refused or action.released_at is None:
        return refused or Refusal.NOT_FOLLOWED_UP
    if not expiry_of(action, action.released_at, time_zone) < until <= now() + FURTHEST or until <= now():
        return Refusal.EXPIRES_NO_LATER
    action.expires_at = until
    detail = {"expires_at": until.isoformat()}
    await record(session, action.id, EventKind.EXTENDED, person_id, detail)
    await tell(session, action.id)
    return None
