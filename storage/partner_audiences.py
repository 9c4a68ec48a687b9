"""Who receives letters that something on a partner's page asks for, as SQL like `storage/audiences.py`."""

UNASKED_APPROVER = """
    proposal.state = 'open' AND invitation.revoked_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
        WHERE delivery.invitation_id = invitation.id AND delivery.recipient_id = proposal.id
          AND delivery.state <> 'cancelled'
          AND NOT (delivery.state = 'parked' AND EXISTS (
              SELECT 1 FROM document_version AS version JOIN document_version AS newer
              ON newer.document_id = version.document_id AND newer.number > version.number
              WHERE version.id = dispatch.version_id)))
"""
"""Nothing asks the approver of a proposal: what a changed text kept in is sent again for the new one."""

TO_APPROVERS = f"""
    SELECT 'approver' AS recipient_kind, proposal.id AS recipient_id, proposal.invitation_id,
           NULL::uuid AS request_id, 'email' AS channel, proposal.approver_email AS address,
           proposal.approver_fingerprint AS fingerprint, proposal.approver_language AS language,
           'public' AS disclosure, 1 AS rank
    FROM proposal JOIN invitation ON invitation.id = proposal.invitation_id
    WHERE invitation.document_id = :document_id AND {UNASKED_APPROVER}
"""

FORMER_ADDRESS = """
    registered_address_change AS changed
    CROSS JOIN LATERAL (
        SELECT invitation.document_id, document.action_id
        FROM invitation JOIN document ON document.id = invitation.document_id
                        JOIN urgent_action AS action ON action.id = document.action_id
        WHERE invitation.partner_id = changed.partner_id
          AND action.stopped_at IS NULL AND action.closed_at IS NULL
        ORDER BY invitation.invited_at DESC LIMIT 1) AS carrier
    WHERE NOT EXISTS (SELECT 1 FROM delivery
                      WHERE delivery.recipient_kind = 'former_address' AND delivery.recipient_id = changed.id
                        AND delivery.state <> 'cancelled')
"""
"""Registered addresses that were changed and not told, each with the newest action that can carry word of it.

A directory is of no case, and what leaves goes through the gate and the trail of one: so the word goes with
the case to which the partner was invited last, and waits where there is none.
"""

TO_FORMER_ADDRESSES = f"""
    SELECT 'former_address' AS recipient_kind, changed.id AS recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, 'email' AS channel, changed.previous_address AS address,
           changed.previous_fingerprint AS fingerprint,
           (SELECT languages[1] FROM partner WHERE partner.id = changed.partner_id) AS language,
           'public' AS disclosure, 1 AS rank
    FROM {FORMER_ADDRESS} AND carrier.document_id = :document_id
"""

TO_ASKERS = """
    SELECT DISTINCT 'partner' AS recipient_kind, invitation.partner_id AS recipient_id,
           invitation.id AS invitation_id, NULL::uuid AS request_id, 'email' AS channel,
           chosen.email AS address, chosen.fingerprint, chosen.language, 'public' AS disclosure, 1 AS rank
    FROM question
    JOIN invitation ON invitation.id = question.invitation_id
    JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
    WHERE invitation.document_id = :document_id AND question.answer_turn = :round
      AND invitation.revoked_at IS NULL
"""
