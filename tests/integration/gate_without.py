"""The gate with checks taken out: what tests of the checks, and controls of larger proofs, break."""

from collections.abc import Collection, Iterable

import pytest

from models.messages import Purpose
from storage import claims, freezing, handing_over, standing
from storage.claims import claim_statement
from storage.freezing import permitted_statement, possible_statement
from storage.gate import CHECKS, STILL_IDENTIFIED, Check, gate_of_dispatches, outcome_of_refusal
from storage.gate_of_consents import IDENTIFIED
from storage.handing_over import hand_over_statement
from storage.standing import stands_statement


def claim_by(patch: pytest.MonkeyPatch, checks: Iterable[Check], identified: str = IDENTIFIED) -> None:
    """Have the claim make these checks alone."""
    made = list(checks)
    patch.setattr(claims, "_CLAIM", {one: claim_statement(one, made, identified) for one in Purpose})


def hand_over_by(
    patch: pytest.MonkeyPatch, checks: Iterable[Check], still_identified: str = STILL_IDENTIFIED
) -> None:
    """Have the hand-over make these checks alone."""
    made = list(checks)
    statements = {one: hand_over_statement(one, made, still_identified) for one in Purpose}
    patch.setattr(handing_over, "_HAND_OVER", statements)


def without_at_claim(patch: pytest.MonkeyPatch, *names: str) -> None:
    """Take checks out of the claim."""
    claim_by(patch, _rest(names).values())


def without_at_hand_over(patch: pytest.MonkeyPatch, *names: str) -> None:
    """Take checks out of the hand-over."""
    hand_over_by(patch, _rest(names).values())


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
