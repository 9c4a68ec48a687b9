"""What the public list of signatories may tell of those whom it does not name."""

from typing import Final

STEP: Final = 5
"""Whoever compares the list of two days shall not see that one more signed, or one less."""


def unnamed_told(unnamed: int, unlisted: int) -> int:
    """Return how many unnamed signatories the list admits to, at least; 0 where it says nothing of them.

    `unlisted` are the invited partners whom the list neither names nor counts, whether they signed or not:
    whoever knows who was invited guesses among them, and must not be right more often than not.
    """
    return unnamed - unnamed % STEP if unlisted >= 2 * unnamed else 0
