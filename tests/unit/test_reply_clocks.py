"""When targets should answer, to the minute, and what follows where they do not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.mechanisms import Mechanism
from models.reply_clocks import (
    Answer,
    ReplyClock,
    Rung,
    Terms,
    clock_of,
    ladder_of,
    next_rung,
    start_of_post,
    terms_of,
)
from models.reply_vocabulary import ClockState, StepKind
from models.response_vocabulary import FINAL, ResponseKind
from models.vocabulary import TargetKind

DAY = timedelta(days=1)
MEXICO, MADRID = "America/Mexico_City", "Europe/Madrid"
START = datetime(2026, 3, 20, 16, 37, tzinfo=UTC)
TERMS = Terms(15 * DAY, reminders=2)
POSITIVE = ResponseKind.POSITIVE


def clock(now: datetime, *answers: Answer, zone: str = "UTC", start: datetime | None = START) -> ReplyClock:
    return clock_of(TERMS, start, answers, zone, now)


@pytest.mark.parametrize(
    ("kind", "within", "mechanism", "terms"),
    [
        (TargetKind.AUTHORITY, None, Mechanism.CED, Terms(14 * DAY, 3)),
        (TargetKind.AUTHORITY, None, Mechanism.IACHR, Terms(15 * DAY, 2)),
        (TargetKind.MECHANISM, None, Mechanism.UN_SPECIAL_PROCEDURES, Terms(60 * DAY, 2)),
        (TargetKind.MECHANISM, None, None, Terms(60 * DAY, 2)),
        (TargetKind.AUTHORITY, 10 * DAY, None, Terms(10 * DAY, 2)),
        (TargetKind.MECHANISM, 10 * DAY, Mechanism.CED, Terms(10 * DAY, 3)),
        (TargetKind.AUTHORITY, None, None, None),
        (TargetKind.EMBASSY, None, None, None),
        (TargetKind.MEDIA, None, None, None),
    ],
)
def test_a_target_has_its_own_time_or_that_of_its_mechanism_or_kind(
    kind: TargetKind, within: timedelta | None, mechanism: Mechanism | None, terms: Terms | None
) -> None:
    assert terms_of(kind, within, mechanism) == terms


def test_a_clock_runs_to_the_minute_and_is_late_from_that_on() -> None:
    due = START + 15 * DAY
    assert clock(START) == ReplyClock(ClockState.RUNNING, START, due)
    assert clock(due - timedelta(minutes=1)).state is ClockState.RUNNING
    assert clock(due).state is ClockState.LATE


@pytest.mark.parametrize(
    ("zone", "start", "due"),
    [
        (MADRID, datetime(2026, 3, 20, 16, 37, tzinfo=UTC), datetime(2026, 4, 4, 15, 37, tzinfo=UTC)),
        (MADRID, datetime(2026, 10, 20, 16, 37, tzinfo=UTC), datetime(2026, 11, 4, 17, 37, tzinfo=UTC)),
        (MEXICO, datetime(2026, 3, 20, 16, 37, tzinfo=UTC), datetime(2026, 4, 4, 16, 37, tzinfo=UTC)),
        (
            "America/Santiago",
            datetime(2026, 3, 28, 23, 5, tzinfo=UTC),
            datetime(2026, 4, 13, 0, 5, tzinfo=UTC),
        ),
    ],
)
def test_it_is_due_at_the_same_hour_of_the_clock_whatever_summer_time_does(
    zone: str, start: datetime, due: datetime
) -> None:
    assert clock(start, zone=zone, start=start).due == due


def test_nothing_known_to_have_arrived_starts_no_clock_and_without_a_time_none_ends() -> None:
    assert clock(START, start=None) == ReplyClock(ClockState.NOT_STARTED)
    untimed = clock_of(None, START, (), "UTC", START + 900 * DAY)
    assert untimed == ReplyClock(ClockState.UNTIMED, START)


@pytest.mark.parametrize("kind", ResponseKind)
def test_only_a_final_answer_stops_it(kind: ResponseKind) -> None:
    state = clock(START + 20 * DAY, Answer(kind, date(2026, 4, 30))).state
    assert state is (ClockState.ANSWERED if kind in FINAL else ClockState.LATE)


def test_the_first_final_answer_is_the_one_that_counts() -> None:
    answers = (Answer(POSITIVE, date(2026, 4, 9)), Answer(ResponseKind.PLEDGE, date(2026, 4, 2)))
    assert clock(START + 30 * DAY, *answers).answered_on == date(2026, 4, 2)


def test_what_was_answered_before_the_message_answers_something_else() -> None:
    assert clock(START, Answer(POSITIVE, date(2026, 3, 18))).state is ClockState.RUNNING
    same_evening_elsewhere = Answer(POSITIVE, date(2026, 3, 19))
    assert clock(START, same_evening_elsewhere).state is ClockState.ANSWERED
    assert clock(START, Answer(POSITIVE, date(2026, 3, 18)), start=None).state is ClockState.ANSWERED


def test_the_clock_of_a_posted_letter_starts_with_its_day_where_we_are() -> None:
    assert start_of_post(date(2026, 3, 20), MEXICO) == datetime(2026, 3, 20, 6, 0, tzinfo=UTC)
    assert start_of_post(date(2026, 7, 1), MADRID) == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)


def test_without_a_ladder_the_reminders_are_proposed_each_after_the_whole_time() -> None:
    ladder = ladder_of(None, Terms(14 * DAY, reminders=3))
    assert [one.step for one in ladder] == [StepKind.REMINDER] * 3
    assert [one.wait for one in ladder] == [timedelta(0), 14 * DAY, 14 * DAY]


def test_a_declared_ladder_stands_as_it_is() -> None:
    declared = [Rung(StepKind.REMINDER, timedelta(0)), Rung(StepKind.EMBASSY, 3 * DAY, 2)]
    assert ladder_of(declared, TERMS) == tuple(declared)


LADDER = (Rung(StepKind.REMINDER, timedelta(0)), Rung(StepKind.SUPERIOR_OFFICE, 5 * DAY, 1))
DUE = START + 15 * DAY


def test_the_first_step_is_planned_for_the_end_of_the_time() -> None:
    assert next_rung(clock(START), LADDER, {}, "UTC") == (1, DUE)
    later = (Rung(StepKind.REMINDER, 2 * DAY),)
    assert next_rung(clock(START), later, {}, "UTC") == (1, DUE + 2 * DAY)


def test_the_next_step_waits_for_a_decision_about_the_one_before_and_counts_from_it() -> None:
    assert next_rung(clock(DUE), LADDER, {1: None}, "UTC") is None
    decided = DUE + timedelta(days=4, minutes=7)
    assert next_rung(clock(DUE), LADDER, {1: decided}, "UTC") == (2, decided + 5 * DAY)
    assert next_rung(clock(DUE), LADDER, {1: decided, 2: decided}, "UTC") is None


def test_a_step_keeps_its_hour_through_the_end_of_summer_time() -> None:
    decided = datetime(2026, 10, 22, 16, 0, tzinfo=UTC)
    planned = next_rung(clock(DUE), LADDER, {1: decided}, MADRID)
    assert planned == (2, datetime(2026, 10, 27, 17, 0, tzinfo=UTC))


def test_nothing_is_planned_after_an_answer_or_where_no_clock_runs() -> None:
    answered = clock(DUE + DAY, Answer(POSITIVE, date(2026, 4, 5)))
    for stands_still in (answered, ReplyClock(ClockState.NOT_STARTED), ReplyClock(ClockState.UNTIMED, START)):
        assert next_rung(stands_still, LADDER, {}, "UTC") is None
