"""How much the names of two people are alike, whatever their accents, case, word order and spelling."""

from collections.abc import Collection
from typing import Final

from rapidfuzz import fuzz

from security.leak_guard.patterns import words_of
from security.leak_guard.words import PARTICLES, TITLES
from security.naming import Identity

ALIKE: Final = 86
"""The percentage from which two names may be one person's: chosen on the labelled names of its test."""

_UNTOLD: Final = PARTICLES | TITLES

Names = frozenset[str]
"""The names that one person is known by, folded, without titles and small words."""


def names_of(identity: Identity) -> Names:
    """Fold a person's name and aliases, to be compared."""
    return frozenset(filter(None, map(_folded, (identity.name, *identity.aliases))))


def _folded(name: str) -> str:
    words = words_of(name)
    return " ".join([word for word in words if word not in _UNTOLD] or words)


def likeness(people: Collection[Names], others: Collection[Names]) -> int:
    """Return in percent how much two names are alike: the most alike of these people's and the others'."""
    named, known = frozenset[str]().union(*people), frozenset[str]().union(*others)
    return max((_alike(one, other) for one in named for other in known), default=0)


def _alike(one: str, other: str) -> int:
    """Compare two names: what one leaves out costs nothing, but a lone word must be like the whole name."""
    lone = " " not in one or " " not in other
    compare = fuzz.token_sort_ratio if lone else fuzz.token_set_ratio
    return round(compare(one, other))
