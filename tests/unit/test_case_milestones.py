"""Days that matter in a case and are known when it is handed in."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from models.case import canonical_tree, parse_case
from models.milestone_vocabulary import MilestoneKind
from tests.unit.case_trees import CANARY, LEFT_OUT, TODAY, changed, problems, sample

PLACE = "follow_up.milestones"
HEARING: dict[str, Any] = {"kind": "hearing", "on": "2026-12-14", "at": "10:00"}


def test_the_sample_shows_a_hearing_and_the_end_of_measures() -> None:
    hearing, measures = parse_case(sample(), latest_day=TODAY).follow_up.milestones
    assert (hearing.kind, hearing.on, hearing.at) == (
        MilestoneKind.HEARING,
        date(2026, 12, 14),
        time(10),
    )
    assert hearing.note
    assert (measures.at, measures.remind_after) == (None, (timedelta(days=1),))


@pytest.mark.parametrize("given", [LEFT_OUT, []])
def test_a_case_may_know_no_day_that_matters(given: object) -> None:
    case = parse_case(changed(PLACE, given), latest_day=TODAY)
    assert case.follow_up.milestones == ()


def test_the_canonical_tree_holds_each_day_as_it_was_handed_in() -> None:
    case = parse_case(changed(PLACE, [HEARING]), latest_day=TODAY)
    (written,) = canonical_tree(case)["follow_up"]["milestones"]
    assert {name: value for name, value in written.items() if value is not None} == HEARING


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"kind": LEFT_OUT}, ("kind", "is required")),
        ({"on": LEFT_OUT}, ("on", "is required")),
        ({"kind": "party"}, ("kind", "is not one of the known words")),
        ({"kind": "pledge"}, ("kind", "is written down with its response")),
        ({"on": "14/12/2026"}, ("on", "must be a date")),
        ({"on": "1999-12-31"}, ("on", "must be after 1999 and within 20 years")),
        ({"on": "2099-01-01"}, ("on", "must be after 1999 and within 20 years")),
        ({"at": 600}, ("at", "must be a time of the day")),
        ({"at": "25:00"}, ("at", "must be a time of the day")),
        ({"time_zone": "Mars/Olympus"}, ("time_zone", "must be an IANA time zone")),
        ({"remind_before": ["soon"]}, ("remind_before.0", "must be an ISO 8601 duration")),
        ({"remind_before": "P7D"}, ("remind_before", "must be a list")),
        ({"remind_after": ["P1D"] * 11}, ("remind_after", "must have at most 10 entries")),
        ({"note": ""}, ("note", "must not be empty")),
        ({"where": CANARY}, ("where", "is not a known field")),
    ],
)
def test_what_is_wrong_with_a_day_is_named(change: dict[str, Any], found: tuple[str, str]) -> None:
    wrong = {name: value for name, value in {**HEARING, **change}.items() if value is not LEFT_OUT}
    field, rule = found
    assert problems(changed(PLACE, [HEARING, wrong])) == [(f"{PLACE}.1.{field}", rule)]


@pytest.mark.parametrize(
    ("given", "rule"),
    [(HEARING, "must be a list"), ([HEARING] * 51, "must have at most 50 entries")],
)
def test_days_are_a_list_that_ends(given: object, rule: str) -> None:
    assert problems(changed(PLACE, given)) == [(PLACE, rule)]
