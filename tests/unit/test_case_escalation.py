"""The ladder of a case, and the mechanisms of its targets."""

from datetime import timedelta
from typing import Any

import pytest

from models.case import parse_case
from models.mechanisms import Mechanism
from models.reply_vocabulary import StepKind
from tests.unit.case_trees import LEFT_OUT, TODAY, changed, problems, sample

NOT_A_TARGET = "is no target of the case"
OF_NO_USE = "is of no use with this step"


def with_ladder(*steps: dict[str, Any]) -> dict[str, Any]:
    tree = sample()
    embassy = {**tree["targets"][0], "kind": "embassy"}
    del embassy["mechanism"]
    return {**tree, "targets": [tree["targets"][0], embassy], "escalation": list(steps)}


def test_the_sample_shows_a_ladder_and_a_mechanism() -> None:
    case = parse_case(sample(), latest_day=TODAY)
    assert case.targets[0].mechanism is Mechanism.IACHR
    assert case.escalation
    assert [(one.step, one.after) for one in case.escalation] == [
        (StepKind.REMINDER, timedelta(0)),
        (StepKind.PUBLISH_SILENCE, timedelta(days=7)),
    ]


def test_both_may_be_left_out() -> None:
    tree = changed("escalation", LEFT_OUT, changed("targets.0.mechanism", LEFT_OUT))
    case = parse_case(tree, latest_day=TODAY)
    assert (case.escalation, case.targets[0].mechanism) == (None, None)


def test_a_step_to_another_target_names_it() -> None:
    tree = with_ladder(
        {"step": "reminder"},
        {"step": "superior_office", "target": 0, "after": "P3D"},
        {"step": "embassy", "target": 1},
    )
    assert problems(tree) == []


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ({"step": "embassy"}, ("escalation.0.target", "is required")),
        ({"step": "superior_office"}, ("escalation.0.target", "is required")),
        ({"step": "embassy", "target": 2}, ("escalation.0.target", NOT_A_TARGET)),
        ({"step": "embassy", "target": 0}, ("escalation.0.target", "is no target of kind embassy")),
        ({"step": "mechanism", "target": 1}, ("escalation.0.target", "is no target of kind mechanism")),
        ({"step": "embassy", "target": -1}, ("escalation.0.target", "must be at least 0")),
        ({"step": "embassy", "target": True}, ("escalation.0.target", "must be a whole number")),
        ({"step": "reminder", "target": 0}, ("escalation.0.target", OF_NO_USE)),
        ({"step": "publish_silence", "target": 0}, ("escalation.0.target", OF_NO_USE)),
        ({"step": "pray"}, ("escalation.0.step", "is not one of the known words")),
        ({"step": "reminder", "after": "soon"}, ("escalation.0.after", "must be an ISO 8601 duration")),
        (
            {"step": "reminder", "after": "P21Y"},
            ("escalation.0.after", "must be longer than nothing and at most 20 years"),
        ),
        ({"after": "P1D"}, ("escalation.0.step", "is required")),
        ({"step": "reminder", "to": 1}, ("escalation.0.to", "is not a known field")),
    ],
)
def test_what_is_wrong_with_a_step_is_named(step: dict[str, Any], found: tuple[str, str]) -> None:
    assert problems(with_ladder(step)) == [found]


@pytest.mark.parametrize(("ladder", "field"), [([], "escalation"), ("reminder", "escalation")])
def test_a_ladder_is_a_list_with_a_step(ladder: object, field: str) -> None:
    assert {one for one, _ in problems(changed("escalation", ladder))} == {field}


@pytest.mark.parametrize("kind", ["embassy", "company", "media"])
def test_a_mechanism_is_for_authorities_and_mechanisms(kind: str) -> None:
    found = problems(changed("targets.0.kind", kind))
    assert found == [("targets.0.mechanism", "is for authorities and mechanisms")]
