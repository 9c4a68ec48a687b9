"""Who receives the messages of a dispatch, as SQL: each selection yields one row a recipient.

Columns: recipient_kind, recipient_id, invitation_id, request_id, channel, address, fingerprint, language,
disclosure, rank; of receipts signature_id as well.
Parameters: action_id, document_id, audiences (text[]), digest, cycle, round, most_reminders.
"""

from models.messages import Purpose


def was_missed(contact: str) -> str:
    """Ask whether an address of the partner of an invitation was found to lead nowhere."""
    return f"""
        EXISTS (SELECT 1 FROM missed_contact
                WHERE missed_contact.invitation_id = invitation.id
                  AND missed_contact.fingerprint = {contact}.fingerprint)
    """.strip()


_USABLE = """
    target_address.target_id = target.id
    AND (target_address.valid_until IS NULL OR target_address.valid_until >= current_date)
    AND target_address.channel <> 'letter'
"""

_TARGETS = f"""
    SELECT 'target' AS recipient_kind, target.id AS recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, chosen.channel, chosen.address, chosen.fingerprint, target.language,
           CASE target.kind WHEN 'authority' THEN 'authority' WHEN 'mechanism' THEN 'mechanism'
                ELSE 'public' END AS disclosure,
           1 AS rank
    FROM target
    CROSS JOIN LATERAL (
        SELECT channel, address, fingerprint FROM target_address
        WHERE {_USABLE}
        ORDER BY position LIMIT 1) AS chosen
    WHERE target.action_id = :action_id AND 'targets' = ANY(:audiences)
"""

UNREACHABLE_TARGETS = f"""
    SELECT count(*) FROM target
    WHERE target.action_id = :action_id
      AND NOT EXISTS (SELECT 1 FROM target_address WHERE {_USABLE})
"""

# Partners may share one system: each has a fingerprint of its own there.
_SIGNATORIES = """
    SELECT 'partner', partner.id, NULL, NULL,
           CASE WHEN partner.api_url IS NULL THEN 'email' ELSE 'partner_api' END,
           coalesce(partner.api_url, chosen.email),
           CASE WHEN partner.api_url IS NULL THEN chosen.fingerprint
                ELSE sha256(convert_to(partner.slug || ' ' || partner.api_url, 'UTF8')) END,
           chosen.language, 'public', 2
    FROM signature
    JOIN partner ON partner.id = signature.partner_id
    JOIN invitation ON invitation.id = signature.invitation_id
    JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
    WHERE signature.document_id = :document_id AND signature.superseded_at IS NULL
      AND signature.doubted_at IS NULL AND signature.answer = 'signed' AND signature.digest = :digest
      AND 'signatories' = ANY(:audiences)
"""

_CONTACTS = """
    SELECT 'contact', contact.id, NULL, NULL, chosen.channel, chosen.address, chosen.fingerprint,
           contact.language, 'public', CASE contact.kind WHEN 'press' THEN 3 ELSE 4 END
    FROM contact
    CROSS JOIN LATERAL (
        SELECT channel, address, fingerprint FROM contact_address
        WHERE contact_address.contact_id = contact.id
        ORDER BY position LIMIT 1) AS chosen
    WHERE (contact.kind = 'press' AND 'press' = ANY(:audiences))
       OR (contact.kind = 'member' AND 'members' = ANY(:audiences))
"""

# Whoever stands in several audiences gets one message, the most particular one.
_RELEASE = f"""
    SELECT DISTINCT ON (channel, fingerprint) *
    FROM ({_TARGETS} UNION ALL {_SIGNATORIES} UNION ALL {_CONTACTS}) AS everybody
    ORDER BY channel, fingerprint, rank
"""

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

_TO_INVITE = f"{_INVITED} AND {UNASKED_HERE}"

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

_REISSUED = f"{_INVITED} AND {AWAITS_A_LINK}"

# One whom a message is on its way to is not written to beside it.
_UNANSWERED = f"""
    {_INVITED}
      AND {UNANSWERED} AND NOT {was_missed("chosen")}
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

_ANSWER_GIVEN = f"""
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

_TO_APPROVE = f"""
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

_FORMER = f"""
    SELECT 'former_address' AS recipient_kind, changed.id AS recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, 'email' AS channel, changed.previous_address AS address,
           changed.previous_fingerprint AS fingerprint,
           (SELECT languages[1] FROM partner WHERE partner.id = changed.partner_id) AS language,
           'public' AS disclosure, 1 AS rank
    FROM {FORMER_ADDRESS} AND carrier.document_id = :document_id
"""

_COORDINATOR = """
    SELECT 'person' AS recipient_kind, person.id AS recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, 'email' AS channel, person.email AS address, person.fingerprint,
           person.language, 'public' AS disclosure, 1 AS rank
    FROM person
    JOIN urgent_action ON urgent_action.author_id = person.id
    WHERE urgent_action.id = :action_id
"""

_ANSWERED = """
    SELECT DISTINCT 'partner' AS recipient_kind, invitation.partner_id AS recipient_id,
           invitation.id AS invitation_id, NULL::uuid AS request_id, 'email' AS channel,
           chosen.email AS address, chosen.fingerprint, chosen.language, 'public' AS disclosure, 1 AS rank
    FROM question
    JOIN invitation ON invitation.id = question.invitation_id
    JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
    WHERE invitation.document_id = :document_id AND question.answer_turn = :round
      AND invitation.revoked_at IS NULL
"""

_BY_HER_CHANNEL = """
    SELECT 'person' AS recipient_kind, person.id AS recipient_id, NULL::uuid AS invitation_id,
           request.id AS request_id, person.asked_by AS channel,
           CASE person.asked_by WHEN 'sms' THEN person.phone ELSE person.email END AS address,
           CASE person.asked_by WHEN 'sms' THEN person.phone_fingerprint ELSE person.fingerprint END
           AS fingerprint,
           person.language, 'public' AS disclosure, 1 AS rank
    FROM verification_request AS request JOIN person ON person.id = request.person_id
    WHERE request.action_id = :action_id AND request.cycle = :cycle
"""

_ASKED = f"{_BY_HER_CHANNEL} AND request.round = :round"

_UNDECIDED = f"{_BY_HER_CHANNEL} AND request.answered_at IS NULL"

REACHED = """
    SELECT DISTINCT ON (delivery.channel, delivery.fingerprint)
           delivery.recipient_kind, delivery.recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, delivery.channel, delivery.address, delivery.fingerprint,
           delivery.language, 'public' AS disclosure, 1 AS rank
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
    WHERE dispatch.action_id = :action_id
      AND dispatch.purpose IN ('statement', 'invitation', 'sign_on_reminder', 'sign_link',
                               'approval_request')
      AND (delivery.state IN ('sent', 'delivered', 'unknown')
           OR (delivery.state = 'sending' AND delivery.handed_over_at IS NOT NULL))
    ORDER BY delivery.channel, delivery.fingerprint, dispatch.frozen_at DESC
"""
"""Whoever received something of the action, or may have, at the address and in the language of the last."""

RECIPIENTS = {
    Purpose.STATEMENT: _RELEASE,
    Purpose.INVITATION: _TO_INVITE,
    Purpose.SIGN_ON_REMINDER: _UNANSWERED,
    Purpose.ANSWER_RECEIPT: _ANSWER_GIVEN,
    Purpose.DISOWNED_ALARM: _COORDINATOR,
    Purpose.APPROVAL_REQUEST: _TO_APPROVE,
    Purpose.ADDRESS_CHANGED: _FORMER,
    Purpose.QUESTION: _COORDINATOR,
    Purpose.QUESTION_ANSWERED: _ANSWERED,
    Purpose.SIGN_LINK: _REISSUED,
    Purpose.CHECK_IN: _COORDINATOR,
    Purpose.VERIFICATION: _ASKED,
    Purpose.VERIFICATION_REMINDER: _UNDECIDED,
    Purpose.VERIFICATION_ALARM: _COORDINATOR,
    Purpose.LEAK_ALARM: _COORDINATOR,
    Purpose.INVITATION_ALARM: _COORDINATOR,
    Purpose.STOP_NOTICE: REACHED,
}
