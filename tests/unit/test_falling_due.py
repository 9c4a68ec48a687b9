"""When what is due: through summer time, in order, and once for all that was missed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.falling_due import after, in_order, next_of
from models.follow_up_messages import Due, DueKind

CASE, OTHER = UUID(int=1), UUID(int=2)
MADRID = "Europe/Madrid"
DAY = timedelta(days=1)
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def madrid(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(MADRID))  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("moment", "offset", "expected"),
    [
        (madrid(2026, 3, 28, 10), DAY, madrid(2026, 3, 29, 10)),
        (madrid(2026, 10, 24, 10), DAY, madrid(2026, 10, 25, 10)),
        (madrid(2026, 3, 20, 10), 221 * DAY, madrid(2026, 10, 27, 10)),
        (madrid(2026, 3, 30, 10), -2 * DAY, madrid(2026, 3, 28, 10)),
        (madrid(2026, 3, 28, 12), timedelta(hours=23), madrid(2026, 3, 29, 12)),
        (madrid(2026, 10, 24, 12), timedelta(hours=25), madrid(2026, 10, 25, 13)),
        (madrid(2026, 3, 29, 12), timedelta(hours=-10), madrid(2026, 3, 29, 1)),
    ],
)
def test_days_are_those_of_the_calendar_and_hours_those_that_pass(
    moment: datetime, offset: timedelta, expected: datetime
) -> None:
    assert after(moment, offset, MADRID) == expected


def test_an_hour_that_the_clock_leaves_out_is_the_one_after_it() -> None:
    assert after(madrid(2026, 3, 28, 2, 30), DAY, MADRID) == madrid(2026, 3, 29, 3, 30)


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    once = after(madrid(2026, 10, 24, 2, 30), DAY, MADRID)
    assert once == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert after(once + timedelta(hours=1), timedelta(0), MADRID) == once


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - takes these
    st.integers(0, 4000),
)
def test_without_summer_time_a_day_has_24_hours(moment: datetime, days: int) -> None:
    assert after(moment, days * DAY, "America/Bogota") == moment + days * DAY


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - takes these
    st.integers(0, 4000),
)
def test_a_day_is_an_hour_off_at_most_where_summer_time_is_kept(moment: datetime, days: int) -> None:
    assert abs(after(moment, days * DAY, MADRID) - (moment + days * DAY)) <= timedelta(hours=1)


def check_ins(*days: int, settled: int = 0) -> list[Due]:
    return in_order(DueKind.CHECK_IN, CASE, [START + day * DAY for day in days], settled=settled)


def end(day: int) -> Due:
    return Due(kind=DueKind.EXPIRY, subject=CASE, number=1, at=START + day * DAY)


def test_the_next_is_the_earliest() -> None:
    found = next_of([*check_ins(1, 3), end(42)], START)
    assert found == check_ins(1)[0]


def test_what_is_settled_is_due_no_more() -> None:
    found = next_of([*check_ins(1, 3, 7, settled=2), end(42)], START)
    assert found
    assert (found.number, found.at) == (3, START + 7 * DAY)


def test_what_was_missed_of_one_subject_becomes_the_last_of_it() -> None:
    found = next_of(check_ins(1, 3, 7, 14), START + 9 * DAY)
    assert found
    assert found.number == 3


def test_what_was_missed_of_two_subjects_stays_two() -> None:
    other = Due(kind=DueKind.CHECK_IN, subject=OTHER, number=1, at=START + 2 * DAY)
    missed = START + 9 * DAY
    first = next_of([*check_ins(1, 3), other], missed)
    assert first == other
    assert next_of(check_ins(1, 3), missed) == check_ins(1, 3)[1]


def test_the_end_comes_before_all_that_was_missed_with_it() -> None:
    assert next_of([*check_ins(1, 3), end(5)], START + 9 * DAY) == end(5)


def test_the_end_waits_for_its_day() -> None:
    assert next_of([*check_ins(1, 3), end(5)], START + 4 * DAY) == check_ins(1, 3)[1]


def test_nothing_is_next_where_nothing_is_upcoming() -> None:
    assert next_of(check_ins(1, 3, settled=2), START) is None


@given(st.lists(st.integers(0, 60), min_size=1, max_size=20, unique=True), st.integers(0, 70))
def test_however_late_one_asks_no_more_than_one_of_a_subject_is_missed(days: list[int], late: int) -> None:
    """Ask and settle until nothing is missed: that takes one step."""
    days, now = sorted(days), START + late * DAY
    settled = steps = 0
    while True:
        found = next_of(check_ins(*days, settled=settled), now)
        if found is None or found.at > now:
            break
        settled, steps = found.number, steps + 1
    assert steps == (1 if days[0] <= late else 0)
    assert settled == sum(day <= late for day in days)
