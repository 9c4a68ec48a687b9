"""Conditions of the gate about facts that changed: old demands leave nowhere, and who decides is asked."""

from typing import Final

DEMANDS_STAND: Final = """
    NOT EXISTS (
        SELECT 1 FROM changed_fact
        JOIN document_version AS draft ON draft.id = changed_fact.draft_id
        JOIN document AS replacing ON replacing.id = draft.document_id
        JOIN document_version AS written ON written.id = dispatch.version_id
        JOIN document AS replaced ON replaced.id = written.document_id
        WHERE changed_fact.action_id = action.id
          AND (replaced.number, written.number) < (replacing.number, draft.number))
"""
"""No fact has changed since the version was written: what was asked for in it is asked for still."""

ASKED_ANEW: Final = """
    NOT EXISTS (
        SELECT 1 FROM person_at_risk AS person
        CROSS JOIN LATERAL (
            SELECT DISTINCT ON (use) voided_by, revoked_at FROM consent
            WHERE consent.person_at_risk_id = person.id
            ORDER BY use DESC, recorded_at DESC) AS newest
        WHERE person.action_id = action.id AND newest.voided_by IS NOT NULL AND newest.revoked_at IS NULL)
"""
"""Whoever decides since has said yes or no to each use that was allowed before a fact changed."""
