"""When a text message wakes nobody: quiet hours by the clock where its recipient is."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from phonenumbers.timezone import time_zones_for_number

from models.scalars import DailyWindow
from models.working_hours import zone_of_country

WIDEST: Final = timedelta(hours=5)
"""How far the clocks of the places where a number may be can lie apart for all of them to be heeded."""

_LONGEST: Final = timedelta(days=2)
_DAYS: Final = (timedelta(days=-1), timedelta(0), timedelta(days=1))


def next_moment(moment: datetime, quiet: DailyWindow, zones: Sequence[str]) -> datetime:
    """Return the moment where it is quiet in none of the time zones, else the next one at which that is so.

    Quiet hours last from the first time that a clock shows their start to the last time that it shows their
    end: where it is turned back within them they are longer. Where it is always quiet in one of several time
    zones, the first of them counts.
    """
    later = moment
    while later - moment <= _LONGEST:
        ends = [end for zone in zones for begin, end in _around(later, quiet, zone) if begin <= later < end]
        if not ends:
            return later
        later = max(ends)
    return next_moment(moment, quiet, zones[:1]) if len(zones) > 1 else later


def _around(moment: datetime, quiet: DailyWindow, zone: str) -> Iterator[tuple[datetime, datetime]]:
    today = moment.astimezone(ZoneInfo(zone)).date()
    for day in (today + offset for offset in _DAYS):
        last = day if quiet.start < quiet.end else day + timedelta(days=1)
        yield min(_moments(day, quiet.start, zone)), max(_moments(last, quiet.end, zone))


def _moments(day: date, clock: time, zone: str) -> list[datetime]:
    """Return when a clock shows a time: twice where it is turned back, before and behind if it skips it."""
    there = [datetime.combine(day, clock.replace(fold=fold), ZoneInfo(zone)) for fold in (0, 1)]
    return [moment.astimezone(UTC) for moment in there]


def zones_of_recipient(
    number: str, moment: datetime, *, own: str | None, country: str | None, network: str
) -> tuple[str, ...]:
    """Return the time zones in which a recipient may be: her own, where her number is, her country's, ours.

    A number of a country with several zones counts for all of them, as long as their clocks lie at most
    `WIDEST` apart at a moment; otherwise it tells nothing.
    """
    if own is not None:
        return (own,)
    of_number = _zones_of_number(number)
    if of_number and _apart(of_number, moment) <= WIDEST:
        return of_number
    return ((zone_of_country(country) if country else None) or network,)


def _zones_of_number(number: str) -> tuple[str, ...]:
    known = time_zones_for_number(phonenumbers.parse(number))
    return tuple(sorted(_known_here().intersection(known)))


@cache
def _known_here() -> frozenset[str]:
    return frozenset(available_timezones())


def _apart(zones: Iterable[str], moment: datetime) -> timedelta:
    clocks = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for zone in zones]
    return max(clocks) - min(clocks)
