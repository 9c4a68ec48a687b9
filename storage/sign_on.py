"""Invitations, sign links and signatures."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select as select_rows
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from models.documents import Document, DocumentVersion
from models.messages import DocumentRef, SignOnPlan
from models.partners import Invitation, Partner, PartnerContact, Signature, SignLink
from models.records import Addressee, EventKind
from models.sign_on_messages import SignOnOpened, SignOnStatus
from models.vocabulary import Answer, SignatureVisibility
from storage.action_lock import have_action_alone, share_action
from storage.actions import action_by_id
from storage.documents import approved_languages, version_of
from storage.inviting import count_unasked
from storage.readers import may_be_read_by_all
from storage.records import announce, record, request_nudge
from storage.standing import lacking

_INVITE = text("""
    INSERT INTO invitation (id, document_id, version_id, partner_id, contact_id, invited_at)
    SELECT gen_random_uuid(), :document_id, :version_id, partner.id, chosen.id, now()
    FROM partner
    CROSS JOIN LATERAL (
        SELECT id FROM partner_contact WHERE partner_contact.partner_id = partner.id
        ORDER BY position LIMIT 1) AS chosen
    WHERE :everybody OR partner.groups && CAST(:groups AS text[]) OR partner.slug = ANY(:slugs)
    ON CONFLICT (document_id, partner_id) DO NOTHING
""")


class OpenedLink(NamedTuple):
    """A sign link with all that its page shows."""

    action: UrgentAction
    document: Document
    version: DocumentVersion
    partner: Partner
    contact: PartnerContact
    invitation: Invitation
    answer: Signature | None
    is_newest: bool
    languages: list[str]
    """Those in which the version is approved."""
    may_be_read: bool
    """Whether everybody who is named allows it in public."""
    is_confirmed: bool
    """Whether enough others stand behind the version and the consents as they are, and approved a text."""

    @property
    def takes_answers(self) -> bool:
        """Tell whether the window is open, the text may be shown and is the newest, and nothing holds it."""
        document, action = self.document, self.action
        return (
            document.sign_on_closes_at is not None
            and document.sign_on_ended_at is None
            and document.sign_on_closes_at > now()
            and action.held_at is None
            and action.stopped_at is None
            and action.closed_at is None
            and self.is_newest
            and self.may_be_read
            and self.is_confirmed
        )


class PublicSignature(NamedTuple):
    """A signatory as everybody may see it."""

    name: str
    country: str


async def open_sign_on(session: AsyncSession, ref: DocumentRef, plan: SignOnPlan) -> SignOnOpened:
    """Invite the partners of the case, once; a repetition returns what the first call opened."""
    document = await _locked(session, ref)
    if document.sign_on_closes_at is None:
        action = await action_by_id(session, ref.action_id)
        document.sign_on_opened_at = now()
        document.sign_on_closes_at = document.sign_on_opened_at + plan.closes_after
        await _invite(session, action, document)
        await record(session, action.id, EventKind.SIGN_ON_OPENED, detail={"document": document.number})
        await announce(session, action.id)
    invited = await session.exec(select(func.count()).where(Invitation.document_id == document.id))
    return SignOnOpened(
        invited=invited.one(),
        closes_at=document.sign_on_closes_at,
        opened_at=document.sign_on_opened_at,
        ended=document.sign_on_ended_at is not None,
    )


async def _locked(session: AsyncSession, ref: DocumentRef) -> Document:
    await have_action_alone(session, ref.action_id)
    return (await session.exec(select(Document).where(Document.id == ref.document_id))).one()


async def _invite(session: AsyncSession, action: UrgentAction, document: Document) -> None:
    chosen = action.policy["sign_on"]["partners"]
    version = await version_of(session, document.id)
    await session.execute(
        _INVITE,
        {
            "document_id": document.id,
            "version_id": version.id,
            "everybody": chosen == "all",
            "groups": [] if chosen == "all" else chosen.get("groups") or [],
            "slugs": [] if chosen == "all" else chosen.get("ids") or [],
        },
    )


async def sign_on_status(session: AsyncSession, document_id: UUID) -> SignOnStatus:
    """Count the invited, the answers, the signatures under the newest version, and those not reached."""
    invited = await session.exec(select(func.count()).where(Invitation.document_id == document_id))
    answers = await session.exec(
        select(Signature.answer, func.count())
        .where(Signature.document_id == document_id)
        .group_by(col(Signature.answer))
    )
    answered = sum(count for _, count in answers)
    newest = await version_of(session, document_id)
    signed = await session.exec(
        select(func.count()).where(
            Signature.document_id == document_id,
            Signature.answer == Answer.SIGNED,
            Signature.digest == newest.digest,
        )
    )
    unasked = await count_unasked(session, document_id)
    return SignOnStatus(invited=invited.one(), signed=signed.one(), answered=answered, unasked=unasked)


async def end_sign_on(session: AsyncSession, ref: DocumentRef, person_id: UUID | None = None) -> None:
    """Close the window; a repetition changes nothing. `person_id` is who closed it by hand."""
    document = await _locked(session, ref)
    if document.sign_on_ended_at is None:
        document.sign_on_ended_at = now()
        await record(
            session, ref.action_id, EventKind.SIGN_ON_ENDED, person_id, {"document": document.number}
        )
        await announce(session, ref.action_id)


async def issue_link(
    session: AsyncSession, invitation_id: UUID, delivery_id: UUID, token_hash: bytes
) -> None:
    """Make a sign link live; earlier ones of the invitation stay so."""
    session.add(SignLink(invitation_id=invitation_id, delivery_id=delivery_id, token_hash=token_hash))


async def opened_link(session: AsyncSession, token_hash: bytes, *, lock: bool = False) -> OpenedLink | None:
    """Find what a token opens; with `lock`, no hold, stop or end of the window runs beside it."""
    if lock:
        await _share_action_behind(session, token_hash)
    query = (
        select_rows(UrgentAction, Document, DocumentVersion, Partner, PartnerContact, Invitation)
        .join(Document, col(Document.action_id) == UrgentAction.id)
        .join(Invitation, col(Invitation.document_id) == Document.id)
        .join(DocumentVersion, col(DocumentVersion.id) == Invitation.version_id)
        .join(Partner, col(Partner.id) == Invitation.partner_id)
        .join(PartnerContact, col(PartnerContact.id) == Invitation.contact_id)
        .join(SignLink, col(SignLink.invitation_id) == Invitation.id)
        .where(col(SignLink.token_hash) == token_hash, col(SignLink.revoked_at).is_(None))
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    action, document, version, partner, contact, invitation = row
    answered = await session.exec(select(Signature).where(Signature.invitation_id == invitation.id))
    newest = await version_of(session, document.id)
    if newest.digest == version.digest:
        version = newest  # the same text was written again, since somebody is to appear otherwise
    languages = await approved_languages(session, action, version)
    return OpenedLink(
        action,
        document,
        version,
        partner,
        contact,
        invitation,
        answered.one_or_none(),
        is_newest=newest.id == version.id,
        languages=languages,
        may_be_read=await may_be_read_by_all(session, action.id),
        is_confirmed=not await lacking(session, action, version),
    )


async def _share_action_behind(session: AsyncSession, token_hash: bytes) -> None:
    found = await session.exec(
        select(Document.action_id)
        .join(Invitation, col(Invitation.document_id) == Document.id)
        .join(SignLink, col(SignLink.invitation_id) == Invitation.id)
        .where(SignLink.token_hash == token_hash)
    )
    for action_id in found:
        await share_action(session, action_id)


async def answer(
    session: AsyncSession,
    link: OpenedLink,
    given: Answer,
    visibility: SignatureVisibility,
    signer_name: str | None,
    signer_role: str | None,
) -> Signature:
    """Write down a partner's answer; of two at once the first counts, and both are told of it.

    `link` must be locked and open for answers.
    """
    signature = Signature(
        id=uuid4(),
        invitation_id=link.invitation.id,
        document_id=link.document.id,
        partner_id=link.partner.id,
        version_id=link.version.id,
        digest=link.version.digest,
        answer=given,
        visibility=visibility,
        signer_name=signer_name,
        signer_role=signer_role,
    )
    inserted = await session.execute(
        insert(Signature).values(signature.model_dump()).on_conflict_do_nothing().returning(col(Signature.id))
    )
    if inserted.scalar_one_or_none() is not None:
        event = EventKind.SIGNED if given is Answer.SIGNED else EventKind.DECLINED
        detail = {"signature_id": str(signature.id), "digest": signature.digest.hex()}
        await record(session, link.action.id, event, detail=detail)
        await request_nudge(session, link.action.id, Addressee.SIGN_ON, link.document.number)
    found = await session.exec(select(Signature).where(Signature.invitation_id == link.invitation.id))
    return found.one()


async def signatures(
    session: AsyncSession, action_id: UUID
) -> list[tuple[Invitation, Partner, Signature | None]]:
    """List every invitation of an action with its answer, by country and name."""
    found = await session.exec(
        select(Invitation, Partner, Signature)
        .join(Document, col(Document.id) == Invitation.document_id)
        .join(Partner, col(Partner.id) == Invitation.partner_id)
        .join(Signature, col(Signature.invitation_id) == Invitation.id, isouter=True)
        .where(Document.action_id == action_id)
        .order_by(col(Partner.country), col(Partner.name))
    )
    return [(row[0], row[1], row[2]) for row in found]


async def public_signatures(session: AsyncSession, document_id: UUID, digest: bytes) -> list[PublicSignature]:
    """List the signatories of a version that may be named, by country and name."""
    found = await session.exec(
        select(Partner.name, Partner.country)
        .join(Signature, col(Signature.partner_id) == Partner.id)
        .where(
            Signature.document_id == document_id,
            Signature.digest == digest,
            Signature.answer == Answer.SIGNED,
            Signature.visibility == SignatureVisibility.PUBLIC,
        )
        .order_by(col(Partner.country), col(Partner.name))
    )
    return [PublicSignature(name, country) for name, country in found]


async def unnamed_signatures(session: AsyncSession, document_id: UUID, digest: bytes) -> int:
    """Count the signatories of a version that may not be named."""
    counted = await session.exec(
        select(func.count()).where(
            Signature.document_id == document_id,
            Signature.digest == digest,
            Signature.answer == Answer.SIGNED,
            Signature.visibility == SignatureVisibility.WITHHELD,
        )
    )
    return counted.one()


def closing_time(document: Document) -> datetime:
    """Return when the window of an opened sign-on closes.

    Raises:
        ValueError: the sign-on was never opened.
    """
    if document.sign_on_closes_at is None:
        raise ValueError("the sign-on of this document was never opened")
    return document.sign_on_closes_at
