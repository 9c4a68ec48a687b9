"""Small numbers: what is too few to be told, and that no sum gives it away."""

from hypothesis import given
from hypothesis import strategies as st

from models.figures import FEWEST, Ending, Rate, folded

COUNTS = st.dictionaries(st.sampled_from(Ending), st.integers(0, 9))


def test_a_rate_of_too_few_is_not_told() -> None:
    assert Rate(FEWEST - 1, 1).share is None
    assert Rate(FEWEST, 1).share == 0.333


def test_one_small_count_is_joined_by_the_smallest_of_the_others() -> None:
    counts = {Ending.CLOSED: 9, Ending.OPEN: 4, Ending.WITHDRAWN: 1}
    assert folded(counts) == ({Ending.CLOSED: 9}, 5)
    assert folded({Ending.CLOSED: 9, Ending.STOPPED: 2, Ending.WITHDRAWN: 1}) == ({Ending.CLOSED: 9}, 3)
    assert folded({Ending.CLOSED: 9, Ending.OPEN: 4}) == ({Ending.CLOSED: 9, Ending.OPEN: 4}, 0)


@given(COUNTS)
def test_nothing_is_lost_and_no_small_count_stands_alone_beside_others(counts: dict[Ending, int]) -> None:
    told, others = folded(counts)
    assert sum(told.values()) + others == sum(counts.values())
    assert all(count >= FEWEST for count in told.values())
    if told:
        assert others == 0 or others >= FEWEST
