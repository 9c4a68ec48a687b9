"""When an action expires."""

from datetime import timedelta
from typing import Final

from pydantic import TypeAdapter
from sqlmodel.ext.asyncio.session import AsyncSession

from models.falling_due import after, in_order
from models.follow_up_messages import Due, DueKind
from models.messages import DispatchRequest
from storage.followed import DueRule, Followed

_DURATION: Final = TypeAdapter(timedelta)


async def _upcoming(_session: AsyncSession, followed: Followed) -> list[Due]:
    """Return the end of the action: until it is closed it is due, however often a run was lost at it."""
    whole = _DURATION.validate_python(followed.action.policy["follow_up"]["expires_after"])
    end = after(followed.released_at, whole, followed.time_zone)
    return in_order(DueKind.EXPIRY, followed.document.document_id, [end], settled=0)


def _rounds(_followed: Followed, _due: Due, _round: int) -> tuple[DispatchRequest, ...]:
    return ()


EXPIRY: Final = DueRule(_upcoming, _rounds)
