"""To whom messages go and in which language, as SQL: what is frozen, and what is counted before.

Columns: those of `storage/audiences.py`, and `spoken_in`: NULL where nothing goes to somebody yet.
Parameters: those there, and purpose, version_id, languages (text[], those that are approved).
"""

from typing import Final

from models.messages import Purpose
from storage.audiences import RECIPIENTS, TARGETS
from storage.gate import WITHOUT_TEXT

_NOT_TWICE: Final = frozenset({Purpose.STATEMENT, Purpose.STOP_NOTICE})
"""What goes to an address once, however many rounds it takes."""

_MISSED: Final = "('cancelled', 'suppressed', 'failed', 'bounced')"

_SERVED: Final = """
    EXISTS (
        SELECT 1 FROM delivery AS earlier JOIN dispatch AS before ON before.id = earlier.dispatch_id
        WHERE before.document_id = :document_id AND before.purpose = :purpose
          AND earlier.channel = recipient.channel AND earlier.fingerprint = recipient.fingerprint
          AND (earlier.state NOT IN ('cancelled', 'suppressed') OR earlier.resent_at IS NOT NULL))
"""

# Who has another address by now has the document all the same, unless nothing arrived at the one before.
_REACHED_BEFORE: Final = f"""
    EXISTS (
        SELECT 1 FROM delivery AS earlier JOIN dispatch AS before ON before.id = earlier.dispatch_id
        WHERE before.document_id = :document_id AND before.purpose = :purpose
          AND earlier.recipient_kind = recipient.recipient_kind
          AND earlier.recipient_id = recipient.recipient_id AND earlier.state NOT IN {_MISSED})
"""


def _language(preference: str) -> str:
    """Choose the first language of somebody that is approved.

    A language that is approved later is released later; a partner is asked in another meanwhile.
    """
    return f"""
        coalesce(
            (SELECT approved FROM unnest({preference}) WITH ORDINALITY AS wish (language, place)
             JOIN unnest(CAST(:languages AS text[])) AS approved
               ON approved IN (wish.language, split_part(wish.language, '-', 1))
             ORDER BY wish.place, approved = wish.language DESC LIMIT 1),
            CASE WHEN :purpose IN ('invitation', 'sign_on_reminder', 'sign_again', 'approval_request')
                   OR NOT EXISTS (
                     SELECT 1 FROM document_text JOIN unnest({preference}) AS wish
                       ON document_text.language IN (wish, split_part(wish, '-', 1))
                     WHERE version_id = :version_id)
                 THEN (CAST(:languages AS text[]))[1] END)
    """


def _addressed(purpose: Purpose, recipients: str) -> str:
    own = "recipient.languages" if purpose is Purpose.STATEMENT else "ARRAY[recipient.language]::text[]"
    spoken = "recipient.language" if purpose in WITHOUT_TEXT else _language(own)
    once = f"WHERE NOT {_SERVED}" if purpose in _NOT_TWICE else ""
    if purpose is Purpose.STATEMENT:
        once += f" AND NOT {_REACHED_BEFORE}"
    return f"SELECT recipient.*, {spoken} AS spoken_in FROM ({recipients}) AS recipient {once}"


_RELEASED: Final = _addressed(Purpose.STATEMENT, RECIPIENTS[Purpose.STATEMENT])

# What differs between the messages of a release, but for names, follows from these four.
_REHEARSED: Final = f"""
    SELECT DISTINCT ON (one.recipient_kind, one.channel, one.spoken_in, one.disclosure)
           one.recipient_kind, one.recipient_id, one.invitation_id, one.request_id, one.channel,
           CASE WHEN one.channel = 'email' THEN person.email
                WHEN one.channel = 'sms' THEN coalesce(person.phone, one.address)
                ELSE one.address END AS address,
           CASE WHEN one.channel = 'email' THEN person.fingerprint
                WHEN one.channel = 'sms' THEN coalesce(person.phone_fingerprint, one.fingerprint)
                ELSE one.fingerprint END AS fingerprint,
           one.language, one.disclosure, one.rank, one.spoken_in
    FROM ({_RELEASED.replace(":purpose", f"'{Purpose.STATEMENT}'")}) AS one
    JOIN rehearsal ON rehearsal.document_id = :document_id AND rehearsal.round = :round
    JOIN person ON person.id = rehearsal.wanted_by
    WHERE one.spoken_in IS NOT NULL
      AND (NOT rehearsal.sent OR one.channel = 'email' OR (one.channel = 'sms' AND person.phone IS NOT NULL))
    ORDER BY one.recipient_kind, one.channel, one.spoken_in, one.disclosure, one.recipient_id
"""

ADDRESSED: Final = {
    **{purpose: _addressed(purpose, recipients) for purpose, recipients in RECIPIENTS.items()},
    Purpose.REHEARSAL: _REHEARSED,
}

RELEASED_TO_TARGETS: Final = _addressed(Purpose.STATEMENT, TARGETS)
"""The targets of a release, as they are frozen."""
