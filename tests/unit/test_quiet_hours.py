"""Quiet hours by the clock where a recipient is, also on the days on which clocks are changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.quiet_hours import next_moment, zones_of_recipient
from models.scalars import DailyWindow

NIGHT = DailyWindow(time(21), time(8))
MEXICO, BERLIN, NEW_YORK = "America/Mexico_City", "Europe/Berlin", "America/New_York"
SIESTA = DailyWindow(time(14), time(16, 30))


def at(text: str, zone: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "then"),
    [
        (NIGHT, "2026-11-20 20:59:59", "2026-11-20 20:59:59"),
        (NIGHT, "2026-11-20 21:00", "2026-11-21 08:00"),
        (NIGHT, "2026-11-20 23:59:59", "2026-11-21 08:00"),
        (NIGHT, "2026-11-21 00:00", "2026-11-21 08:00"),
        (NIGHT, "2026-11-21 07:59:59", "2026-11-21 08:00"),
        (NIGHT, "2026-11-21 08:00", "2026-11-21 08:00"),
        (SIESTA, "2026-11-20 13:59:59", "2026-11-20 13:59:59"),
        (SIESTA, "2026-11-20 14:00", "2026-11-20 16:30"),
        (SIESTA, "2026-11-20 16:30", "2026-11-20 16:30"),
        (DailyWindow(time(8), time(7, 59)), "2026-11-20 08:00", "2026-11-21 07:59"),
        (DailyWindow(time(0), time(23, 59)), "2026-11-20 00:00", "2026-11-20 23:59"),
    ],
)
def test_a_message_waits_from_the_first_to_the_last_quiet_minute(
    quiet: DailyWindow, now: str, then: str
) -> None:
    assert next_moment(at(now, MEXICO), quiet, [MEXICO]) == at(then, MEXICO)


@pytest.mark.parametrize(
    ("quiet", "zone", "now", "then"),
    [
        # Berlin goes from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October.
        (NIGHT, BERLIN, "2026-03-28T22:00+01:00", "2026-03-29T08:00+02:00"),
        (NIGHT, BERLIN, "2026-10-24T22:00+02:00", "2026-10-25T08:00+01:00"),
        (DailyWindow(time(22), time(2, 30)), BERLIN, "2026-03-29T01:59+01:00", "2026-03-29T03:30+02:00"),
        (DailyWindow(time(2, 15), time(6)), BERLIN, "2026-03-29T01:59+01:00", "2026-03-29T06:00+02:00"),
        (DailyWindow(time(22), time(2, 30)), BERLIN, "2026-10-25T02:10+02:00", "2026-10-25T02:30+01:00"),
        (DailyWindow(time(22), time(2, 30)), BERLIN, "2026-10-25T02:45+02:00", "2026-10-25T02:30+01:00"),
        (DailyWindow(time(22), time(2, 30)), BERLIN, "2026-10-25T02:30+01:00", "2026-10-25T02:30+01:00"),
        (DailyWindow(time(2, 15), time(6)), BERLIN, "2026-10-25T02:14+02:00", "2026-10-25T02:14+02:00"),
        (DailyWindow(time(2, 15), time(6)), BERLIN, "2026-10-25T02:05+01:00", "2026-10-25T06:00+01:00"),
        # Paraguay once skipped the hour behind midnight; the country is whole hours east of Mexico.
        (
            DailyWindow(time(0, 30), time(7)),
            "America/Asuncion",
            "2023-10-01T02:40+00:00",
            "2023-10-01T02:40+00:00",
        ),
        (
            DailyWindow(time(0, 30), time(7)),
            "America/Asuncion",
            "2023-10-01T04:10+00:00",
            "2023-10-01T10:00+00:00",
        ),
    ],
)
def test_a_change_of_clocks_only_ever_makes_the_quiet_longer(
    quiet: DailyWindow, zone: str, now: str, then: str
) -> None:
    assert next_moment(datetime.fromisoformat(now), quiet, [zone]) == datetime.fromisoformat(then)


def test_where_it_may_be_night_in_one_of_several_zones_it_is_quiet() -> None:
    zones = ["Atlantic/Canary", "Europe/Madrid"]
    evening, morning = at("2026-11-20 21:00", "Europe/Madrid"), at("2026-11-21 08:00", "Atlantic/Canary")
    assert next_moment(evening, NIGHT, zones) == morning
    assert next_moment(morning - timedelta(seconds=1), NIGHT, zones) == morning
    assert next_moment(morning, NIGHT, zones) == morning
    assert next_moment(evening - timedelta(seconds=1), NIGHT, zones) == evening - timedelta(seconds=1)


def test_where_it_is_never_day_in_all_of_them_the_first_counts() -> None:
    nearly_all = DailyWindow(time(0), time(23, 59))
    now = at("2026-11-20 12:00", MEXICO)
    assert next_moment(now, nearly_all, [MEXICO, BERLIN]) == at("2026-11-20 23:59", MEXICO)


@settings(max_examples=150)
@given(
    st.integers(0, 15 * 365 * 24 * 60),
    st.sampled_from([time(0), time(1, 59), time(2, 30), time(12), time(21), time(23, 59)]),
    st.sampled_from([time(0, 1), time(2), time(2, 45), time(8), time(18)]),
    st.sampled_from([MEXICO, BERLIN, NEW_YORK, "America/Asuncion", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_what_is_sent_is_never_sent_where_the_clock_shows_quiet(
    minutes: int, start: time, end: time, zone: str
) -> None:
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    quiet = DailyWindow(start, end)
    sent = next_moment(moment, quiet, [zone])
    clock = sent.astimezone(ZoneInfo(zone)).time()
    assert not start <= clock < end if start < end else end <= clock < start
    assert moment <= sent <= moment + timedelta(hours=26)
    assert next_moment(sent, quiet, [zone]) == sent


@pytest.mark.parametrize(
    ("number", "own", "country", "zones"),
    [
        ("+529510000001", BERLIN, "MX", (BERLIN,)),
        ("+525512345678", None, None, (MEXICO,)),
        ("+526641234567", None, None, ("America/Tijuana",)),
        ("+12125551234", None, "MX", (NEW_YORK,)),
        ("+34600000000", None, None, ("Atlantic/Canary", "Europe/Madrid")),
        ("+79161234567", None, None, ("Africa/Nairobi",)),
        ("+18005551234", None, "GT", ("America/Guatemala",)),
        ("+18005551234", None, "US", ("Africa/Nairobi",)),
    ],
    ids=["her own", "a country", "a state", "a city", "two nearby", "too many", "her country's", "ours"],
)
def test_the_time_zone_is_hers_or_her_numbers_or_her_countrys_or_ours(
    number: str, own: str | None, country: str | None, zones: tuple[str, ...]
) -> None:
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    assert zones_of_recipient(number, moment, own=own, country=country, network="Africa/Nairobi") == zones
