"""The single values of the input formats: texts, codes, days and durations."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from typing import Annotated, NamedTuple
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)

from models.problems import refusal

LATEST_DAY = "latest_day"
"""The validation context's key for the last day that is not in the future."""

LONGEST_DURATION = timedelta(days=20 * 365 + 5)
_EAST_OF_ALL = timedelta(hours=14)
_TEMPLATE_MARKS = ("{{", "{%")
_NOT_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
_NOT_LANGUAGES = frozenset({"mis", "mul", "und", "zxx"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_N = "[0-9]{1,9}"
_DURATION = re.compile(
    rf"P(?=[0-9T])({_N}W|({_N}Y)?({_N}M)?({_N}D)?(T(?=[0-9])({_N}H)?({_N}M)?({_N}(\.[0-9]{{1,3}})?S)?)?)"
)
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_TIME_OF_DAY = re.compile(_CLOCK)
_DAILY_WINDOW = re.compile(f"{_CLOCK}-{_CLOCK}")
_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


def latest_day_anywhere() -> date:
    """Return today's date where the day is furthest on (UTC+14): nobody's today is the future."""
    return (datetime.now(UTC) + _EAST_OF_ALL).date()


def latest_day(info: ValidationInfo) -> date:
    """Return the last day that is not in the future, by the context or else the clock."""
    given = info.context.get(LATEST_DAY) if isinstance(info.context, Mapping) else None
    return given if isinstance(given, date) else latest_day_anywhere()


def _unix_line_ends(value: object) -> object:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _clean(text: str) -> str:
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise refusal("must not hold control characters", "Retype it; an invisible character came along.")
    if any(mark in text for mark in _TEMPLATE_MARKS):
        raise refusal("must not hold template marks", "Write plain text or Markdown without {{ and {%.")
    return text


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise refusal("must be one line without control characters", "Remove line breaks and tabs.")
    return text


_Stripped = StringConstraints(strict=True, strip_whitespace=True, min_length=1)

Line = Annotated[str, _Stripped, Field(max_length=300), AfterValidator(_one_line), AfterValidator(_clean)]
"""One line of text: what may end in a header, a list or a form."""

Prose = Annotated[
    str, _Stripped, Field(max_length=4_000), AfterValidator(_clean), BeforeValidator(_unix_line_ends)
]
"""Some lines of text."""

LongProse = Annotated[
    str, _Stripped, Field(max_length=50_000), AfterValidator(_clean), BeforeValidator(_unix_line_ends)
]
"""The text of a document."""


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise refusal("must be a short name", "Write lower-case letters a-z, digits and hyphens.")
    return text


Slug = Annotated[str, StringConstraints(strict=True, max_length=64), AfterValidator(_slug)]


@cache
def _countries() -> frozenset[str]:
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if code.isalpha()) - _NOT_COUNTRIES


def _country(code: str) -> str:
    if code not in _countries():
        raise refusal(
            "must be an ISO 3166-1 country code", 'Write two capital letters such as MX; put "NO" in quotes.'
        )
    return code


Country = Annotated[str, StringConstraints(strict=True), AfterValidator(_country)]
"""ISO 3166-1 alpha-2, and XK."""


@cache
def _languages() -> frozenset[str]:
    return frozenset(str(code) for code in Locale("en").languages)


def is_language(code: str) -> bool:
    """Tell whether a code is ISO 639-1, or looks like ISO 639-3 and has no two-letter form.

    Babel knows few of the languages of the Americas, so three letters are taken on their form.
    """
    if re.fullmatch("[a-z]{2}", code):
        return code in _languages()
    shorter = get_global("language_aliases").get(code, code)
    return bool(re.fullmatch("[a-z]{3}", code)) and len(shorter) == len(code) and code not in _NOT_LANGUAGES


def _language(code: str) -> str:
    if not is_language(code):
        raise refusal(
            "must be an ISO 639 language code",
            "Write two letters such as es, or three where there are no two.",
        )
    return code


Language = Annotated[str, StringConstraints(strict=True), AfterValidator(_language)]

_time_zones = cache(available_timezones)


def _time_zone(name: str) -> str:
    if name not in _time_zones():
        raise refusal("must be an IANA time zone", "Write a name such as America/Mexico_City.")
    return name


TimeZone = Annotated[str, StringConstraints(strict=True, max_length=64), AfterValidator(_time_zone)]


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _as_day(value: object) -> date | None:
    day = _read_day(value) if isinstance(value, str) else value
    return day if isinstance(day, date) and not isinstance(day, datetime) else None


def _day(value: object) -> date:
    day = _as_day(value)
    if day is None:
        raise refusal("must be a date", "Write it as YYYY-MM-DD.")
    return day


def _not_in_the_future(day: date, info: ValidationInfo) -> date:
    if day > latest_day(info):
        raise refusal("must not be in the future", "Write the day on which it happened.")
    return day


Day = Annotated[date, BeforeValidator(_day)]
PastDay = Annotated[date, AfterValidator(_not_in_the_future), BeforeValidator(_day)]


def _day_or_month(value: object, info: ValidationInfo) -> str:
    is_month = isinstance(value, str) and _MONTH.fullmatch(value) is not None
    first_day = _as_day(f"{value}-01" if is_month else value)
    if first_day is None:
        raise refusal("must be a date or a month", 'Write YYYY-MM-DD, or "YYYY-MM" where the day is unknown.')
    _not_in_the_future(first_day, info)
    return str(value) if is_month else first_day.isoformat()


DayOrMonth = Annotated[str, PlainValidator(_day_or_month, json_schema_input_type=str)]
"""`YYYY-MM-DD`, or `YYYY-MM` where the day is unknown; not in the future."""

_iso_duration = TypeAdapter(timedelta)


def _duration(value: object) -> timedelta:
    length = _read_duration(value) if isinstance(value, str) else value
    if not isinstance(length, timedelta):
        raise refusal(
            "must be an ISO 8601 duration", "Write it like P15D (days), PT48H (hours) or P6W (weeks)."
        )
    if not timedelta() < length <= LONGEST_DURATION:
        raise refusal(
            "must be longer than nothing and at most 20 years", "Write a positive duration up to P20Y."
        )
    return length


def _read_duration(text: str) -> timedelta | None:
    if not _DURATION.fullmatch(text):
        return None
    try:
        return _iso_duration.validate_python(text)
    except ValidationError:
        return LONGEST_DURATION * 2


Duration = Annotated[timedelta, BeforeValidator(_duration)]
"""ISO 8601; a year is 365 days and a month 30."""


def _wait(value: object) -> timedelta:
    length = _read_duration(value) if isinstance(value, str) else value
    return timedelta() if length == timedelta() else _duration(value)


Wait = Annotated[timedelta, BeforeValidator(_wait)]
"""A duration, or none at all: `P0D`."""


def _time_of_day(value: object) -> time:
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if not isinstance(value, str) or not _TIME_OF_DAY.fullmatch(value):
        raise refusal("must be a time of the day", 'Write "HH:MM" in quotes, such as "10:30".')
    return time.fromisoformat(value)


TimeOfDay = Annotated[time, PlainValidator(_time_of_day, json_schema_input_type=str)]
"""`HH:MM` on a local clock."""


class DailyWindow(NamedTuple):
    """Hold a span of the day on a local clock; it crosses midnight where it ends before it starts."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def _daily_window(value: object) -> DailyWindow:
    if isinstance(value, DailyWindow):
        return value
    if not isinstance(value, str) or not _DAILY_WINDOW.fullmatch(value):
        raise refusal("must be a span of the day", 'Write "HH:MM-HH:MM", such as "21:00-08:00".')
    start, end = (time.fromisoformat(clock) for clock in value.split("-"))
    if start == end:
        raise refusal("must end at another time than it starts", "Leave it out where no hour is quiet.")
    return DailyWindow(start, end)


Window = Annotated[
    DailyWindow,
    PlainValidator(_daily_window, json_schema_input_type=str),
    PlainSerializer(str, return_type=str),
]

Localised = Annotated[
    Mapping[Language, Line],
    Field(min_length=1, max_length=20),
    AfterValidator(MappingProxyType),
    PlainSerializer(dict, return_type=dict[str, str]),
]
"""One line in each language of the action."""
