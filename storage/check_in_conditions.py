"""What keeps a check-in from being asked, as SQL for the gate."""

from typing import Final

from models.messages import Purpose

TO_COORDINATORS: Final = frozenset(
    {
        Purpose.CHECK_IN,
        Purpose.EXPIRY_WARNING,
        Purpose.LEAK_ALARM,
        Purpose.INVITATION_ALARM,
        Purpose.REPLY_OVERDUE,
        Purpose.MILESTONE,
        Purpose.DIGEST,
    }
)
"""What tells or asks a coordinator, and says nothing of the texts."""

UNANSWERED_CHECK_IN: Final = """
    NOT EXISTS (SELECT 1 FROM check_in_answer AS given
                WHERE given.document_id = dispatch.document_id AND given.number >= dispatch.round)
"""
"""Neither this check-in of the document nor a later one was answered."""
