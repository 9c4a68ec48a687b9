"""Sign links: how they are issued, and what they open."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import select as select_rows
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from models.documents import Document, DocumentVersion
from models.partner_vocabulary import PartnerStatus
from models.partners import Invitation, Partner, PartnerContact, Signature, SignLink
from models.proposals import Proposal
from models.vocabulary import Answer
from storage.action_lock import share_action
from storage.readers import openness_of
from storage.signatures import CURRENT

_OTHER: Final[Any] = aliased(DocumentVersion)
_IS_NEWEST: Final[Any] = col(DocumentVersion.number) == (
    select(func.max(_OTHER.number)).where(_OTHER.document_id == Document.id).scalar_subquery()
)


class OpenedLink(NamedTuple):
    """A sign link with all that its page shows.

    `version` is the newest of the document, whichever the invitation was about.
    """

    action: UrgentAction
    document: Document
    version: DocumentVersion
    partner: Partner
    contact: PartnerContact
    invitation: Invitation
    proposal: Proposal | None
    """What an approver's link opens."""
    answer: Signature | None
    """The one that counts."""
    may_be_read: bool
    """Whether everybody who is named allows it in public."""
    is_confirmed: bool
    """Whether enough others stand behind the version and the consents as they are, and approved a text."""
    demands_stand: bool
    """Whether no fact has changed since the text was written."""
    languages: list[str]
    """Those in which the version is approved."""

    @property
    def is_alive(self) -> bool:
        """Tell whether nothing holds the action or has ended it."""
        action = self.action
        return action.held_at is None and action.stopped_at is None and action.closed_at is None

    @property
    def is_late(self) -> bool:
        """Tell whether the window has ended, or its time is over."""
        document = self.document
        closes_at = document.sign_on_closes_at
        return document.sign_on_ended_at is not None or (closes_at is not None and closes_at <= now())

    @property
    def takes_answers(self) -> bool:
        """Tell whether the text may be shown, and an answer to it would count: in time, or late."""
        opened = self.document.sign_on_closes_at is not None
        may_be_shown = self.may_be_read and self.is_confirmed and self.demands_stand
        return opened and self.is_alive and may_be_shown

    @property
    def signed_digest(self) -> bytes | None:
        """Return the digest of the text that the partner stands behind."""
        return self.answer.digest if self.answer and self.answer.answer is Answer.SIGNED else None

    @property
    def may_sign(self) -> bool:
        """Tell whether the partner may sign now: it has not yet, or for an earlier text only."""
        return self.takes_answers and self.signed_digest != self.version.digest

    @property
    def is_doubted(self) -> bool:
        """Tell whether the partner is asked if the answer that stands was its own."""
        return self.answer is not None and self.answer.doubted_at is not None

    @property
    def may_report(self) -> bool:
        """Tell whether the partner may say what it did: it signed, and the text may be shown."""
        return self.takes_answers and self.signed_digest is not None and not self.is_doubted

    @property
    def may_withdraw(self) -> bool:
        """Tell whether there is a signature to be taken back, whatever became of text and action."""
        return self.signed_digest is not None


async def issue_link(
    session: AsyncSession,
    invitation_id: UUID,
    delivery_id: UUID,
    token_hash: bytes,
    expires_at: datetime,
    *,
    proposal_id: UUID | None = None,
) -> None:
    """Make a sign link live, a contact's or that of a proposal's approver; earlier ones stay so."""
    session.add(
        SignLink(
            invitation_id=invitation_id,
            delivery_id=delivery_id,
            proposal_id=proposal_id,
            token_hash=token_hash,
            expires_at=expires_at,
        )
    )


async def opened_link(session: AsyncSession, token_hash: bytes, *, lock: bool = False) -> OpenedLink | None:
    """Find what a token opens.

    With `lock`, no hold, stop or end of the window runs beside it, and no other answer to the invitation.
    """
    if lock:
        await _lock_behind(session, token_hash)
    query = (
        select_rows(
            UrgentAction, Document, DocumentVersion, Partner, PartnerContact, Invitation, Proposal, Signature
        )
        .join(Document, col(Document.action_id) == UrgentAction.id)
        .join(DocumentVersion, (col(DocumentVersion.document_id) == Document.id) & _IS_NEWEST)
        .join(Invitation, col(Invitation.document_id) == Document.id)
        .join(Partner, col(Partner.id) == Invitation.partner_id)
        .join(PartnerContact, col(PartnerContact.id) == Invitation.contact_id)
        .join(SignLink, col(SignLink.invitation_id) == Invitation.id)
        .join(Proposal, col(Proposal.id) == SignLink.proposal_id, isouter=True)
        .join(Signature, (col(Signature.invitation_id) == Invitation.id) & CURRENT, isouter=True)
        .where(
            col(SignLink.token_hash) == token_hash,
            col(SignLink.revoked_at).is_(None),
            col(SignLink.expires_at) > now(),
            col(Invitation.revoked_at).is_(None),
            # An invitation that was made while a compromise was told of is not revoked by it.
            col(Partner.status) != PartnerStatus.COMPROMISED,
        )
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    openness = await openness_of(session, row.UrgentAction, row.DocumentVersion)
    return OpenedLink(*row, **openness._asdict())


async def _lock_behind(session: AsyncSession, token_hash: bytes) -> None:
    found = await session.exec(
        select(Invitation.id, Document.action_id)
        .join(Document, col(Document.id) == Invitation.document_id)
        .join(SignLink, col(SignLink.invitation_id) == Invitation.id)
        .where(SignLink.token_hash == token_hash)
    )
    for invitation_id, action_id in found:
        await share_action(session, action_id)
        await session.exec(
            select(Invitation.id).where(Invitation.id == invitation_id).with_for_update(key_share=True)
        )
