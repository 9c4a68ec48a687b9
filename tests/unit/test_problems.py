import pickle
from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from models.problems import WHOLE_INPUT, InvalidInput, Problem, problems_of, refusal

CANARY = "canario-7f3a"


def no_canary(text: str) -> str:
    if CANARY in text:
        raise refusal("must be quiet", "Sing elsewhere.")
    return text


def echoing(text: str) -> str:
    raise ValueError(text)


class Inner(BaseModel, extra="forbid"):
    word: Annotated[str, AfterValidator(no_canary)] = "x"
    echo: Annotated[str, AfterValidator(echoing)] = "x"
    count: int = Field(default=1, le=3)
    scores: dict[str, int] = {}
    marks: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(1,), min_length=1)


class Outer(BaseModel):
    inners: list[Inner]


def error_of(tree: object) -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        Outer.model_validate(tree)
    return refused.value


def test_a_problem_has_a_dotted_path_a_rule_and_a_remedy() -> None:
    (problem,) = problems_of(error_of({"inners": [{}, {"word": CANARY}]}))
    assert problem == Problem(field="inners.1.word", rule="must be quiet", remedy="Sing elsewhere.")


def test_a_prefix_comes_before_each_path() -> None:
    (problem,) = problems_of(error_of({}), prefix="body")
    assert (problem.field, problem.rule) == ("body.inners", "is required")


def test_a_problem_of_the_whole_input_has_a_name() -> None:
    (problem,) = problems_of(error_of(CANARY))
    assert problem.field == WHOLE_INPUT


def test_the_limit_that_was_broken_is_told() -> None:
    (problem,) = problems_of(error_of({"inners": [{"count": 9}]}))
    assert problem.rule == "must be at most 3"


def test_an_unknown_field_is_named_without_its_value() -> None:
    (problem,) = problems_of(error_of({"inners": [{"colour": CANARY}]}))
    assert (problem.field, problem.rule) == ("inners.0.colour", "is not a known field")
    assert CANARY not in repr(problem)


def test_a_message_that_holds_the_input_is_dropped() -> None:
    (problem,) = problems_of(error_of({"inners": [{"echo": CANARY}]}))
    assert problem.rule == "is not valid"
    assert CANARY not in repr(problem)


def test_an_unreadable_name_of_a_field_is_made_printable_and_short() -> None:
    (problem,) = problems_of(error_of({"inners": [{"\x1b[31m" + "a" * 99: 1}]}))
    assert problem.field == "inners.0.?[31m" + "a" * 55 + "…"


def test_a_wrong_value_under_a_key_is_found_by_the_key() -> None:
    (problem,) = problems_of(error_of({"inners": [{"scores": {"a": "x"}}]}))
    assert problem.field == "inners.0.scores.a"


def test_the_text_of_invalid_input_lists_fields_and_rules() -> None:
    refused = InvalidInput([Problem(field="a.b", rule="is required", remedy="Add it.")])
    assert str(refused) == "a.b is required"
    assert pickle.loads(pickle.dumps(refused)).problems == refused.problems  # noqa: S301 - made one line above


def test_a_list_whose_only_entry_is_wrong_is_not_called_empty_as_well() -> None:
    (problem,) = problems_of(error_of({"inners": [{"marks": [-1]}]}))
    assert (problem.field, problem.rule) == ("inners.0.marks.0", "must be at least 0")
    (problem,) = problems_of(error_of({"inners": [{"marks": []}]}))
    assert (problem.field, problem.rule) == ("inners.0.marks", "must have at least 1 entries")
