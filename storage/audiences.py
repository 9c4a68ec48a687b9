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
from storage.signatures import COUNTING
from storage.suppressions import LISTS_ALONE

_USABLE = f"""
    target_address.target_id = target.id
    AND (target_address.valid_until IS NULL OR target_address.valid_until >= now()::date)
    AND NOT EXISTS (SELECT 1 FROM suppression
                    WHERE suppression.fingerprint = target_address.fingerprint
                      AND suppression.reason NOT IN ({LISTS_ALONE}))
"""

MAILABLE = f"({_USABLE} AND target_address.channel = 'email')"
"""Of a `target` and a `target_address`: it can be written to by mail."""

# One target has one letter, whoever else has an office in the same house.
LETTER_FINGERPRINT = "sha256(convert_to('letter ' || target.id, 'UTF8'))"

DISCLOSURE = """
    CASE target.kind WHEN 'authority' THEN 'authority' WHEN 'mechanism' THEN 'mechanism' ELSE 'public' END
"""

# Whom a machine can write to is not kept waiting for the post.
TARGETS = f"""
    SELECT 'target' AS recipient_kind, target.id AS recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, chosen.channel, chosen.address, chosen.fingerprint, target.language,
           {DISCLOSURE} AS disclosure,
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
_SYSTEM_FINGERPRINT = "sha256(convert_to(partner.slug || ' ' || partner.api_url, 'UTF8'))"

_SIGNATORIES = f"""
    SELECT 'partner', partner.id, NULL, NULL,
           CASE WHEN partner.api_url IS NULL THEN 'email' ELSE 'partner_api' END,
           coalesce(partner.api_url, chosen.email),
           CASE WHEN partner.api_url IS NULL THEN chosen.fingerprint
                ELSE {_SYSTEM_FINGERPRINT} END,
           chosen.language, 'public', 2, ARRAY[chosen.language]::text[]
    FROM signature
    JOIN partner ON partner.id = signature.partner_id
    JOIN invitation ON invitation.id = signature.invitation_id
    JOIN partner_contact AS chosen ON chosen.id = invitation.contact_id
    WHERE signature.document_id = :document_id AND signature.superseded_at IS NULL
      AND signature.doubted_at IS NULL AND signature.answer = 'signed' AND signature.digest = :digest
      AND 'signatories' = ANY(:audiences)
"""

_COORDINATOR = """
    SELECT 'person' AS recipient_kind, person.id AS recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, 'email' AS channel, person.email AS address, person.fingerprint,
           person.language, 'public' AS disclosure, 1 AS rank
    FROM person
    JOIN urgent_action ON urgent_action.author_id = person.id
    WHERE urgent_action.id = :action_id
"""

_DIGEST_READER = """
    SELECT 'person' AS recipient_kind, person.id AS recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, 'email' AS channel, person.email AS address, person.fingerprint,
           person.language, 'public' AS disclosure, 1 AS rank
    FROM person
    JOIN weekly_digest ON weekly_digest.person_id = person.id
    WHERE weekly_digest.number = :round AND weekly_digest.document_id = :document_id
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

_WHERE_IT_IS = """
    LEFT JOIN partner ON delivery.channel = 'partner_api' AND partner.id = delivery.recipient_id
    LEFT JOIN LATERAL (
        SELECT email, fingerprint FROM partner_contact
        WHERE partner_contact.partner_id = partner.id AND partner_contact.gone_at IS NULL
        ORDER BY position LIMIT 1) AS chosen ON true
"""

_CHANNEL = """
    CASE WHEN partner.id IS NOT NULL AND partner.api_url IS NULL AND chosen.email IS NOT NULL THEN 'email'
         ELSE delivery.channel END
"""

_ADDRESS = "coalesce(partner.api_url, chosen.email, delivery.address)"

_FINGERPRINT = f"coalesce({_SYSTEM_FINGERPRINT}, chosen.fingerprint, delivery.fingerprint)"
"""Of a delivery: a partner whose system has moved since is told at its new place, or by mail without one."""


def _reached(purposes: str, more: str = "true") -> str:
    return f"""
        SELECT DISTINCT ON ({_CHANNEL}, {_FINGERPRINT})
               delivery.recipient_kind, delivery.recipient_id, NULL::uuid AS invitation_id,
               NULL::uuid AS request_id, {_CHANNEL} AS channel, {_ADDRESS} AS address,
               {_FINGERPRINT} AS fingerprint, delivery.language, 'public' AS disclosure, 1 AS rank,
               delivery.channel AS reached_by, delivery.disclosure AS disclosed
        FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id {_WHERE_IT_IS}
        WHERE dispatch.action_id = :action_id
          AND dispatch.purpose IN ({purposes}) AND {more}
          AND (delivery.state IN ('sent', 'delivered', 'unknown')
               OR (delivery.state = 'sending' AND delivery.handed_over_at IS NOT NULL)
               OR (delivery.state = 'ready' AND delivery.provider IS NOT NULL)
               OR (delivery.state IN ('ready', 'parked', 'cancelled') AND delivery.resent_at IS NOT NULL))
        ORDER BY {_CHANNEL}, {_FINGERPRINT}, dispatch.frozen_at DESC
"""


REACHED = _reached(
    "'statement', 'invitation', 'sign_on_reminder', 'sign_again', 'sign_link', 'approval_request',"
    " 'reply_reminder'"
)
"""Whoever received something of the action, or may have, at the address and in the language of the last.

`reached_by` is the channel by which that was, `disclosed` to what kind of reader.
"""

_IS_GUIDED = "EXISTS (SELECT 1 FROM document WHERE document.id = :document_id AND document.guided)"

_FOLLOWS = """
    EXISTS (SELECT 1 FROM document WHERE document.id = :document_id
              AND document.kind = 'further_information' AND NOT document.guided)
"""

# What came before a reopening is another story; the last place, since any other audience says more of them.
_RECEIVED = _reached(
    "'statement'",
    """EXISTS (SELECT 1 FROM document AS earlier JOIN urgent_action AS action ON action.id = earlier.action_id
               WHERE earlier.id = dispatch.document_id AND earlier.id <> :document_id
                 AND earlier.number >= action.leading_document)""",
)

_AS_RECEIVED = """
    SELECT recipient_kind, recipient_id, NULL, NULL, channel, address, fingerprint, language, disclosed,
           9, ARRAY[language]::text[]
"""

_NEW_OFFICES = f"""
    SELECT office.* FROM ({TARGETS}) AS office
    WHERE EXISTS (SELECT 1 FROM document WHERE document.id = :document_id
                    AND document.guided AND document.kind = 'further_information')
      AND NOT EXISTS (SELECT 1 FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
                      WHERE dispatch.action_id = :action_id AND dispatch.document_id <> :document_id
                        AND delivery.recipient_kind = 'target'
                        AND delivery.recipient_id = office.recipient_id)
"""
"""Whom nothing of the action was ever meant for: who came to it with the fact that changed."""

# What replaces old demands goes to exactly those who have them, and to offices that were added since.
# Further information also goes to those who received what it follows. Who is in several audiences gets
# one message, the most particular one, at the address of today.
_RELEASE = f"""
    WITH meant AS ({TARGETS} UNION ALL {_SIGNATORIES} UNION ALL {CONTACTS})
    SELECT DISTINCT ON (channel, fingerprint) *
    FROM (SELECT * FROM meant WHERE NOT {_IS_GUIDED}
          UNION ALL {_NEW_OFFICES}
          UNION ALL {_AS_RECEIVED} FROM ({REACHED}) AS reached WHERE {_IS_GUIDED}
          UNION ALL {_AS_RECEIVED} FROM ({_RECEIVED}) AS received
          WHERE {_FOLLOWS} AND NOT EXISTS (
              SELECT 1 FROM meant WHERE meant.recipient_kind = received.recipient_kind
                                    AND meant.recipient_id = received.recipient_id)) AS everybody
    ORDER BY channel, fingerprint, rank, recipient_id
"""

# What was read for a message is a little older than its claim: rather is somebody told of twice than never.
TOLD = """
    (signature.digest = known.digest AND signature.answered_at <= known.since
     AND coalesce(signature.superseded_at > known.claimed_at, true))
"""
"""A signature stood on the list that a recipient has."""

STANDS = f"""
    (signature.digest = :digest AND {COUNTING})
"""
"""It stands on the list of today."""

NAMED_THERE = """
    (signature.visibility = 'public' OR (signature.visibility = 'authorities' AND known.by_authority))
"""
"""The recipient of a list may be told whose a signature is: what is for authorities went to one before."""

OLD_LISTS = f"""
    SELECT known.recipient_kind, known.recipient_id, NULL::uuid AS invitation_id, NULL::uuid AS request_id,
           known.channel, known.address, known.fingerprint, known.language, 'public' AS disclosure, 1 AS rank
    FROM (SELECT DISTINCT ON ({_FINGERPRINT})
                 delivery.recipient_kind, delivery.recipient_id, {_CHANNEL} AS channel, {_ADDRESS} AS address,
                 {_FINGERPRINT} AS fingerprint, delivery.language, delivery.claimed_at,
                 dispatch.digest AS known_digest, greatest(dispatch.frozen_at, delivery.not_before) AS since,
                 bool_or(delivery.disclosure = 'authority') OVER (PARTITION BY delivery.fingerprint)
                 AS by_authority
          FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id {_WHERE_IT_IS}
          WHERE dispatch.document_id = :document_id AND dispatch.purpose IN ('statement', 'addendum')
            AND delivery.channel IN ('email', 'partner_api')
            AND delivery.state IN ('sent', 'delivered', 'unknown')
          ORDER BY {_FINGERPRINT}, delivery.claimed_at DESC) AS known
    WHERE EXISTS (
        SELECT 1 FROM signature
        WHERE signature.document_id = :document_id
          AND signature.answer = 'signed' AND {NAMED_THERE}
        GROUP BY signature.partner_id
        HAVING bool_or({TOLD.replace("known.digest", "known.known_digest")})
               <> bool_or({STANDS})
           AND (:telling OR bool_or({STANDS})))
"""
"""Whoever received a document, by mail or in a system of its own, with another list than the one of today."""

# By mail alone: a person posts a letter herself, and says so.
_OVERDUE_LETTER = f"""
    SELECT 'target' AS recipient_kind, target.id AS recipient_id, NULL::uuid AS invitation_id,
           NULL::uuid AS request_id, chosen.channel, chosen.address, chosen.fingerprint, target.language,
           {DISCLOSURE} AS disclosure, 1 AS rank
    FROM fallen_due JOIN escalation_step AS step ON step.id = fallen_due.subject_id
    JOIN target ON target.id = step.addressee_id
    CROSS JOIN LATERAL (
        SELECT channel, address, fingerprint FROM target_address
        WHERE {MAILABLE} ORDER BY position LIMIT 1) AS chosen
    WHERE fallen_due.document_id = :document_id AND fallen_due.kind = 'reply_letter'
      AND fallen_due.round = :round
"""

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
    Purpose.EXPIRY_WARNING: _COORDINATOR,
    Purpose.VERIFICATION: _ASKED,
    Purpose.VERIFICATION_REMINDER: _UNDECIDED,
    Purpose.VERIFICATION_ALARM: _COORDINATOR,
    Purpose.LEAK_ALARM: _COORDINATOR,
    Purpose.INVITATION_ALARM: _COORDINATOR,
    Purpose.REPLY_OVERDUE: _COORDINATOR,
    Purpose.REPLY_REMINDER: _OVERDUE_LETTER,
    Purpose.MILESTONE: _COORDINATOR,
    Purpose.DIGEST: _DIGEST_READER,
    Purpose.STOP_NOTICE: REACHED,
}
