"""Conditions of the gate about consents: who may be named to whom, and what they make necessary."""

from typing import Final

_CONSENTED = """
    NOT EXISTS (
        SELECT 1 FROM person_at_risk AS person
        WHERE person.action_id = action.id AND {people}
          AND NOT coalesce((
              SELECT newest.given AND newest.revoked_at IS NULL AND newest.voided_by IS NULL
                 AND newest.recorded_at >= coalesce(action.reopened_at, '-infinity')
                 AND (newest.valid_until IS NULL OR newest.valid_until >= now()::date)
              FROM consent AS newest
              WHERE newest.person_at_risk_id = person.id AND newest.use = '{use}'
              ORDER BY newest.recorded_at DESC LIMIT 1), false))
"""

_NAMED = "person.visibility = 'named'"
NAMED_TO_PUBLIC: Final = _CONSENTED.format(people=_NAMED, use="name_in_public")
NAMED_TO_AUTHORITIES: Final = _CONSENTED.format(people=_NAMED, use="name_to_authorities")
SUBMITTED: Final = _CONSENTED.format(people="true", use="mechanisms")

_NAMED_BESIDE = _CONSENTED.format(people="person.id = ANY(rendering.people)", use="name_to_authorities")

IDENTIFIED: Final = f"""
    EXISTS (SELECT 1 FROM rendering
            WHERE rendering.version_id = dispatch.version_id AND rendering.language = delivery.language
              AND rendering.kind = 'identified' AND {_NAMED_BESIDE})
"""
"""Everybody whom the version names to authorities only still allows it."""

_NOT_OBTAINABLE = """
    EXISTS (SELECT 1 FROM person_at_risk AS person
            CROSS JOIN LATERAL (
                SELECT DISTINCT ON (use) use, given, given_by, revoked_at FROM consent
                WHERE consent.person_at_risk_id = person.id
                ORDER BY use DESC, recorded_at DESC) AS newest
            WHERE person.action_id = action.id AND newest.given_by = 'not_obtainable'
              AND newest.given AND newest.revoked_at IS NULL)
"""

ATTESTATIONS_REQUIRED: Final = (
    f"(action.attestations_required + CASE WHEN {_NOT_OBTAINABLE} THEN 1 ELSE 0 END)"
)
"""One more where a consent could not be had."""
