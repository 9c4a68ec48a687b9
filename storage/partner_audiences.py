"""Who of the partners receives the messages of a dispatch, as SQL: shaped as in `storage/audiences.py`."""


def was_missed(contact: str) -> str:
    """Ask whether an address of the partner of an invitation was found to lead nowhere."""
    return f"""
        EXISTS (SELECT 1 FROM missed_contact
                WHERE missed_contact.invitation_id = invitation.id
                  AND missed_contact.fingerprint = {contact}.fingerprint)
    """.strip()


NEWEST_MESSAGE = """
    LEFT JOIN LATERAL (
        SELECT delivery.state, delivery.fingerprint
        FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
        WHERE delivery.invitation_id = invitation.id AND delivery.state <> 'cancelled'
          AND NOT (delivery.state = 'parked' AND EXISTS (
              SELECT 1 FROM document_version AS newer JOIN document_version AS version
              ON version.document_id = newer.document_id AND version.number < newer.number
              WHERE version.id = dispatch.version_id))
        ORDER BY dispatch.frozen_at DESC LIMIT 1) AS newest ON true
"""
"""The last message about an invitation that left, will leave, or could not."""

MISSED_STATES = "('bounced', 'failed', 'suppressed')"

UNANSWERED = """
    NOT EXISTS (SELECT 1 FROM signature
                WHERE signature.invitation_id = invitation.id AND signature.superseded_at IS NULL)
"""

UNASKED = f"""
    invitation.revoked_at IS NULL AND {UNANSWERED}
    AND NOT EXISTS (SELECT 1 FROM partner
                    WHERE partner.id = invitation.partner_id AND partner.status = 'compromised')
    AND (newest.state IS NULL OR newest.state IN {MISSED_STATES})
"""
"""Nothing that asks the partner of an invitation has reached it or will."""

_INVITED = f"""
    SELECT 'partner' AS recipient_kind, invitation.partner_id AS recipient_id,
           invitation.id AS invitation_id, NULL::uuid AS request_id, 'email' AS channel,
           chosen.email AS address, chosen.fingerprint, chosen.language, 'public' AS disclosure, 1 AS rank
    FROM invitation
    JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
    {NEWEST_MESSAGE}
    WHERE invitation.document_id = :document_id AND invitation.revoked_at IS NULL
"""

UNASKED_HERE = f"""
    {UNASKED} AND newest.fingerprint IS DISTINCT FROM chosen.fingerprint AND NOT {was_missed("chosen")}
"""
"""The contact of an invitation can be asked: where a message did not arrive, it first turns to the next."""

TO_INVITE = f"{_INVITED} AND {UNASKED_HERE}"

_REMINDED = """
    (SELECT count(*) FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
     WHERE delivery.invitation_id = invitation.id AND dispatch.purpose = 'sign_on_reminder'
       AND delivery.state IN ('ready', 'sending', 'sent', 'delivered', 'unknown', 'bounced'))
"""

AWAITS_A_LINK = """
    invitation.revoked_at IS NULL AND invitation.reissued_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
                    WHERE delivery.invitation_id = invitation.id AND dispatch.purpose = 'sign_link'
                      AND dispatch.frozen_at >= invitation.reissued_at)
"""
"""No message with a new link was frozen for an invitation since it was reissued."""

REISSUED = f"{_INVITED} AND {AWAITS_A_LINK}"

SIGNED_BEFORE = """
    EXISTS (SELECT 1 FROM signature
            WHERE signature.invitation_id = invitation.id AND signature.superseded_at IS NULL
              AND signature.answer = 'signed' AND signature.digest <> :digest)
    AND NOT EXISTS (SELECT 1 FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
                    WHERE delivery.invitation_id = invitation.id AND dispatch.purpose = 'sign_again'
                      AND dispatch.version_id = :version_id AND delivery.state <> 'cancelled')
"""
"""The partner of an invitation signed an earlier text, and was not yet asked about this one."""

TO_SIGN_AGAIN = f"{_INVITED} AND {SIGNED_BEFORE}"

# One whom a message is on its way to is not written to beside it.
TO_REMIND = f"""
    {_INVITED}
      AND {UNANSWERED} AND NOT {was_missed("chosen")}
      AND EXISTS (SELECT 1 FROM partner
                  WHERE partner.id = invitation.partner_id AND partner.status = 'active')
      AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.invitation_id = invitation.id
                                               AND delivery.state IN ('ready', 'sending'))
      AND {_REMINDED} < :most_reminders
"""

UNTOLD = """
    signature.superseded_at IS NULL AND (signature.wants_receipt OR signature.doubted_at IS NOT NULL)
    AND partner.status <> 'compromised'
    AND NOT EXISTS (SELECT 1 FROM delivery AS told JOIN dispatch AS before ON before.id = told.dispatch_id
                    WHERE told.signature_id = signature.id AND told.state <> 'cancelled'
                      AND before.frozen_at >= coalesce(signature.doubted_at, '-infinity'))
"""
"""Asked of a signature and its partner: nothing went to the registered address yet about it as it is now."""

ANSWER_GIVEN = f"""
    SELECT 'partner' AS recipient_kind, partner.id AS recipient_id, signature.invitation_id,
           NULL::uuid AS request_id, 'email' AS channel, partner.registered_address AS address,
           partner.registered_fingerprint AS fingerprint, partner.languages[1] AS language,
           'public' AS disclosure, 1 AS rank, signature.id AS signature_id
    FROM signature JOIN partner ON partner.id = signature.partner_id
    WHERE signature.document_id = :document_id AND {UNTOLD}
"""

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

TO_APPROVE = f"""
    SELECT 'approver' AS recipient_kind, proposal.id AS recipient_id, proposal.invitation_id,
           NULL::uuid AS request_id, 'email' AS channel, proposal.approver_email AS address,
           proposal.approver_fingerprint AS fingerprint, proposal.approver_language AS language,
           'public' AS disclosure, 1 AS rank
    FROM proposal JOIN invitation ON invitation.id = proposal.invitation_id
    WHERE invitation.document_id = :document_id AND {UNASKED_APPROVER}
"""

UNTOLD_REFUSAL = f"""
    proposal.state = 'declined' AND invitation.revoked_at IS NULL AND {UNANSWERED}
    AND NOT EXISTS (
        SELECT 1 FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
        WHERE delivery.invitation_id = invitation.id AND dispatch.purpose = 'approval_declined'
          AND delivery.state <> 'cancelled' AND dispatch.frozen_at >= proposal.ended_at)
"""
"""An approver did not confirm, her organisation has answered nothing since, and the contact was not told."""

NOT_CONFIRMED = f"""
    SELECT DISTINCT 'partner' AS recipient_kind, invitation.partner_id AS recipient_id,
           invitation.id AS invitation_id, NULL::uuid AS request_id, 'email' AS channel,
           chosen.email AS address, chosen.fingerprint, chosen.language, 'public' AS disclosure, 1 AS rank
    FROM proposal
    JOIN invitation ON invitation.id = proposal.invitation_id
    JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
    WHERE invitation.document_id = :document_id AND {UNTOLD_REFUSAL}
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

FORMER = f"""
    SELECT 'former_address' AS recipient_kind, changed.id AS recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, 'email' AS channel, changed.previous_address AS address,
           changed.previous_fingerprint AS fingerprint,
           (SELECT languages[1] FROM partner WHERE partner.id = changed.partner_id) AS language,
           'public' AS disclosure, 1 AS rank
    FROM {FORMER_ADDRESS} AND carrier.document_id = :document_id
"""

QUESTION_ANSWERED = """
    SELECT DISTINCT 'partner' AS recipient_kind, invitation.partner_id AS recipient_id,
           invitation.id AS invitation_id, NULL::uuid AS request_id, 'email' AS channel,
           chosen.email AS address, chosen.fingerprint, chosen.language, 'public' AS disclosure, 1 AS rank
    FROM question
    JOIN invitation ON invitation.id = question.invitation_id
    JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
    WHERE invitation.document_id = :document_id AND question.answer_turn = :round
      AND invitation.revoked_at IS NULL
"""
