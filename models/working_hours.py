"""When people are at work, so that what can wait reaches nobody at night."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from babel.core import get_global

from models.public_holidays import is_public_holiday

DEFAULT_HOURS: Final = "mon-fri 09:00-18:00"

MOST_REMINDERS: Final = 5
"""How often a partner is reminded of one document at most, unless the operator says otherwise."""

WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = "|".join(WEEK)
_CLOCK: Final = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_LINE: Final = re.compile(rf"({_DAY})-({_DAY}) {_CLOCK}-{_CLOCK}")


class WorkingHours(NamedTuple):
    """The days of work, 0 being Monday, and from when until when work is done on each."""

    days: frozenset[int]
    begin: time
    end: time

    def next_moment(self, moment: datetime, zone: str, country: str | None = None) -> datetime:
        """Return the moment where it lies within these hours of a time zone, else when they begin next.

        Nobody works on a public holiday of the country, where one is given.
        """
        local = moment.astimezone(ZoneInfo(zone))
        if self._is_worked_on(local.date(), country) and self.begin <= local.time() < self.end:
            return moment
        day = local.date() if local.time() < self.begin else local.date() + timedelta(days=1)
        while not self._is_worked_on(day, country):
            day += timedelta(days=1)
        return datetime.combine(day, self.begin, ZoneInfo(zone)).astimezone(UTC)

    def last_moment(self, moment: datetime, zone: str, country: str | None = None) -> datetime:
        """Return the moment where it lies within these hours, else when they began last before it."""
        local = moment.astimezone(ZoneInfo(zone))
        if self._is_worked_on(local.date(), country) and self.begin <= local.time() < self.end:
            return moment
        day = local.date() if local.time() >= self.begin else local.date() - timedelta(days=1)
        while not self._is_worked_on(day, country):
            day -= timedelta(days=1)
        return datetime.combine(day, self.begin, ZoneInfo(zone)).astimezone(UTC)

    def _is_worked_on(self, day: date, country: str | None) -> bool:
        return day.weekday() in self.days and not is_public_holiday(day, country)


def working_hours(line: str) -> WorkingHours:
    """Read hours like `mon-fri 09:00-18:00`.

    Raises:
        ValueError: they are written otherwise, or end before they begin.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError("these are no working hours")
    first, last = WEEK.index(found[1]), WEEK.index(found[2])
    begin, end = time(int(found[3]), int(found[4])), time(int(found[5]), int(found[6]))
    if begin >= end:
        raise ValueError("these working hours end before they begin")
    days = range(first, last + 1 if first <= last else last + 8)
    return WorkingHours(frozenset(day % 7 for day in days), begin, end)


def zone_of_country(country: str) -> str | None:
    """Return the time zone of a country (ISO 3166 code) that has exactly one."""
    zones = get_global("territory_zones").get(country, ())
    return zones[0] if len(zones) == 1 else None
