"""When an action expires, and when its coordinator is warned."""

from datetime import datetime, timedelta
from typing import Final

from pydantic import TypeAdapter
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.falling_due import after, warning_at
from models.follow_up import FallenDueRow
from models.follow_up_messages import Due, DueKind
from models.messages import DispatchRequest, Purpose
from storage.followed import DueRule, Followed

_DURATION: Final = TypeAdapter(timedelta)
_MINUTE: Final = 60

WARNED_BEFORE: Final = timedelta(days=7)
"""How long before its end the coordinator is warned, unless the case says otherwise."""

AFTER_A_WARNING: Final = timedelta(days=1)
"""Nothing expires sooner after its warning, however late that was."""


def expiry_of(action: UrgentAction, released_at: datetime, time_zone: str) -> datetime:
    """Return when an action expires, as it was extended or as its case says."""
    whole = _DURATION.validate_python(action.policy["follow_up"]["expires_after"])
    return action.expires_at or after(released_at, whole, time_zone)


async def _warnings(_session: AsyncSession, followed: Followed) -> list[Due]:
    due = _warning(followed)
    return [due] if due and due.number > followed.settled_of(due.kind, due.subject) else []


def _warning(followed: Followed) -> Due | None:
    """Return the warning of the end as it is now; its number is the minute of that end."""
    end = _end(followed)
    written = followed.action.policy["follow_up"].get("warn_before")
    before = _DURATION.validate_python(written) if written else WARNED_BEFORE
    moment = warning_at(followed.released_at, end, before)
    if moment is None:
        return None
    return Due(
        kind=DueKind.EXPIRY_WARNING,
        subject=followed.document.document_id,
        number=int(end.timestamp()) // _MINUTE,
        at=min(followed.at_work(moment), end),
    )


async def _ends(session: AsyncSession, followed: Followed) -> list[Due]:
    """Return the end of the action: until it is closed it is due, however often a run was lost at it.

    It is planned when its warning was given, and leaves time to act on that.
    """
    end, warning = _end(followed), _warning(followed)
    if warning:
        warned_at = await _fallen_at(session, warning, followed)
        if warned_at is None:
            return []
        end = max(end, warned_at + AFTER_A_WARNING)
    return [Due(kind=DueKind.EXPIRY, subject=followed.document.document_id, number=1, at=end)]


async def _fallen_at(session: AsyncSession, warning: Due, followed: Followed) -> datetime | None:
    if warning.number > followed.settled_of(warning.kind, warning.subject):
        return None
    found = await session.exec(
        select(FallenDueRow.fallen_at).where(
            FallenDueRow.document_id == followed.document.document_id,
            FallenDueRow.kind == warning.kind,
            FallenDueRow.number == warning.number,
        )
    )
    return found.one_or_none() or followed.released_at


def _end(followed: Followed) -> datetime:
    return expiry_of(followed.action, followed.released_at, followed.time_zone)


def _warn(followed: Followed, _due: Due, number: int) -> tuple[DispatchRequest, ...]:
    return (DispatchRequest(document=followed.document, purpose=Purpose.EXPIRY_WARNING, round=number),)


def _nothing(_followed: Followed, _due: Due, _round: int) -> tuple[DispatchRequest, ...]:
    return ()


EXPIRY_WARNINGS: Final = DueRule(_warnings, _warn)
EXPIRY: Final = DueRule(_ends, _nothing)
