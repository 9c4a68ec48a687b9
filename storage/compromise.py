"""A partner whose addresses or links somebody else may hold: all is revoked at once, and confirmed again."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.documents import Document
from models.partner_vocabulary import PartnerStatus
from models.partners import Invitation, Partner, Signature
from models.records import EventKind
from storage.action_lock import have_action_alone
from storage.link_revocation import revoke_answer_links, revoke_sign_links
from storage.partner_keys import revoke_keys
from storage.partners import set_status
from storage.proposals import end_open
from storage.receipts import tell_of_answers
from storage.records import announce, record

# Whoever signs after it by mandate signed because of what is doubted now, however long the chain.
_DOUBT = text("""
    WITH RECURSIVE doubted AS (
        SELECT signature.id, signature.document_id, signature.partner_id
        FROM signature WHERE signature.id = ANY(:signatures)
        UNION
        SELECT following.id, following.document_id, following.partner_id
        FROM doubted JOIN signature AS following ON following.document_id = doubted.document_id
                                                AND following.by_mandate_of = doubted.partner_id
        WHERE following.superseded_at IS NULL AND following.answer = 'signed')
    UPDATE signature SET doubted_at = :at FROM doubted WHERE signature.id = doubted.id
    RETURNING signature.id, signature.document_id
""")


class Compromised(NamedTuple):
    """How much of a partner was revoked or doubted."""

    invitations: int
    doubted: int


class _Invited(NamedTuple):
    action_id: UUID
    document_number: int
    invitation_id: UUID


async def compromise(session: AsyncSession, partner: Partner, person_id: UUID) -> Compromised:
    """Revoke every link of a partner, and doubt its signatures of actions that have not ended.

    Nobody else may change the directory. A repetition revokes and doubts what has come since.
    """
    invited = await _invited(session, partner)
    for action_id in sorted({one.action_id for one in invited}):
        await have_action_alone(session, action_id)
    invited = await _invited(session, partner)
    await set_status(session, partner, PartnerStatus.COMPROMISED, person_id)
    invitations = [one.invitation_id for one in invited]
    for invitation_id in invitations:
        await end_open(session, invitation_id, confirmed=None)
    await revoke_sign_links(session, invitations)
    await revoke_answer_links(session, invitations)
    await revoke_keys(session, partner.id)
    doubted = await _doubt(session, partner)
    for action_id in sorted({one.action_id for one in invited}):
        documents = sorted(one.document_number for one in invited if one.action_id == action_id)
        detail = {"partner_id": str(partner.id), "documents": documents}
        await record(session, action_id, EventKind.PARTNER_COMPROMISED, person_id, detail)
        for number in documents:
            await tell_of_answers(session, action_id, number)
        await announce(session, action_id)
    return Compromised(len(invitations), doubted)


async def restore(session: AsyncSession, partner: Partner, person_id: UUID) -> int:
    """Have a partner asked at its registered address to confirm what is doubted, and return how much that is.

    Links stay revoked until they are reissued.
    """
    await set_status(session, partner, PartnerStatus.ACTIVE, person_id)
    found = await session.exec(
        select(Document.action_id, Document.number)
        .join(Signature, col(Signature.document_id) == Document.id)
        .where(
            Signature.partner_id == partner.id,
            col(Signature.superseded_at).is_(None),
            col(Signature.doubted_at).is_not(None),
        )
        .order_by(col(Document.action_id))
    )
    asked = list(found)
    for action_id, number in asked:
        await tell_of_answers(session, action_id, number)
    return len(asked)


async def _invited(session: AsyncSession, partner: Partner) -> list[_Invited]:
    found = await session.exec(
        select(Document.action_id, Document.number, Invitation.id)
        .join(Invitation, col(Invitation.document_id) == Document.id)
        .where(Invitation.partner_id == partner.id)
    )
    return [_Invited(*row) for row in found]


async def _doubt(session: AsyncSession, partner: Partner) -> int:
    found = await session.execute(
        text("""
            SELECT signature.id FROM signature
            JOIN document ON document.id = signature.document_id
            JOIN urgent_action AS action ON action.id = document.action_id
            WHERE signature.partner_id = :partner_id AND signature.superseded_at IS NULL
              AND signature.answer = 'signed' AND action.closed_at IS NULL AND action.stopped_at IS NULL
              AND action.rejected_at IS NULL
        """),
        {"partner_id": partner.id},
    )
    doubted = await session.execute(_DOUBT, {"signatures": list(found.scalars()), "at": now()})
    return len(doubted.all())
