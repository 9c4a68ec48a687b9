"""How much one word of a name proves when it stands alone."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from security.leak_guard.words import CALENDAR, COMMON_WORDS, FREQUENT_NAMES, FUNCTION_WORDS, TITLES

SHORTEST_OWN_WORD: Final = 4
_FIRST_UNSPACED: Final = "\u0e00"


class Grade(StrEnum):
    """When one word of a name counts without another word of the name beside it."""

    OWN = "own"
    """Always, in any case: few people bear it, and it means nothing else."""
    FREQUENT = "frequent"
    """Unless it is visibly part of another person's name."""
    COMMON = "common"
    """Where it is a name by its place: a lone capital in the middle of a sentence."""
    BOUND = "bound"
    """Never: it may be said of somebody else, or is no name (months, titles, numbers, single letters)."""


def grade_of(word: str, allowed: Collection[str]) -> Grade:
    """Grade a folded word, given the words that may be said."""
    if word in allowed or word in CALENDAR or word in TITLES or word.isdigit() or len(word) == 1:
        return Grade.BOUND
    if word[0] >= _FIRST_UNSPACED:
        return Grade.OWN
    if word in COMMON_WORDS or word in FUNCTION_WORDS:
        return Grade.COMMON
    if word in FREQUENT_NAMES:
        return Grade.FREQUENT
    return Grade.OWN if len(word) >= SHORTEST_OWN_WORD else Grade.COMMON
