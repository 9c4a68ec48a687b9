"""What templates may do to a value. Dates and countries are written in the language that is rendered."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from templates.catalogs import KEPT
from templates.markdown import to_html, to_text

FINGERPRINT_LENGTH = 16
# Plain "en" writes dates as in the United States; the network's English is the international one.
FORMATS = {"en": "en-001"}


def _locale(context: Context) -> Locale:
    return _locale_of(context["language"])


@lru_cache(KEPT)
def _locale_of(language: str) -> Locale:
    return Locale.parse(FORMATS.get(language, language), sep="-")


def _local(value: datetime, time_zone: str) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be shown: hand in an aware datetime")
    return value.astimezone(ZoneInfo(time_zone))


@pass_context
def long_date(context: Context, value: datetime, time_zone: str) -> str:
    """Write the day of an aware time as `20 de noviembre de 2026`."""
    return format_date(_local(value, time_zone), "long", locale=_locale(context))


@pass_context
def date_time(context: Context, value: datetime, time_zone: str) -> str:
    """Write an aware time as `viernes, 20 de noviembre de 2026, 14:30 (Ciudad de México)`."""
    return written_moment(context["language"], value, time_zone)


def written_moment(language: str, value: datetime, time_zone: str) -> str:
    """Write an aware time as `date_time` does, in a language."""
    to_the_minute = _local(value, time_zone).replace(second=0, microsecond=0)
    return _date_time(to_the_minute, time_zone, _locale_of(language))


@lru_cache(KEPT)
def _date_time(local: datetime, _time_zone: str, locale: Locale) -> str:
    # The zone is named besides: the same moment in two of them is one key otherwise.
    return f"{format_date(local, 'full', locale=locale)}, {_clock(local, locale)}"


@pass_context
def clock(context: Context, value: datetime, time_zone: str) -> str:
    """Write the time of the day of an aware time as `14:30 (Ciudad de México)`."""
    return _clock(_local(value, time_zone), _locale(context))


def _clock(local: datetime, locale: Locale) -> str:
    zone = get_timezone_location(local.tzinfo, locale=locale, return_city=True)
    return f"{format_time(local, 'short', tzinfo=local.tzinfo, locale=locale)} ({zone})"


@pass_context
def day(context: Context, value: date | str) -> str:
    """Write a day as `29 de octubre de 2026`, and a month (`YYYY-MM`) as `octubre de 2026`."""
    if isinstance(value, date):
        return format_date(value, "long", locale=_locale(context))
    if len(value) == len("YYYY-MM"):
        return format_skeleton("yMMMM", datetime.fromisoformat(f"{value}-01"), locale=_locale(context))
    return format_date(date.fromisoformat(value), "long", locale=_locale(context))


@pass_context
def language_name(context: Context, code: str) -> str:
    """Name a language; an unknown code names itself."""
    return str(_locale(context).languages.get(code, code))


@pass_context
def country(context: Context, code: str) -> str:
    """Name an ISO 3166-1 alpha-2 country; an unknown code names itself."""
    return _country(context["language"], code)


@lru_cache(KEPT)
def _country(language: str, code: str) -> str:
    return str(_locale_of(language).territories.get(code.upper(), code))


def markdown(text: str) -> Markup:
    """Render Markdown as safe HTML; an undefined value says so itself."""
    return to_html(str(text))


def plain(text: str) -> str:
    """Render Markdown as plain text; an undefined value says so itself."""
    return to_text(str(text))


def fingerprint(digest: str) -> str:
    """Shorten a hexadecimal digest to groups that two people can compare by voice: `3f2a 9c81 7be0 11d4`."""
    shortened = digest[:FINGERPRINT_LENGTH]
    return " ".join(shortened[start : start + 4] for start in range(0, len(shortened), 4))
