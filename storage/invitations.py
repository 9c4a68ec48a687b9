"""The links of invitations, as coordinators see to them: listed, revoked, and reissued."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Document
from models.messages import DispatchRequest, DocumentRef, Purpose
from models.partners import Invitation, LinkState, Partner
from models.records import Addressee, EventKind
from storage.link_revocation import revoke_sign_links
from storage.partner_audiences import AWAITS_A_LINK
from storage.records import announce, record, request_nudge

_LINKS = text("""
    SELECT invitation.id,
           CASE WHEN invitation.revoked_at IS NOT NULL THEN 'revoked'
                WHEN bool_or(link.expires_at > now()) THEN 'live'
                WHEN count(link.id) > 0 THEN 'expired'
                ELSE 'awaited' END AS state,
           max(link.expires_at) AS expires_at
    FROM invitation JOIN document ON document.id = invitation.document_id
    LEFT JOIN sign_link AS link ON link.invitation_id = invitation.id AND link.revoked_at IS NULL
    WHERE document.action_id = :action_id
    GROUP BY invitation.id
""")

# By the clock, not since the transaction began: it may have waited for a message that was frozen meanwhile.
_REISSUE = text("""
    UPDATE invitation SET revoked_at = NULL, reissued_at = clock_timestamp() WHERE id = :invitation
""")


_NEXT_ROUND = text(f"""
    SELECT document.id, document.number,
           1 + (SELECT count(*) FROM dispatch
                WHERE dispatch.document_id = document.id AND dispatch.purpose = 'sign_link') AS round
    FROM document
    WHERE document.action_id = :action_id
      AND EXISTS (SELECT 1 FROM invitation WHERE invitation.document_id = document.id AND {AWAITS_A_LINK})
    ORDER BY document.number DESC LIMIT 1
""")


class Invited(NamedTuple):
    """An invited partner and how its links stand."""

    document: Document
    partner: Partner
    invitation: Invitation
    link: LinkState
    expires_at: datetime | None


async def invited(session: AsyncSession, action_id: UUID) -> list[Invited]:
    """List the invitations of an action with their links, by country and name."""
    states = {row.id: row for row in await session.execute(_LINKS, {"action_id": action_id})}
    found = await session.exec(
        select(Document, Partner, Invitation)
        .join(Invitation, col(Invitation.document_id) == Document.id)
        .join(Partner, col(Partner.id) == Invitation.partner_id)
        .where(Document.action_id == action_id)
        .order_by(col(Partner.country), col(Partner.name), col(Document.number))
        .execution_options(populate_existing=True)
    )
    return [Invited(*row, LinkState(states[row[2].id].state), states[row[2].id].expires_at) for row in found]


async def revoke_links(session: AsyncSession, action: UrgentAction, slug: str, person_id: UUID) -> bool:
    """Revoke every link of a partner in an action, until one is reissued; false where it was never invited.

    Nobody may answer, send or decide beside it: the action must be locked.
    """
    invitations = await _invitations_of(session, action.id, slug)
    if not invitations:
        return False
    await revoke_sign_links(session, invitations)
    await _recorded(session, action, EventKind.LINKS_REVOKED, invitations[0], person_id)
    return True


async def reissue_link(
    session: AsyncSession, action: UrgentAction, slug: str, person_id: UUID, number: int | None = None
) -> bool:
    """Revoke a partner's links to a document, and have a new one sent; its links to others stay as they are.

    The document is that with the number, or the newest that the partner was invited to. False where there is
    none. Nobody may answer, send or decide beside it.
    """
    invitations = await _invitations_of(session, action.id, slug, number)
    if not invitations:
        return False
    newest = invitations[0]
    await revoke_sign_links(session, [newest])
    await session.execute(_REISSUE, {"invitation": newest})
    await _recorded(session, action, EventKind.LINK_REISSUED, newest, person_id)
    await request_nudge(session, action.id, Addressee.ACTION)
    return True


async def links_to_send(session: AsyncSession, action: UrgentAction) -> DispatchRequest | None:
    """Return the next round of new links; None where nobody waits for one."""
    found = (await session.execute(_NEXT_ROUND, {"action_id": action.id})).one_or_none()
    if found is None:
        return None
    document = DocumentRef(
        action_id=action.id, reference=action.reference, document_id=found.id, number=found.number
    )
    return DispatchRequest(document=document, purpose=Purpose.SIGN_LINK, round=found.round)


async def _invitations_of(
    session: AsyncSession, action_id: UUID, slug: str, number: int | None = None
) -> list[UUID]:
    """Return the invitations of a partner, that to the newest document first; with a number that to one."""
    asked = (
        select(Invitation.id)
        .join(Document, col(Document.id) == Invitation.document_id)
        .join(Partner, col(Partner.id) == Invitation.partner_id)
        .where(Document.action_id == action_id, Partner.slug == slug)
        .order_by(col(Document.number).desc())
    )
    if number is not None:
        asked = asked.where(Document.number == number)
    return list(await session.exec(asked))


async def _recorded(
    session: AsyncSession, action: UrgentAction, kind: EventKind, invitation_id: UUID, person_id: UUID
) -> None:
    await record(session, action.id, kind, person_id, {"invitation_id": str(invitation_id)})
    await announce(session, action.id)
