"""Conditions of the gate about days of a case, as SQL."""

from typing import Final

from models.follow_up_messages import DueKind
from models.milestone_vocabulary import MilestoneState
from models.response_vocabulary import ResponseKind
from storage.gate_of_answers import COUNTS

KEPT: Final = f"""
    EXISTS (SELECT 1 FROM response JOIN response AS pledge ON pledge.id = milestone.response_id
            WHERE response.target_id IS NOT DISTINCT FROM pledge.target_id
              AND response.submission_id IS NOT DISTINCT FROM pledge.submission_id
              AND response.kind = '{ResponseKind.POSITIVE}'
              AND response.received_on >= pledge.received_on AND {COUNTS})
"""
"""Of a `milestone`: whoever promised it gave a positive response since."""

# Of each message, not of the round: what is frozen and not wanted any more is seen to be cancelled.
REMINDER_WANTED: Final = f"""
    EXISTS (SELECT 1 FROM fallen_due JOIN milestone_entry AS dated ON dated.id = fallen_due.subject_id
            JOIN milestone ON milestone.id = dated.milestone_id
            WHERE delivery.dispatch_id = dispatch.id AND fallen_due.document_id = dispatch.document_id
              AND fallen_due.kind = '{DueKind.MILESTONE}' AND fallen_due.round = dispatch.round
              AND NOT EXISTS (SELECT 1 FROM milestone_entry AS newer
                              WHERE newer.milestone_id = dated.milestone_id AND newer.number > dated.number
                                AND newer.state <> '{MilestoneState.HELD}')
              AND NOT {KEPT})
"""
"""The date that a reminder is of still holds, and what was promised is not known to be kept."""
