"""Reasons why addresses are not written to, as lists in SQL."""

from collections.abc import Collection
from typing import Final

from models.contact_vocabulary import OF_LISTS_ALONE, SAID_NO, SuppressionReason


def _listed(reasons: Collection[SuppressionReason]) -> str:
    return ", ".join(sorted(f"'{reason}'" for reason in reasons))


NO: Final = _listed(SAID_NO)
"""A person's own word about a channel."""

LISTS_ALONE: Final = _listed(OF_LISTS_ALONE)
"""What keeps an address from contacts alone."""
