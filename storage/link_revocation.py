"""Ending the links of invitations: none opens anything any more."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

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
