from datetime import UTC, date, datetime

import pytest

from models.sms_budget import SmsBudget, prefix_budgets

MEXICO = SmsBudget(10, (), "America/Mexico_City")


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("", ()),
        ("*: 20", (("*", 20),)),
        ("+52: 500, +1: 50, *: 20", (("+52", 500), ("+1", 50), ("*", 20))),
        ("+52:500,+1809 :0,*:0", (("+52", 500), ("+1809", 0), ("*", 0))),
    ],
)
def test_budgets_by_prefix_are_read_as_they_are_written(line: str, read: tuple[tuple[str, int], ...]) -> None:
    assert prefix_budgets(line) == read


@pytest.mark.parametrize(
    "line",
    [
        "+52: 500",
        "+52: 500, +52: 2, *: 1",
        "52: 500, *: 1",
        "+52: -1, *: 1",
        "+52: 1.5, *: 1",
        "+52: ten, *: 1",
        "+0: 1, *: 1",
        "+52: 1; *: 1",
        "+52: 1,, *: 1",
        "+52: 99999999, *: 1",
        "+٥٢: 1, *: 1",
        "*",
    ],
)
def test_what_is_no_budget_or_leaves_a_number_out_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="these are no budgets by prefix"):
        prefix_budgets(line)


@pytest.mark.parametrize(
    ("moment", "day", "next_day"),
    [
        (
            datetime(2026, 11, 21, 5, 59, tzinfo=UTC),
            date(2026, 11, 20),
            datetime(2026, 11, 21, 6, tzinfo=UTC),
        ),
        (datetime(2026, 11, 21, 6, 0, tzinfo=UTC), date(2026, 11, 21), datetime(2026, 11, 22, 6, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_where_the_network_is(
    moment: datetime, day: date, next_day: datetime
) -> None:
    assert MEXICO.day_of(moment) == day
    assert MEXICO.day_after(moment) == next_day


def test_a_day_of_23_hours_is_one_too() -> None:
    berlin = SmsBudget(10, (), "Europe/Berlin")
    moment = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    assert berlin.day_of(moment) == date(2026, 3, 29)
    assert berlin.day_after(moment) == datetime(2026, 3, 29, 22, tzinfo=UTC)
