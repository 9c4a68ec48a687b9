"""When the coordinator of an action is asked for news."""

from datetime import datetime, timedelta
from typing import Final

from pydantic import TypeAdapter
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.falling_due import after, in_order
from models.follow_up_messages import Due, DueKind
from models.messages import DispatchRequest, Purpose
from models.outbox import Dispatch
from storage.followed import DueRule, Followed

_ONE_DAY: Final = timedelta(days=1)
_DURATIONS: Final = TypeAdapter(tuple[timedelta, ...])


async def _upcoming(session: AsyncSession, followed: Followed) -> list[Due]:
    """List the check-ins that were not sent; those of runs before they were written down count as well."""
    counted = await session.exec(
        select(func.max(Dispatch.round)).where(
            Dispatch.document_id == followed.document.document_id, Dispatch.purpose == Purpose.CHECK_IN
        )
    )
    subject = followed.document.document_id
    settled = max(counted.one() or 0, followed.settled_of(DueKind.CHECK_IN, subject))
    offsets = _DURATIONS.validate_python(followed.action.policy["follow_up"]["check_ins"])
    moments = [_moment(followed, offset) for offset in offsets]
    return in_order(DueKind.CHECK_IN, subject, moments, settled=settled)


def _moment(followed: Followed, offset: timedelta) -> datetime:
    """Return when a check-in is due: one that is counted in days waits for working hours."""
    moment = after(followed.released_at, offset, followed.time_zone)
    return followed.at_work(moment) if offset >= _ONE_DAY else moment


def _rounds(followed: Followed, due: Due, _round: int) -> tuple[DispatchRequest, ...]:
    """Ask for news; the number of a check-in is that of its round."""
    return (DispatchRequest(document=followed.document, purpose=Purpose.CHECK_IN, round=due.number),)


CHECK_INS: Final = DueRule(_upcoming, _rounds)
