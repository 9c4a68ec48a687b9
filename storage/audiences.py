"""Who receives the messages of a dispatch, as SQL: each selection yields one row a recipient.

Columns: recipient_kind, recipient_id, invitation_id, request_id, channel, address, fingerprint, language,
disclosure, rank; of receipts signature_id as well, of a release languages (text[]), in the recipient's order.
Parameters: action_id, document_id, digest, cycle, round, most_reminders; and those of
`storage/contact_audiences.py`.
"""

from models.messages import Purpose
from storage.contact_audiences import CONTACTS
from storage.partner_audiences import (
    ANSWER_GIVEN,
    FORMER,
    NOT_CONFIRMED,
    QUESTION_ANSWERED,
    REISSUED,
    TO_APPROVE,
    TO_INVITE,
    TO_REMIND,
    TO_SIGN_AGAIN,
)
from storage.suppressions import LISTS_ALONE

_USABLE = f"""
    target_address.target_id = target.id
    AND (target_address.valid_until IS NULL OR target_address.valid_until >= current_date)
    AND NOT EXISTS (SELECT 1 FROM suppression
                    WHERE suppression.fingerprint = target_address.fingerprint
                      AND suppression.reason NOT IN ({LISTS_ALONE}))
"""

# One target has one letter, whoever else has an office in the same house.
LETTER_FINGERPRINT = "sha256(convert_to('letter ' || target.id, 'UTF8'))"

# Whom a machine can write to is not kept waiting for the post.
TARGETS = f"""
    SELECT 'target' AS recipient_kind, target.id AS recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, chosen.channel, chosen.address, chosen.fingerprint, target.language,
           CASE target.kind WHEN 'authority' THEN 'authority' WHEN 'mechanism' THEN 'mechanism'
                ELSE 'public' END AS disclosure,
           1 AS rank, ARRAY[target.language]::text[] AS languages
    FROM target
    CROSS JOIN LATERAL (
        SELECT channel, address,
               CASE channel WHEN 'letter' THEN {LETTER_FINGERPRINT} ELSE fingerprint END AS fingerprint
        FROM target_address
        WHERE {_USABLE}
        ORDER BY channel = 'letter', position LIMIT 1) AS chosen
    WHERE target.action_id = :action_id AND 'targets' = ANY(:audiences)
"""

UNREACHABLE_TARGETS = f"""
    SELECT target.position, target.offices FROM target
    WHERE target.action_id = :action_id
      AND NOT EXISTS (SELECT 1 FROM target_address WHERE {_USABLE})
    ORDER BY target.position
"""
"""Number and names of the targets that have no address that can be written to."""

# Partners may share one system: each has a fingerprint of its own there.
_SIGNATORIES = """
    SELECT 'partner', partner.id, NULL, NULL,
           CASE WHEN partner.api_url IS NULL THEN 'email' ELSE 'partner_api' END,
           coalesce(partner.api_url, chosen.email),
           CASE WHEN partner.api_url IS NULL THEN chosen.fingerprint
                ELSE sha256(convert_to(partner.slug || ' ' || partner.api_url, 'UTF8')) END,
           chosen.language, 'public', 2, ARRAY[chosen.language]::text[]
    FROM signature
    JOIN partner ON partner.id = signature.partner_id
    JOIN invitation ON invitation.id = signature.invitation_id
    JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
    WHERE signature.document_id = :document_id AND signature.superseded_at IS NULL
      AND signature.doubted_at IS NULL AND signature.answer = 'signed' AND signature.digest = :digest
      AND 'signatories' = ANY(:audiences)
"""

# Whoever stands in several audiences gets one message, the most particular one.
_RELEASE = f"""
    SELECT DISTINCT ON (channel, fingerprint) *
    FROM ({TARGETS} UNION ALL {_SIGNATORIES} UNION ALL {CONTACTS}) AS everybody
    ORDER BY channel, fingerprint, rank, recipient_id
"""

_COORDINATOR = """
    SELECT 'person' AS recipient_kind, person.id AS recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, 'email' AS channel, person.email AS address, person.fingerprint,
           person.language, 'public' AS disclosure, 1 AS rank
    FROM person
    JOIN urgent_action ON urgent_action.author_id = person.id
    WHERE urgent_action.id = :action_id
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

# A partner's system is one wherever it stands: it is written to where it is now, and once.
_PLACE = """
    CASE delivery.channel WHEN 'partner_api' THEN convert_to(delivery.recipient_id::text, 'UTF8')
                          ELSE delivery.fingerprint END
""".strip()

REACHED = f"""
    SELECT DISTINCT ON (delivery.channel, {_PLACE})
           delivery.recipient_kind, delivery.recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, delivery.channel, delivery.address, delivery.fingerprint,
           delivery.language, 'public' AS disclosure, 1 AS rank
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
    WHERE dispatch.action_id = :action_id
      AND dispatch.purpose IN ('statement', 'invitation', 'sign_on_reminder', 'sign_again', 'sign_link',
                               'approval_request')
      AND (delivery.state IN ('sent', 'delivered', 'unknown')
           OR (delivery.state = 'sending' AND delivery.handed_over_at IS NOT NULL)
           OR (delivery.state = 'ready' AND delivery.provider IS NOT NULL)
           OR (delivery.state IN ('ready', 'parked', 'cancelled') AND delivery.resent_at IS NOT NULL))
    ORDER BY delivery.channel, {_PLACE}, dispatch.frozen_at DESC
"""
"""Whoever received something of the action, or may have, at the address and in the language of the last."""

# What was read for a message is a little older than its claim: rather is somebody told of twice than never.
TOLD = """
    (signature.digest = known.digest AND signature.answered_at <= known.since
     AND coalesce(signature.superseded_at > known.claimed_at, true))
"""
"""A signature stood on the list that a recipient has."""

STANDS = """
    (signature.digest = :digest AND signature.superseded_at IS NULL AND signature.doubted_at IS NULL)
"""
"""It stands on the list of today."""

OLD_LISTS = f"""
    SELECT known.recipient_kind, known.recipient_id, NULL::uuid AS invitation_id, NULL::uuid AS request_id,
           known.channel, known.address, known.fingerprint, known.language, 'public' AS disclosure, 1 AS rank
    FROM (SELECT DISTINCT ON ({_PLACE}) delivery.*, dispatch.digest AS known_digest,
                 greatest(dispatch.frozen_at, delivery.not_before) AS since
          FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
          WHERE dispatch.document_id = :document_id AND dispatch.purpose IN ('statement', 'addendum')
            AND delivery.channel IN ('email', 'partner_api')
            AND delivery.state IN ('sent', 'delivered', 'unknown')
          ORDER BY {_PLACE}, delivery.claimed_at DESC) AS known
    WHERE EXISTS (
        SELECT 1 FROM signature
        WHERE signature.document_id = :document_id
          AND signature.answer = 'signed' AND signature.visibility = 'public'
        GROUP BY signature.partner_id
        HAVING bool_or({TOLD.replace("known.digest", "known.known_digest")})
               <> bool_or({STANDS})
           AND (:telling OR bool_or({STANDS})))
"""
"""Whoever received a document, by mail or in a system of its own, with another list than the one of today."""

RECIPIENTS = {
    Purpose.STATEMENT: _RELEASE,
    Purpose.ADDENDUM: OLD_LISTS,
    Purpose.INVITATION: TO_INVITE,
    Purpose.SIGN_ON_REMINDER: TO_REMIND,
    Purpose.SIGN_AGAIN: TO_SIGN_AGAIN,
    Purpose.ANSWER_RECEIPT: ANSWER_GIVEN,
    Purpose.DISOWNED_ALARM: _COORDINATOR,
    Purpose.APPROVAL_REQUEST: TO_APPROVE,
    Purpose.APPROVAL_DECLINED: NOT_CONFIRMED,
    Purpose.ADDRESS_CHANGED: FORMER,
    Purpose.QUESTION: _COORDINATOR,
    Purpose.QUESTION_ANSWERED: QUESTION_ANSWERED,
    Purpose.SIGN_LINK: REISSUED,
    Purpose.CHECK_IN: _COORDINATOR,
    Purpose.VERIFICATION: _ASKED,
    Purpose.VERIFICATION_REMINDER: _UNDECIDED,
    Purpose.VERIFICATION_ALARM: _COORDINATOR,
    Purpose.LEAK_ALARM: _COORDINATOR,
    Purpose.INVITATION_ALARM: _COORDINATOR,
    Purpose.STOP_NOTICE: REACHED,
}
