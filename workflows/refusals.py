"""How a workflow refuses what a person asks of it."""

from datetime import datetime
from typing import Final

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from models.decision_messages import DecisionRefused
    from models.lifecycle import Refusal

DECISION_REFUSED: Final = "decision_refused"
"""Type of the error that carries a refusal."""


def refused(refusal: Refusal) -> ApplicationError:
    """Make the error that tells why a decision was refused."""
    details = DecisionRefused(refusal=refusal)
    return ApplicationError(refusal.value, details, type=DECISION_REFUSED, non_retryable=True)


def is_too_late(until: datetime | None) -> bool:
    """Tell whether the person who waits for an answer has been told meanwhile that there is none."""
    return until is not None and workflow.now() > until
