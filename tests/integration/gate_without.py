"""The gate with a check taken out: what tests of the checks, and controls of larger proofs, break."""

import pytest

from storage import claims, outbox, standing
from storage.claims import claim_statement, hand_over_statement
from storage.gate import CHECKS, Check, gate_of_deliveries, gate_of_dispatches, outcome_of_refusal
from storage.outbox import permitted_statement, possible_statement
from storage.standing import stands_statement


def without_at_claim(patch: pytest.MonkeyPatch, name: str) -> None:
    """Take a check out of the claim."""
    patch.setattr(claims, "_CLAIM", claim_statement(gate_of_deliveries(_rest(name).values())))


def without_at_hand_over(patch: pytest.MonkeyPatch, name: str) -> None:
    """Take a check out of the hand-over."""
    patch.setattr(claims, "_HAND_OVER", hand_over_statement(gate_of_deliveries(_rest(name).values())))


def without_at_freezing(patch: pytest.MonkeyPatch, name: str) -> None:
    """Take a check out of the freezing."""
    checks = _rest(name).values()
    patch.setattr(outbox, "_PERMITTED", permitted_statement(gate_of_dispatches(checks)))
    patch.setattr(outbox, "_POSSIBLE", possible_statement(outcome_of_refusal(checks)))


def without_anywhere(patch: pytest.MonkeyPatch, name: str) -> None:
    """Take a check out of everything that makes it, the refusal of decisions among it."""
    without_at_claim(patch, name)
    without_at_hand_over(patch, name)
    without_at_freezing(patch, name)
    patch.setattr(standing, "_STANDS", stands_statement(_rest(name)))


def _rest(name: str) -> dict[str, Check]:
    return {known: check for known, check in CHECKS.items() if known != name}
