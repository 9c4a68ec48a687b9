"""Where sign links lead, asked before anything that their pages show."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from storage.driver import ask, driver_of

IS_LIVE: Final = """
    sign_link.token_hash = :token_hash AND sign_link.revoked_at IS NULL
    AND sign_link.expires_at > :now AND invitation.revoked_at IS NULL
    -- An invitation that was made while a compromise was told of is not revoked by it.
    AND partner.status <> 'compromised'
"""
"""Asked of each link that opens anything. It expects its `invitation`, and the `partner` of that."""

_LEADS: Final = text(f"""
    SELECT invitation.id, sign_link.proposal_id
    FROM sign_link JOIN invitation ON invitation.id = sign_link.invitation_id
    JOIN partner ON partner.id = invitation.partner_id
    WHERE {IS_LIVE}
""")


class LinkedPage(NamedTuple):
    """The page of an invitation, or that of a proposal to it, where an approver was sent the link."""

    invitation_id: UUID
    proposal_id: UUID | None


async def linked_page(session: AsyncSession, token_hash: bytes) -> LinkedPage | None:
    """Find the page that a token leads to."""
    asked = {"token_hash": token_hash, "now": now()}
    row = await (await ask(await driver_of(session), _LEADS, asked)).fetchone()
    return LinkedPage(*row) if row else None
