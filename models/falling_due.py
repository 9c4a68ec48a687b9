"""When what is due: pure rules over dates, whoever keeps them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from models.follow_up_messages import Due, DueKind

_DAY = timedelta(days=1)


def after(moment: datetime, offset: timedelta, zone: str) -> datetime:
    """Add to a moment: whole days by the calendar of a time zone, what is left as time that passes.

    So a week later is the same hour of the clock, whether summer time began or ended meanwhile. An hour that
    the clock leaves out is taken as the one after it; of one that comes twice, the first is meant.
    """
    days = (offset.days if offset >= timedelta(0) else -(-offset).days) * _DAY
    local = (moment.astimezone(ZoneInfo(zone)) + days).replace(fold=0)
    return local.astimezone(UTC) + (offset - days)


def warning_at(begin: datetime, end: datetime, before: timedelta) -> datetime | None:
    """Return when somebody is warned of an end; None where what began would hardly have begun by then."""
    moment = end - before
    return moment if moment > begin else None


def in_order(
    kind: DueKind, subject: UUID, moments: Sequence[datetime], *, settled: int, first: int = 1
) -> list[Due]:
    """List what is due of one subject beyond what is settled, numbered in the order given."""
    numbered = enumerate(moments, start=first)
    return [
        Due(kind=kind, subject=subject, number=number, at=at) for number, at in numbered if number > settled
    ]


def next_of(dues: Iterable[Due], now: datetime) -> Due | None:
    """Return what is to be done next: of what was missed of one subject, only the last.

    The end of an action comes before all else that was missed with it.
    """
    subjects: dict[tuple[DueKind, UUID], Due] = {}
    for due in sorted(dues, key=lambda one: (one.at, one.number)):
        known = subjects.get((due.kind, due.subject))
        if known is None or due.at <= now:
            subjects[due.kind, due.subject] = due
    return min(subjects.values(), key=lambda due: _turn(due, now), default=None)


def _turn(due: Due, now: datetime) -> tuple[bool, datetime, str, UUID]:
    is_the_end = due.kind is DueKind.EXPIRY and due.at <= now
    return not is_the_end, due.at, due.kind, due.subject
