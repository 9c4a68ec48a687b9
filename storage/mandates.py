"""Standing mandates: partners that sign after another sign with it, and take back with it.

Whoever answered herself is left alone. A chain of mandates is followed to its end: in each document a partner
signs after another once.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.partner_vocabulary import PartnerStatus
from models.partners import Partner, Signature
from models.vocabulary import Answer
from storage.answer_rows import as_it_was, take_the_place

_INVITE: Final = text("""
    INSERT INTO invitation (id, document_id, version_id, partner_id, contact_id, invited_at)
    SELECT gen_random_uuid(), :document_id, :version_id, :partner_id, chosen.id, now()
    FROM (SELECT id FROM partner_contact
          WHERE partner_id = :partner_id AND gone_at IS NULL ORDER BY position LIMIT 1) AS chosen
    ON CONFLICT (document_id, partner_id) DO UPDATE SET invited_at = invitation.invited_at
    RETURNING id
""")
"""Silently: no message goes with it."""

_LOCK = text("""
    WITH RECURSIVE follower AS (
        SELECT id FROM partner WHERE mandate_follows = :partner_id
        UNION
        SELECT partner.id FROM follower JOIN partner ON partner.mandate_follows = follower.id)
    SELECT invitation.id FROM invitation
    WHERE document_id = :document_id AND partner_id IN (SELECT id FROM follower)
    ORDER BY invitation.id FOR UPDATE
""")


async def lock_followers(session: AsyncSession, document_id: UUID, partner_id: UUID) -> None:
    """Let no partner that signs after another answer beside it; to be called before anything is recorded."""
    await session.execute(_LOCK, {"document_id": document_id, "partner_id": partner_id})


async def answer_for_followers(session: AsyncSession, action_id: UUID, given: Signature) -> None:
    """Write down what follows from an answer by mandate; a partner that declines decides for itself alone."""
    if given.answer is Answer.SIGNED:
        await _sign_after(session, action_id, given)
    elif given.answer is Answer.WITHDRAWN:
        await _take_back_after(session, action_id, given)


async def _sign_after(session: AsyncSession, action_id: UUID, given: Signature) -> None:
    followers = await session.exec(
        select(Partner)
        .where(Partner.mandate_follows == given.partner_id, Partner.status == PartnerStatus.ACTIVE)
        .order_by(col(Partner.id))
    )
    for follower in followers:
        of_follower = {
            "document_id": given.document_id,
            "version_id": given.version_id,
            "partner_id": follower.id,
        }
        invitation_id = (await session.execute(_INVITE, of_follower)).scalar_one()
        before = await _answer_to(session, invitation_id)
        if before is not None and not _follows(before, given):
            continue
        following = Signature(
            **{**as_it_was(given), "invitation_id": invitation_id, "partner_id": follower.id},
            answer=Answer.SIGNED,
            signer_name=follower.mandate_given_by,
            by_mandate_of=given.partner_id,
        )
        await take_the_place(session, action_id, before, following)
        await _sign_after(session, action_id, following)


def _follows(before: Signature, given: Signature) -> bool:
    """Tell whether an answer gives way: it followed the same partner, and not in this already."""
    signed = before.answer is Answer.SIGNED and before.digest == given.digest
    return before.by_mandate_of == given.partner_id and not signed


async def _take_back_after(session: AsyncSession, action_id: UUID, given: Signature) -> None:
    found = await session.exec(
        select(Signature).where(
            Signature.document_id == given.document_id,
            Signature.by_mandate_of == given.partner_id,
            Signature.answer == Answer.SIGNED,
            col(Signature.superseded_at).is_(None),
        )
    )
    for before in found.all():
        taken_back = Signature(**as_it_was(before), answer=Answer.WITHDRAWN, by_mandate_of=given.partner_id)
        await take_the_place(session, action_id, before, taken_back)
        await _take_back_after(session, action_id, taken_back)


async def _answer_to(session: AsyncSession, invitation_id: UUID) -> Signature | None:
    found = await session.exec(
        select(Signature).where(
            Signature.invitation_id == invitation_id, col(Signature.superseded_at).is_(None)
        )
    )
    return found.one_or_none()
