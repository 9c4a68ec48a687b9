"""Links to what was answered for a partner: how they are issued, and what they open."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select as select_rows
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from models.documents import Document
from models.partners import AnswerLink, Invitation, Partner, Signature
from storage.action_lock import have_action_alone
from storage.signatures import CURRENT


class OpenedAnswer(NamedTuple):
    """The answer of a partner that counts, or is doubted, with all that its page shows."""

    action: UrgentAction
    document: Document
    partner: Partner
    invitation: Invitation
    answer: Signature

    @property
    def is_doubted(self) -> bool:
        """Tell whether the partner is asked if it was itself."""
        return self.answer.doubted_at is not None


async def issue_answer_link(
    session: AsyncSession, invitation_id: UUID, delivery_id: UUID, token_hash: bytes, expires_at: datetime
) -> None:
    """Make a link to a partner's answer live; earlier ones stay so."""
    session.add(
        AnswerLink(
            invitation_id=invitation_id, delivery_id=delivery_id, token_hash=token_hash, expires_at=expires_at
        )
    )


async def opened_answer(
    session: AsyncSession, token_hash: bytes, *, lock: bool = False
) -> OpenedAnswer | None:
    """Find what a token opens, whatever has become of the action.

    With `lock`, nobody answers, decides or freezes a message beside it.
    """
    if lock:
        await _lock_behind(session, token_hash)
    query = (
        select_rows(UrgentAction, Document, Partner, Invitation, Signature)
        .join(Document, col(Document.action_id) == UrgentAction.id)
        .join(Invitation, col(Invitation.document_id) == Document.id)
        .join(Partner, col(Partner.id) == Invitation.partner_id)
        .join(AnswerLink, col(AnswerLink.invitation_id) == Invitation.id)
        .join(Signature, col(Signature.invitation_id) == Invitation.id)
        .where(
            col(AnswerLink.token_hash) == token_hash,
            col(AnswerLink.revoked_at).is_(None),
            col(AnswerLink.expires_at) > now(),
            CURRENT,
        )
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else OpenedAnswer(*row)


async def _lock_behind(session: AsyncSession, token_hash: bytes) -> None:
    found = await session.exec(
        select(Document.action_id)
        .join(Invitation, col(Invitation.document_id) == Document.id)
        .join(AnswerLink, col(AnswerLink.invitation_id) == Invitation.id)
        .where(AnswerLink.token_hash == token_hash)
    )
    for action_id in found:
        await have_action_alone(session, action_id)
