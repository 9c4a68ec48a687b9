"""The public holidays of countries, so that what can wait reaches nobody on one."""

from datetime import date
from functools import cache

import holidays
from babel.core import get_global


def is_public_holiday(day: date, country: str | None) -> bool:
    """Tell whether a day is a public holiday of a country (ISO 3166 code); nothing is known of some."""
    return country is not None and day in _holidays_of(country)


def country_of_zone(zone: str) -> str | None:
    """Return the country that a time zone is of, where it is of one."""
    country: str | None = get_global("zone_territories").get(zone)
    return country if country and country.isalpha() else None


@cache
def _holidays_of(country: str) -> holidays.HolidayBase | frozenset[date]:
    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return frozenset()
