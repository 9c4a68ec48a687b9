"""The gate with checks taken out: what tests of the checks, and controls of larger proofs, break."""

from collections.abc import Collection

import pytest

from storage import claims, freezing, standing
from storage.claims import claim_statement, hand_over_statement
from storage.freezing import permitted_statement, possible_statement
from storage.gate import CHECKS, Check, gate_of_deliveries, gate_of_dispatches, outcome_of_refusal
from storage.standing import stands_statement


def without_at_claim(patch: pytest.MonkeyPatch, *names: str) -> None:
    """Take checks out of the claim."""
    patch.setattr(claims, "_CLAIM", claim_statement(gate_of_deliveries(_rest(names).values())))


def without_at_hand_over(patch: pytest.MonkeyPatch, *names: str) -> None:
    """Take checks out of the hand-over."""
    patch.setattr(claims, "_HAND_OVER", hand_over_statement(gate_of_deliveries(_rest(names).values())))


def without_at_freezing(patch: pytest.MonkeyPatch, *names: str) -> None:
    """Take checks out of the freezing."""
    checks = _rest(names).values()
    patch.setattr(freezing, "_PERMITTED", permitted_statement(gate_of_dispatches(checks)))
    patch.setattr(freezing, "_POSSIBLE", possible_statement(outcome_of_refusal(checks)))


def without_anywhere(patch: pytest.MonkeyPatch, *names: str) -> None:
    """Take checks out of everything that makes them, the refusal of decisions among it."""
    without_at_claim(patch, *names)
    without_at_hand_over(patch, *names)
    without_at_freezing(patch, *names)
    patch.setattr(standing, "_STANDS", stands_statement(_rest(names)))


def _rest(names: Collection[str]) -> dict[str, Check]:
    return {known: check for known, check in CHECKS.items() if known not in names}
