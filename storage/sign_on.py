"""The sign-on window of a document: who is invited, and how many have answered."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from models.documents import Document
from models.messages import DocumentRef, SignOnPlan
from models.partners import Invitation, Signature
from models.records import EventKind
from models.sign_on_messages import SignOnOpened, SignOnStatus
from models.vocabulary import Answer
from storage.action_lock import have_action_alone
from storage.actions import action_by_id
from storage.changed_facts import is_out
from storage.documents import version_of
from storage.inviting import count_unasked
from storage.link_revocation import REVOKED_BEFORE
from storage.records import announce, record
from storage.signatures import COUNTS, answer_counts

_INVITE = text(f"""
    INSERT INTO invitation (id, document_id, version_id, partner_id, contact_id, invited_at, revoked_at)
    SELECT gen_random_uuid(), :document_id, :version_id, partner.id, chosen.id, now(), {REVOKED_BEFORE}
    FROM partner
    CROSS JOIN LATERAL (
        SELECT id FROM partner_contact
        WHERE partner_contact.partner_id = partner.id AND partner_contact.gone_at IS NULL
        ORDER BY position LIMIT 1) AS chosen
    WHERE partner.status = 'active'
      AND (:everybody OR partner.groups && CAST(:groups AS text[]) OR partner.slug = ANY(:slugs))
    ON CONFLICT (document_id, partner_id) DO NOTHING
""")


def sign_on_of(action: UrgentAction, document: Document) -> dict[str, Any] | None:
    """Return what is said of a document's sign-on: by itself, or by the case.

    The case says it of the document that leads, and of one that led when its window opened.
    """
    of_case: dict[str, Any] | None = action.policy.get("sign_on")
    led = document.number == action.leading_document or document.sign_on_opened_at is not None
    return document.sign_on or (of_case if led else None)


async def open_sign_on(session: AsyncSession, ref: DocumentRef, plan: SignOnPlan) -> SignOnOpened:
    """Invite the partners whom a document asks, once; a repetition returns what the first call opened.

    Nobody is asked to sign what is out, or goes out: the window is over then, if it was ever open or not.

    Raises:
        ValueError: it asks nobody.
    """
    document = await _locked(session, ref)
    ended = document.sign_on_ended_at is not None or await is_out(session, document.id)
    if document.sign_on_closes_at is None and not ended:
        action = await action_by_id(session, ref.action_id)
        await _invite(session, action, document)
        document.sign_on_opened_at = now()
        document.sign_on_closes_at = document.sign_on_opened_at + plan.closes_after
        await record(session, action.id, EventKind.SIGN_ON_OPENED, detail={"document": document.number})
        await announce(session, action.id)
    invited = await session.exec(select(func.count()).where(Invitation.document_id == document.id))
    return SignOnOpened(
        invited=invited.one(),
        closes_at=document.sign_on_closes_at or now(),
        opened_at=document.sign_on_opened_at,
        ended=ended,
    )


async def _locked(session: AsyncSession, ref: DocumentRef) -> Document:
    await have_action_alone(session, ref.action_id)
    return (await session.exec(select(Document).where(Document.id == ref.document_id))).one()


async def _invite(session: AsyncSession, action: UrgentAction, document: Document) -> None:
    asked = sign_on_of(action, document)
    if asked is None:
        raise ValueError("this document asks nobody to sign it")
    chosen = asked["partners"]
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
    answered = sum((await answer_counts(session, document_id)).values())
    newest = await version_of(session, document_id)
    signed = await session.exec(
        select(func.count()).where(
            Signature.document_id == document_id,
            COUNTS,
            Signature.answer == Answer.SIGNED,
            Signature.digest == newest.digest,
        )
    )
    unasked = await count_unasked(session, document_id)
    return SignOnStatus(invited=invited.one(), signed=signed.one(), answered=answered, unasked=unasked)


async def signed_in_time(session: AsyncSession, document: Document) -> int:
    """Count the signatures under the newest version, as it stood when the window ended where it has.

    Late ones do not count, and none that was doubted and confirmed only afterwards.
    """
    newest = await version_of(session, document.id)
    query = select(func.count()).where(
        Signature.document_id == document.id,
        COUNTS,
        Signature.answer == Answer.SIGNED,
        Signature.digest == newest.digest,
        col(Signature.late).is_(False),
    )
    if document.sign_on_ended_at is not None:
        confirmed_at = col(Signature.confirmed_at)
        query = query.where(confirmed_at.is_(None) | (confirmed_at <= document.sign_on_ended_at))
    return (await session.exec(query)).one()


async def end_sign_on(session: AsyncSession, ref: DocumentRef, person_id: UUID | None = None) -> None:
    """Close the window; a repetition changes nothing. `person_id` is who closed it by hand.

    One that was not opened yet stays closed; that is no event.
    """
    document = await _locked(session, ref)
    if document.sign_on_ended_at is not None:
        return
    document.sign_on_ended_at = now()
    if document.sign_on_opened_at is not None:
        await record(
            session, ref.action_id, EventKind.SIGN_ON_ENDED, person_id, {"document": document.number}
        )
        await announce(session, ref.action_id)


class HasWindow(Protocol):
    """A document, as far as its window goes."""

    @property
    def sign_on_closes_at(self) -> datetime | None:
        """Return when the window closes; None where it was never opened."""


def closing_time(document: HasWindow) -> datetime:
    """Return when the window of an opened sign-on closes.

    Raises:
        ValueError: the sign-on was never opened.
    """
    if document.sign_on_closes_at is None:
        raise ValueError("the sign-on of this document was never opened")
    return document.sign_on_closes_at
