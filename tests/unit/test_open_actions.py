from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.open_actions import judged

DUE = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
FOUND = {"actions": 2, "first_due": DUE, "last_due": DUE + timedelta(seconds=5)}


def verdicts(*came: tuple[str, int], **changes: Any) -> list[bool]:
    arrivals = [(message, DUE + timedelta(seconds=seconds)) for message, seconds in came]
    return [one["holds"] for one in judged({**FOUND, **changes}, arrivals)["judged"]]


def test_check_ins_that_all_arrive_once_and_in_time_hold() -> None:
    assert verdicts(("a", 10), ("b", 90)) == [True, True, True]


@pytest.mark.parametrize(
    ("came", "holds"),
    [
        ([("a", 10), ("b", 91)], [True, False, True]),
        ([("a", 10)], [True, True, False]),
        ([("a", 10), ("a", 11)], [True, True, False]),
        ([("a", 10), ("b", 11), ("b", 12)], [True, True, False]),
    ],
    ids=["late", "one missing", "one twice in place of another", "one twice"],
)
def test_what_is_late_missing_or_twice_does_not_hold(came: list[tuple[str, int]], holds: list[bool]) -> None:
    assert verdicts(*came) == holds


def test_check_ins_that_are_not_due_together_prove_nothing() -> None:
    assert verdicts(("a", 10), ("b", 85), last_due=DUE + timedelta(seconds=61)) == [False, True, True]
