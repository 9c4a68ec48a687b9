"""When somebody is reminded of a day of a case."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.milestone_file import MilestoneMove, NewMilestone
from models.milestone_reminders import DEFAULTS, Dated, Offsets, Reminder, Work, offsets_by_kind, reminders
from models.milestone_vocabulary import MilestoneKind
from models.problems import InvalidInput
from models.strict_model import parse
from models.working_hours import working_hours

MADRID = "Europe/Madrid"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HOURS = working_hours("mon-fri 09:00-18:00")
AT_WORK = Work(
    HOURS.begin,
    lambda moment: HOURS.next_moment(moment, MADRID, "ES"),
    lambda moment: HOURS.last_moment(moment, MADRID, "ES"),
)
ALWAYS = Work(HOURS.begin, lambda moment: moment, lambda moment: moment)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def madrid(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(MADRID))  # type: ignore[arg-type,misc]


def moments(
    dated: Dated, offsets: Offsets, since: datetime = LONG_AGO, work: Work = AT_WORK
) -> list[datetime]:
    return [one.at for one in reminders(dated, offsets, since, work)]


def test_reminders_keep_the_hour_of_the_hearing_through_both_changes_of_the_clocks() -> None:
    spring = Dated(date(2026, 3, 31), time(10, 30), MADRID)
    autumn = Dated(date(2026, 10, 27), time(10, 30), MADRID)
    offsets = Offsets((4 * DAY, DAY), (DAY,))
    assert moments(spring, offsets) == [
        madrid(2026, 3, 27, 10, 30),
        madrid(2026, 3, 30, 10, 30),
        madrid(2026, 4, 1, 10, 30),
    ]
    assert moments(autumn, offsets) == [
        madrid(2026, 10, 23, 10, 30),
        madrid(2026, 10, 26, 10, 30),
        madrid(2026, 10, 28, 10, 30),
    ]


def test_a_reminder_before_is_brought_forward_from_a_weekend_and_one_after_put_off() -> None:
    monday = Dated(date(2026, 3, 16), time(9, 30), MADRID)
    assert moments(monday, Offsets((DAY,), ())) == [madrid(2026, 3, 13, 9)]
    friday = Dated(date(2026, 3, 13), time(9, 30), MADRID)
    assert moments(friday, Offsets((), (DAY,))) == [madrid(2026, 3, 16, 9)]


def test_a_public_holiday_is_no_day_of_work() -> None:
    after_the_holiday = Dated(date(2026, 10, 13), time(10), MADRID)
    assert moments(after_the_holiday, Offsets((DAY,), ())) == [madrid(2026, 10, 9, 9)]


def test_what_was_written_down_at_the_weekend_before_is_reminded_of_in_the_last_hours_before_it() -> None:
    monday = Dated(date(2026, 3, 16), time(17), MADRID)
    written = madrid(2026, 3, 14, 12)
    assert moments(monday, Offsets((DAY,), ()), written) == [madrid(2026, 3, 16, 9)]
    early = Dated(date(2026, 3, 16), time(9), MADRID)
    assert moments(early, Offsets((DAY,), ()), written) == []


def test_a_reminder_that_would_have_come_before_the_date_was_written_down_does_not_come() -> None:
    hearing = Dated(date(2026, 3, 19), time(10), MADRID)
    found = reminders(hearing, Offsets((7 * DAY, DAY), (DAY,)), madrid(2026, 3, 16, 10), AT_WORK)
    assert found == [
        Reminder(2, madrid(2026, 3, 18, 10), is_before=True),
        Reminder(3, madrid(2026, 3, 20, 10), is_before=False),
    ]


def test_a_day_without_a_time_is_counted_from_the_begin_of_work_and_over_when_it_is_past() -> None:
    day = Dated(date(2026, 3, 18), None, MADRID)
    assert moments(day, Offsets((DAY,), (HOUR, DAY))) == [madrid(2026, 3, 17, 9), madrid(2026, 3, 19, 9)]
    assert not day.is_over(madrid(2026, 3, 18, 23, 59))
    assert day.is_over(madrid(2026, 3, 19, 0, 0))


def test_a_time_is_over_at_its_minute_where_it_is() -> None:
    hearing = Dated(date(2026, 3, 18), time(10), "America/Bogota")
    assert not hearing.is_over(datetime(2026, 3, 18, 14, 59, tzinfo=UTC))
    assert hearing.is_over(datetime(2026, 3, 18, 15, 0, tzinfo=UTC))


def test_who_follows_an_immediate_case_is_reminded_at_any_hour() -> None:
    sunday = Dated(date(2026, 3, 16), time(3), MADRID)
    assert moments(sunday, Offsets((DAY, 2 * HOUR), ()), work=ALWAYS) == [
        madrid(2026, 3, 15, 3),
        madrid(2026, 3, 16, 1),
    ]


def test_settings_replace_the_reminders_of_the_kinds_that_they_name() -> None:
    read = offsets_by_kind("hearing: P14D PT2H / P1D P3D, anniversary: P30D, pledge: / P2D")
    assert read[MilestoneKind.HEARING] == Offsets((14 * DAY, 2 * HOUR), (DAY, 3 * DAY))
    assert read[MilestoneKind.ANNIVERSARY] == Offsets((30 * DAY,), ())
    assert read[MilestoneKind.PLEDGE] == Offsets((), (2 * DAY,))
    assert read[MilestoneKind.OTHER] == DEFAULTS[MilestoneKind.OTHER]
    assert offsets_by_kind("") == DEFAULTS
    assert set(DEFAULTS) == set(MilestoneKind)


@pytest.mark.parametrize(
    "line",
    ["hearing", "trial: P1D", "hearing: 1 day", "hearing: P1D, hearing: P2D", "hearing: " + "P1D " * 11, ","],
)
def test_wrong_settings_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        offsets_by_kind(line)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "pledge"}, "kind"),
        ({"kind": "trial"}, "kind"),
        ({"on": "2026-02-30"}, "on"),
        ({"on": "1999-12-31"}, "on"),
        ({"on": "9999-12-31"}, "on"),
        ({"at": "25:00"}, "at"),
        ({"at": 600}, "at"),
        ({"at": "10:00:30"}, "at"),
        ({"time_zone": "Madrid"}, "time_zone"),
        ({"remind_before": "P1D"}, "remind_before"),
        ({"remind_after": ["P1D"] * 11}, "remind_after"),
        ({"remind_before": ["soon"]}, "remind_before.0"),
        ({"note": ""}, "note"),
        ({"where": "x"}, "where"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(NewMilestone, {"kind": "hearing", "on": "2026-12-04"} | change)
    assert [one.field for one in refused.value.problems] == [field]


def test_what_was_read_is_written_as_it_is_read() -> None:
    tree = {"on": "2026-12-04", "at": "10:05", "remind_before": ["P7D", "PT2H"], "note": "x"}
    assert parse(MilestoneMove, tree).model_dump(mode="json", exclude_none=True) == tree
