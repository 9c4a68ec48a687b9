"""The conditions under which a message may leave (invariants I1, I2 and I5), as SQL for freeze and claim.

Aliases that the conditions expect: `action` an urgent_action, `dispatch`, `delivery`.
Whoever asks shares the action's lock (`storage/action_lock.py`), and a decision to hold or stop has it alone:
it waits for claims under way, and later claims see it. A statement before the gate takes the lock: one that
waited inside it would read old rows.
"""

ACTION_OPEN = "action.stopped_at IS NULL AND action.closed_at IS NULL"

ACTION_RUNNING = f"action.held_at IS NULL AND {ACTION_OPEN}"

ATTESTED = """
    (SELECT count(DISTINCT attestation.person_id)
     FROM attestation
     WHERE attestation.version_id = dispatch.version_id
       AND attestation.digest = dispatch.digest
       AND attestation.person_id <> action.author_id) >= :attestations_required
"""

DIGEST_UNCHANGED = """
    EXISTS (SELECT 1 FROM document_version AS version
            WHERE version.id = dispatch.version_id AND version.digest = dispatch.digest)
"""

_CONSENTED = """
    NOT EXISTS (
        SELECT 1 FROM person_at_risk AS person
        WHERE person.action_id = action.id
          AND person.visibility = 'named'
          AND NOT EXISTS (
              SELECT 1 FROM (
                  SELECT * FROM consent
                  WHERE consent.person_at_risk_id = person.id AND consent.use = '{use}'
                  ORDER BY consent.recorded_at DESC LIMIT 1) AS newest
              WHERE newest.given
                AND newest.revoked_at IS NULL
                AND (newest.valid_until IS NULL OR newest.valid_until >= current_date)))
"""

CONSENTED = _CONSENTED.format(use="name_in_public")

CONSENTED_TO_TARGET = f"""
    (delivery.recipient_kind <> 'target' OR {_CONSENTED.format(use="name_to_authorities")})
"""

TEXT_EXISTS = """
    EXISTS (SELECT 1 FROM document_text
            WHERE document_text.version_id = dispatch.version_id
              AND document_text.language = delivery.language)
"""

STATEMENT_PERMITTED = f"({ATTESTED} AND {DIGEST_UNCHANGED} AND {CONSENTED})"

DELIVERY_PERMITTED = (
    f"(dispatch.purpose = 'check_in' OR ({STATEMENT_PERMITTED} AND {CONSENTED_TO_TARGET} AND {TEXT_EXISTS}))"
)

ADDRESS_ALLOWED = """
    NOT EXISTS (SELECT 1 FROM suppression WHERE suppression.fingerprint = delivery.fingerprint)
"""

STILL_WANTED = """
    (dispatch.purpose NOT IN ('invitation', 'sign_on_reminder')
     OR NOT EXISTS (SELECT 1 FROM signature WHERE signature.invitation_id = delivery.invitation_id)
        AND EXISTS (SELECT 1 FROM document
                    WHERE document.id = dispatch.document_id AND document.sign_on_ended_at IS NULL))
"""

GATE_OPEN = f"({ACTION_RUNNING} AND {DELIVERY_PERMITTED} AND {ADDRESS_ALLOWED} AND {STILL_WANTED})"
