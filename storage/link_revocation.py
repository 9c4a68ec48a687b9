"""Ending the links of invitations: none opens anything any more."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

REVOKED_BEFORE: Final = """
    (SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM signature
                                  WHERE signature.invitation_id = earlier.id
                                    AND signature.confirmed_at > earlier.revoked_at)
                 THEN earlier.revoked_at END
     FROM invitation AS earlier JOIN document AS before ON before.id = earlier.document_id
                                JOIN document AS asking ON asking.action_id = before.action_id
     WHERE asking.id = :document_id AND earlier.partner_id = partner.id
     ORDER BY before.number DESC LIMIT 1)
"""
"""Since when a partner that a document of an action invites has no links in it: none is sent by itself.

Once it confirmed its signature since, at its registered address, it is asked about later documents again.
"""

_REVOKE_SIGN_LINKS = text("""
    UPDATE sign_link SET revoked_at = now() WHERE invitation_id = ANY(:invitations) AND revoked_at IS NULL
""")

_TAKE_BACK_PROPOSALS = text("""
    UPDATE proposal SET state = 'taken_back', ended_at = now()
    WHERE invitation_id = ANY(:invitations) AND state = 'open'
""")

# By the clock, not since the transaction began: it may have waited for a message that was frozen meanwhile.
_REVOKE_INVITATIONS = text("""
    UPDATE invitation SET revoked_at = clock_timestamp() WHERE id = ANY(:invitations) AND revoked_at IS NULL
""")

_REVOKE_ANSWER_LINKS = text("""
    UPDATE answer_link SET revoked_at = now() WHERE invitation_id = ANY(:invitations) AND revoked_at IS NULL
""")


async def revoke_sign_links(session: AsyncSession, invitations: Collection[UUID]) -> None:
    """Let nobody read, sign or be reminded by the links of invitations, until others are sent.

    Whoever was asked to confirm a signature is asked no more.
    """
    for statement in (_REVOKE_SIGN_LINKS, _TAKE_BACK_PROPOSALS, _REVOKE_INVITATIONS):
        await session.execute(statement, {"invitations": list(invitations)})


async def revoke_answer_links(session: AsyncSession, invitations: Collection[UUID]) -> None:
    """Let nobody disown or confirm anything by the links in earlier receipts."""
    await session.execute(_REVOKE_ANSWER_LINKS, {"invitations": list(invitations)})
