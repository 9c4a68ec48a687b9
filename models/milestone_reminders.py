"""When somebody is reminded of a day of a case. Pure rules."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from models.falling_due import after
from models.milestone_vocabulary import MilestoneKind
from models.scalars import Duration

_DAY: Final = timedelta(days=1)
_DURATION: Final = TypeAdapter(Duration)
_ENTRY: Final = re.compile(r"([a-z_]+): ?([^/]*)(?:/(.*))?", re.DOTALL)
MOST_REMINDERS_EACH: Final = 10
"""Before a day, and after it."""


class Offsets(NamedTuple):
    """How long before a day somebody is reminded of it, and how long after."""

    before: tuple[timedelta, ...] = ()
    after: tuple[timedelta, ...] = ()


OffsetsByKind = Mapping[MilestoneKind, Offsets]

DEFAULTS: Final[OffsetsByKind] = MappingProxyType(
    {
        MilestoneKind.HEARING: Offsets((7 * _DAY, _DAY), (_DAY,)),
        MilestoneKind.ANNIVERSARY: Offsets((30 * _DAY, 7 * _DAY)),
        MilestoneKind.END_OF_MEASURES: Offsets((30 * _DAY, 7 * _DAY), (_DAY,)),
        MilestoneKind.PLEDGE: Offsets((), (_DAY, 14 * _DAY)),
        MilestoneKind.OTHER: Offsets((7 * _DAY, _DAY), (_DAY,)),
    }
)
"""Where neither the settings nor the milestone say otherwise."""


def offsets_by_kind(line: str) -> OffsetsByKind:
    """Read what replaces the defaults, like `hearing: P14D P1D / P1D, anniversary: P7D`.

    Raises:
        ValueError: it is written otherwise, names a kind twice, or holds too many reminders.
    """
    given: dict[MilestoneKind, Offsets] = {}
    for entry in line.split(",") if line.strip() else ():
        found = _ENTRY.fullmatch(entry.strip())
        if found is None:
            raise ValueError("these are no reminders of milestones")
        kind = MilestoneKind(found[1])
        if kind in given:
            raise ValueError("a kind of milestone is named twice")
        given[kind] = Offsets(_durations(found[2]), _durations(found[3] or ""))
    return MappingProxyType({**DEFAULTS, **given})


def _durations(text: str) -> tuple[timedelta, ...]:
    read = tuple(_DURATION.validate_python(one) for one in text.split())
    if len(read) > MOST_REMINDERS_EACH:
        raise ValueError("these are too many reminders")
    return read


class Dated(NamedTuple):
    """When something is, by the clocks of a zone; without a time, some time on that day."""

    day: date
    at: time | None
    zone: str

    def moment(self, day_begins: time) -> datetime:
        """Return the moment that reminders are counted from."""
        return datetime.combine(self.day, self.at or day_begins, ZoneInfo(self.zone)).astimezone(UTC)

    def is_over(self, now: datetime) -> bool:
        """Tell whether its moment has come, or its day is past."""
        local = now.astimezone(ZoneInfo(self.zone))
        return local.date() > self.day if self.at is None else now >= self.moment(self.at)


class Work(NamedTuple):
    """When whoever is reminded works: a moment is put off until then, or brought forward to it."""

    day_begins: time
    put_off: Callable[[datetime], datetime]
    bring_forward: Callable[[datetime], datetime]


class Reminder(NamedTuple):
    """One reminder: its place among those of a date, which stays, and when it is due."""

    number: int
    at: datetime
    is_before: bool


def reminders(dated: Dated, offsets: Offsets, since: datetime, work: Work) -> list[Reminder]:
    """List the reminders of a date that was written down at `since`, from then on.

    Whole days are those of the calendar where it is. One before the date is brought forward to working
    hours, so that no weekend swallows it; all others wait for the next ones.
    """
    moment = dated.moment(work.day_begins)
    before = [(-offset, True) for offset in sorted(set(offsets.before), reverse=True)]
    later = sorted({offset if dated.at else max(offset, _DAY) for offset in offsets.after})
    listed = []
    for number, (offset, is_before) in enumerate([*before, *((one, False) for one in later)], start=1):
        at = after(moment, offset, dated.zone)
        due = _before(at, since, moment, work) if is_before else work.put_off(at)
        if due is not None and at > since:
            listed.append(Reminder(number, due, is_before))
    return listed


def _before(at: datetime, since: datetime, moment: datetime, work: Work) -> datetime | None:
    """Return when a reminder before a moment comes; None where nobody works between the two."""
    earlier = work.bring_forward(at)
    if earlier > since:
        return earlier
    later = work.put_off(at)
    return later if later < moment else None
