"""Conditions of the gate about what targets answered, as SQL."""

from typing import Final

from models.follow_up_messages import DueKind
from models.reply_vocabulary import StepState
from models.response_vocabulary import FINAL

COUNTS: Final = """
    NOT EXISTS (SELECT 1 FROM response AS better WHERE better.corrects = response.id)
"""
"""A `response` that no other one counts in place of."""

_FINAL: Final = ", ".join(sorted(f"'{kind}'" for kind in FINAL))

# Of each message, not of the round: what is frozen and not wanted any more is seen to be cancelled.
APPROVED_AND_UNANSWERED: Final = f"""
    EXISTS (SELECT 1 FROM fallen_due JOIN escalation_step AS step ON step.id = fallen_due.subject_id
            WHERE delivery.dispatch_id = dispatch.id AND fallen_due.document_id = dispatch.document_id
              AND fallen_due.kind = '{DueKind.REPLY_LETTER}' AND fallen_due.round = dispatch.round
              AND step.state = '{StepState.APPROVED}'
              AND NOT EXISTS (SELECT 1 FROM response
                              WHERE response.target_id = step.target_id AND response.kind IN ({_FINAL})
                                AND response.recorded_at >= step.proposed_at AND {COUNTS}))
"""
"""A person approved the letter of a step, and its target has given no final answer since it was proposed."""

UNANSWERED_REQUEST: Final = """
    EXISTS (SELECT 1 FROM verification_request AS request
            WHERE request.id = delivery.request_id AND request.answered_at IS NULL)
"""
"""The verifier whom a message asks has not answered."""
