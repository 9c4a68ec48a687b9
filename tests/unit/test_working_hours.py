from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.public_holidays import country_of_zone
from models.working_hours import working_hours, zone_of_country

OFFICE = working_hours("mon-fri 09:00-18:00")
MEXICO = "America/Mexico_City"


def moment(text: str, zone: str = MEXICO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-11-24 09:00", "2026-11-24 09:00"),
        ("2026-11-24 17:59", "2026-11-24 17:59"),
        ("2026-11-24 18:00", "2026-11-25 09:00"),
        ("2026-11-24 03:00", "2026-11-24 09:00"),
        ("2026-11-27 20:00", "2026-11-30 09:00"),
        ("2026-11-28 12:00", "2026-11-30 09:00"),
        ("2026-11-29 23:59", "2026-11-30 09:00"),
    ],
)
def test_what_falls_out_of_the_hours_waits_until_they_begin(before: str, after: str) -> None:
    assert OFFICE.next_moment(moment(before), MEXICO) == moment(after)


def test_the_hours_are_those_of_the_zone() -> None:
    evening_in_mexico = moment("2026-11-24 17:00")
    assert OFFICE.next_moment(evening_in_mexico, "Europe/Berlin") == moment(
        "2026-11-25 09:00", "Europe/Berlin"
    )


def test_nine_o_clock_is_nine_o_clock_after_the_clocks_changed() -> None:
    saturday = moment("2026-10-24 12:00", "Europe/Berlin")
    monday = OFFICE.next_moment(saturday, "Europe/Berlin")
    assert monday.astimezone(ZoneInfo("Europe/Berlin")).time() == OFFICE.begin


def test_a_week_may_begin_on_sunday() -> None:
    hours = working_hours("sun-thu 08:30-16:00")
    friday = moment("2026-11-27 12:00")
    assert hours.next_moment(friday, MEXICO) == moment("2026-11-29 08:30")


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(sorted(available_timezones())),
)
def test_the_next_moment_is_never_earlier_nor_more_than_a_long_weekend_away(at: datetime, zone: str) -> None:
    due = OFFICE.next_moment(at, zone)
    assert timedelta(0) <= due - at < timedelta(days=4)
    assert OFFICE.next_moment(due, zone) == due


@pytest.mark.parametrize(
    "line",
    ["", "mon-fri", "mon-fri 9-18", "mon-fri 18:00-09:00", "mon-fri 09:00-09:00", "lun-vie 09:00-18:00"],
)
def test_other_hours_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match="working hours"):
        working_hours(line)


@pytest.mark.parametrize(
    ("country", "zone"),
    [("GT", "America/Guatemala"), ("FR", "Europe/Paris"), ("MX", None), ("ES", None), ("XX", None)],
)
def test_a_country_has_a_zone_where_it_has_exactly_one(country: str, zone: str | None) -> None:
    assert zone_of_country(country) == zone


@pytest.mark.parametrize(
    ("moment", "country", "expected"),
    [
        (datetime(2026, 9, 16, 17, tzinfo=UTC), "MX", datetime(2026, 9, 17, 15, tzinfo=UTC)),
        (datetime(2026, 9, 16, 17, tzinfo=UTC), "AR", datetime(2026, 9, 16, 17, tzinfo=UTC)),
        (datetime(2026, 9, 16, 17, tzinfo=UTC), None, datetime(2026, 9, 16, 17, tzinfo=UTC)),
        (datetime(2026, 9, 16, 17, tzinfo=UTC), "XX", datetime(2026, 9, 16, 17, tzinfo=UTC)),
        (datetime(2026, 12, 25, 17, tzinfo=UTC), "MX", datetime(2026, 12, 28, 15, tzinfo=UTC)),
    ],
)
def test_nobody_works_on_a_public_holiday_of_her_country(
    moment: datetime, country: str | None, expected: datetime
) -> None:
    hours = working_hours("mon-fri 09:00-18:00")
    assert hours.next_moment(moment, "America/Mexico_City", country) == expected


@pytest.mark.parametrize(
    ("zone", "country"), [("America/Mexico_City", "MX"), ("Europe/Madrid", "ES"), ("UTC", None)]
)
def test_a_time_zone_tells_its_country(zone: str, country: str | None) -> None:
    assert country_of_zone(zone) == country
