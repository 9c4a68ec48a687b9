"""What the reminder of a day of a case says in each of its states."""

import pytest

from templates.rendering import RenderedEmail, Renderer
from tests.unit.templates.side_examples import MILESTONE

RENDERER = Renderer("Red Acuerpa")


def mail(**changes: object) -> RenderedEmail:
    return RENDERER.email("milestone", "en", {**MILESTONE, **changes})


def test_before_a_day_it_says_what_kind_it_is_and_when() -> None:
    told = mail(passed=False)
    assert told.subject == "UA-2026-014: a date of the case is near"
    assert "Hearing: Friday, 4 December 2026, 10:30\u202fam (Mexico City)" in told.text
    assert "milestones move UA-2026-014 2" in told.text
    assert "milestones done" not in told.text


def test_after_a_day_it_asks_what_came_of_it() -> None:
    told = mail()
    assert told.subject == "UA-2026-014: a date of the case has passed"
    assert "has passed. What came of it is not written down yet." in told.text
    assert "milestones done UA-2026-014 2" in told.text
    assert "took place. What came of it is not written down yet." in mail(held=True).text


def test_a_pledge_that_came_due_says_that_nothing_is_known() -> None:
    told = mail(kind="pledge", at=None)
    assert told.subject == "UA-2026-014: a pledge has come due, nothing is known"
    assert "Pledge of an office: 4 December 2026" in told.text
    assert "no positive response was written down since" in told.text
    assert "starter.py respond UA-2026-014" in told.text


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("anniversary", "Anniversary"),
        ("end_of_measures", "End of protection measures"),
        ("other", "Date of the case"),
    ],
)
def test_each_kind_has_its_words_in_both_parts(kind: str, named: str) -> None:
    told = mail(kind=kind, at=None, passed=False)
    assert f"{named}: 4 December 2026" in told.text
    assert f"{named}: 4 December 2026</h1>" in told.html
