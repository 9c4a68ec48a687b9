"""Who signed a released document, as everybody may see it; nothing of what is on hold or was stopped."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, exists, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Document
from models.messages import DeliveryState, Purpose
from models.outbox import Delivery, Dispatch
from models.partner_records import PartnerLogo
from models.partners import Invitation, Partner, Signature
from models.public_lists import unnamed_told
from models.vocabulary import Answer, DocumentKind, SignatureVisibility
from storage.signatures import COUNTS

_OUT: Final = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN, DeliveryState.BOUNCED)
"""The states of a message that left, or may have."""

_MAY_BE_SEEN: Final[tuple[Any, ...]] = (
    col(UrgentAction.held_at).is_(None),
    col(UrgentAction.stopped_at).is_(None),
    col(UrgentAction.withdrawn_at).is_(None),
    col(UrgentAction.rejected_at).is_(None),
)

_RELEASED: Final[tuple[Any, ...]] = (
    Dispatch.purpose == Purpose.STATEMENT,
    # What is reopened counts nothing from before.
    or_(col(UrgentAction.reopened_at).is_(None), col(Dispatch.frozen_at) >= UrgentAction.reopened_at),
    exists().where(col(Delivery.dispatch_id) == Dispatch.id, col(Delivery.state).in_(_OUT)),
)

_GIVEN: Final[Any] = aliased(Signature)


class Signatory(NamedTuple):
    """A partner on a public list; `logo` is the SHA-256 of its picture."""

    name: str
    country: str
    website: str | None
    logo: bytes | None


@dataclass(frozen=True)
class PublicList:
    """The signatories of the text that was released last, by country and name."""

    index: str
    signatories: list[Signatory]
    unnamed: int
    """How many more there are at least, as far as that may be told."""


async def public_list(session: AsyncSession, reference: str, number: int) -> PublicList | None:
    """Read the list of a document; None where nothing of it may be seen, whatever the reason."""
    released = await session.exec(
        select(Document.id, Dispatch.digest)
        .join(UrgentAction, col(UrgentAction.id) == Document.action_id)
        .join(Dispatch, col(Dispatch.document_id) == Document.id)
        .where(UrgentAction.reference == reference, Document.number == number)
        .where(Document.kind != DocumentKind.STOP_ACTION, *_MAY_BE_SEEN, *_RELEASED)
        .order_by(col(Dispatch.frozen_at).desc())
        .limit(1)
    )
    found = released.one_or_none()
    if found is None:
        return None
    document_id, digest = found
    signatories = await _named(session, document_id, digest)
    unlisted = await _invited(session, document_id) - len(signatories)
    unnamed = unnamed_told(await _unnamed(session, document_id, digest), unlisted)
    return PublicList(f"{reference}/{number}", signatories, unnamed)


async def public_logo(session: AsyncSession, sha256: bytes) -> bytes | None:
    """Find a logo while some list shows it: others would tell whoever guesses it that a partner has it."""
    found = await session.exec(
        select(PartnerLogo.png)
        .join(Signature, col(Signature.partner_id) == PartnerLogo.partner_id)
        .join(Document, col(Document.id) == Signature.document_id)
        .join(UrgentAction, col(UrgentAction.id) == Document.action_id)
        .join(Dispatch, col(Dispatch.document_id) == Document.id)
        .where(PartnerLogo.sha256 == sha256, COUNTS, *_MAY_BE_SEEN, *_RELEASED)
        .where(*_stands(Dispatch.digest, SignatureVisibility.PUBLIC))
        .limit(1)
    )
    return found.one_or_none()


async def _named(session: AsyncSession, document_id: UUID, digest: bytes) -> list[Signatory]:
    found = await session.exec(
        select(Partner.name, Partner.country, Partner.website, PartnerLogo.sha256)
        .join(Signature, col(Signature.partner_id) == Partner.id)
        .join(PartnerLogo, col(PartnerLogo.partner_id) == Partner.id, isouter=True)
        .where(Signature.document_id == document_id, COUNTS)
        .where(*_stands(digest, SignatureVisibility.PUBLIC))
        .order_by(col(Partner.country), col(Partner.name), col(Partner.id))
    )
    return [Signatory(*row) for row in found]


async def _unnamed(session: AsyncSession, document_id: UUID, digest: bytes) -> int:
    counted = await session.exec(
        select(func.count())
        .select_from(Signature)
        .where(Signature.document_id == document_id, COUNTS)
        .where(*_stands(digest, SignatureVisibility.WITHHELD))
    )
    return counted.one()


async def _invited(session: AsyncSession, document_id: UUID) -> int:
    counted = await session.exec(
        select(func.count()).select_from(Invitation).where(Invitation.document_id == document_id)
    )
    return counted.one()


def _stands(digest: Any, visibility: SignatureVisibility) -> tuple[Any, ...]:
    """Ask whether a partner signed a text, and has not taken that back since, whatever else it has signed."""
    return (
        Signature.answer == Answer.SIGNED,
        Signature.visibility == visibility,
        exists().where(
            _GIVEN.document_id == Signature.document_id,
            _GIVEN.partner_id == Signature.partner_id,
            _GIVEN.answer == Answer.SIGNED,
            _GIVEN.digest == digest,
        ),
    )
