"""When messages to partners, and what their pages ask for, are still wanted, as SQL.

The aliases are those of `storage/gate.py`.
"""

from typing import Final

from models.messages import Purpose

SIGN_ON: Final = frozenset({Purpose.INVITATION, Purpose.SIGN_ON_REMINDER})
"""What asks partners to sign."""

LINKS: Final = SIGN_ON | {
    Purpose.SIGN_AGAIN,
    Purpose.SIGN_LINK,
    Purpose.APPROVAL_REQUEST,
    Purpose.APPROVAL_DECLINED,
    Purpose.QUESTION_ANSWERED,
}
"""What carries a link to a partner's page."""

PERSONAL: Final = frozenset(
    {
        Purpose.APPROVAL_REQUEST,
        Purpose.APPROVAL_DECLINED,
        Purpose.QUESTION,
        Purpose.QUESTION_ANSWERED,
        Purpose.ADDRESS_CHANGED,
    }
)
"""What goes to single people when something was written on a partner's page."""

UNANSWERED_INVITATION: Final = """
    NOT EXISTS (SELECT 1 FROM signature
                WHERE signature.invitation_id = delivery.invitation_id AND signature.superseded_at IS NULL)
"""

WINDOW_OPEN: Final = """
    EXISTS (SELECT 1 FROM document
            WHERE document.id = dispatch.document_id AND document.sign_on_opened_at IS NOT NULL
              AND document.sign_on_ended_at IS NULL)
"""
"""Of the document itself: the window of another one of the same case lets nothing out about it."""

LINKS_AS_THEY_WERE: Final = """
    EXISTS (SELECT 1 FROM invitation JOIN partner ON partner.id = invitation.partner_id
            WHERE invitation.id = delivery.invitation_id AND invitation.revoked_at IS NULL
              AND (invitation.reissued_at IS NULL OR invitation.reissued_at <= dispatch.frozen_at)
              AND partner.status <> 'compromised')
"""
"""The status is asked besides: an invitation that was made while a compromise was told of is not revoked."""

OPEN_PROPOSAL: Final = """
    EXISTS (SELECT 1 FROM proposal WHERE proposal.id = delivery.recipient_id AND proposal.state = 'open')
"""

# Of each message, not of the round: one that were not frozen would keep back word of later questions.
UNANSWERED_QUESTION: Final = """
    EXISTS (SELECT 1 FROM question JOIN invitation ON invitation.id = question.invitation_id
            WHERE delivery.dispatch_id = dispatch.id AND invitation.document_id = dispatch.document_id
              AND question.turn = dispatch.round AND question.answered_at IS NULL)
"""

ANSWER_AS_IT_WAS: Final = """
    EXISTS (SELECT 1 FROM signature JOIN partner ON partner.id = signature.partner_id
            WHERE signature.id = delivery.signature_id AND signature.superseded_at IS NULL
              AND (signature.doubted_at IS NULL OR signature.doubted_at <= dispatch.frozen_at)
              AND partner.status <> 'compromised'
              AND partner.registered_fingerprint = delivery.fingerprint)
"""
"""Asked of a frozen receipt: it tells the answer as it is, and where it should."""
