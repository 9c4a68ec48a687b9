"""When something is that comes once a week. Pure rules."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from models.working_hours import WEEK

_WEEK: Final = timedelta(days=7)


def week_of(moment: datetime, zone: str) -> date:
    """Return the Monday of the ISO week of a moment, by the calendar of a time zone."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


class Weekly(NamedTuple):
    """On which day of the week, 0 being Monday, and at which hour of the clocks."""

    weekday: int
    at: time

    def moment(self, week: date, zone: str) -> datetime:
        """Return when it is in the week of a Monday, where the clocks are those of a time zone."""
        day = week + timedelta(days=self.weekday)
        return datetime.combine(day, self.at, ZoneInfo(zone)).astimezone(UTC)

    def next_after(self, moment: datetime, zone: str) -> datetime:
        """Return when it is next."""
        week = week_of(moment, zone)
        coming = self.moment(week, zone)
        return coming if coming > moment else self.moment(week + _WEEK, zone)


def weekly(day: str, at: time) -> Weekly:
    """Read a day like `mon`.

    Raises:
        ValueError: it is none.
    """
    return Weekly(WEEK.index(day), at)
