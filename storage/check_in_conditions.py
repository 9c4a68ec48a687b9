"""What keeps a check-in from being asked, as SQL for the gate."""

from typing import Final

UNANSWERED_CHECK_IN: Final = """
    NOT EXISTS (SELECT 1 FROM check_in_answer AS given
                WHERE given.document_id = dispatch.document_id AND given.number >= dispatch.round)
"""
"""Neither this check-in of the document nor a later one was answered."""
