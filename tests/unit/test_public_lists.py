"""How many unnamed signatories a public list admits to."""

from hypothesis import given
from hypothesis import strategies as st

from models.public_lists import STEP, unnamed_told

COUNTS = st.integers(min_value=0, max_value=500)


@given(COUNTS, COUNTS)
def test_what_is_told_is_true_and_never_exact_by_more_than_the_step(unnamed: int, others: int) -> None:
    told = unnamed_told(unnamed, unnamed + others)
    assert told <= unnamed
    assert told % STEP == 0
    assert told == 0 or unnamed - told < STEP


@given(COUNTS, COUNTS)
def test_whoever_knows_who_was_invited_is_not_right_more_often_than_not(unnamed: int, others: int) -> None:
    if unnamed_told(unnamed, unnamed + others):
        assert unnamed <= others


@given(COUNTS)
def test_where_everybody_signed_nothing_is_said_of_the_unnamed(unnamed: int) -> None:
    assert unnamed_told(unnamed, unnamed) == 0


@given(st.integers(min_value=0, max_value=STEP - 1), COUNTS)
def test_a_few_are_not_spoken_of(unnamed: int, others: int) -> None:
    assert unnamed_told(unnamed, unnamed + others) == 0
