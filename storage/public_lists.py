"""Who signed a released document, as everybody may see it; nothing of what is on hold or was stopped."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, exists, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Document
from models.messages import DeliveryState, Purpose
from models.outbox import Delivery, Dispatch
from models.partner_records import PartnerLogo
from models.partners import Invitation, Partner, Signature
from models.public_lists import unnamed_told
from models.signatories import Signatory as Counted
from models.signatories import organisations, shown_by
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
_BACK: Final[Any] = aliased(Signature)
_PUBLIC: Final[tuple[Any, ...]] = (Signature.visibility == SignatureVisibility.PUBLIC,)


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
    organisations: int
    """With the members of the collectives that are listed, each once."""
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
    standing = await _standing(session, document_id, digest)
    named = [one for one in standing if one.is_named]
    unlisted = len(await _invited(session, document_id) - shown_by(named))
    return PublicList(
        f"{reference}/{number}",
        await _named(session, document_id, digest),
        organisations(named).total,
        unnamed_told(organisations(standing).unnamed, unlisted),
    )


async def public_logo(session: AsyncSession, sha256: bytes) -> bytes | None:
    """Find a logo while some list shows it: others would tell whoever guesses it that a partner has it."""
    found = await session.exec(
        select(PartnerLogo.png)
        .join(Signature, col(Signature.partner_id) == PartnerLogo.partner_id)
        .join(Document, col(Document.id) == Signature.document_id)
        .join(UrgentAction, col(UrgentAction.id) == Document.action_id)
        .join(Dispatch, col(Dispatch.document_id) == Document.id)
        .where(PartnerLogo.sha256 == sha256, COUNTS, *_MAY_BE_SEEN, *_RELEASED)
        .where(*_PUBLIC, *_stands(Dispatch.digest))
        .limit(1)
    )
    return found.one_or_none()


async def _named(session: AsyncSession, document_id: UUID, digest: bytes) -> list[Signatory]:
    found = await session.exec(
        select(Partner.name, Partner.country, Partner.website, PartnerLogo.sha256)
        .join(Signature, col(Signature.partner_id) == Partner.id)
        .join(PartnerLogo, col(PartnerLogo.partner_id) == Partner.id, isouter=True)
        .where(Signature.document_id == document_id, COUNTS)
        .where(*_PUBLIC, *_stands(digest))
        .order_by(col(Partner.country), col(Partner.name), col(Partner.id))
    )
    return [Signatory(*row) for row in found]


async def _standing(session: AsyncSession, document_id: UUID, digest: bytes) -> list[Counted]:
    """Read who signed, named or not, with whom they stand for."""
    found = await session.exec(
        select(Partner.id, Signature.visibility, Partner.members, Partner.member_count)
        .join(Signature, col(Signature.partner_id) == Partner.id)
        .where(Signature.document_id == document_id, COUNTS, *_stands(digest))
    )
    return [
        Counted(id_, visibility is SignatureVisibility.PUBLIC, frozenset(members), member_count or 0)
        for id_, visibility, members, member_count in found
    ]


async def _invited(session: AsyncSession, document_id: UUID) -> frozenset[UUID]:
    found = await session.exec(select(Invitation.partner_id).where(Invitation.document_id == document_id))
    return frozenset(found)


def _stands(digest: Any) -> tuple[Any, ...]:
    """Ask whether a partner signed a text, and has not taken that back since, whatever else it has signed."""
    of_partner = (_GIVEN.document_id == Signature.document_id, _GIVEN.partner_id == Signature.partner_id)
    taken_back = (
        _BACK.document_id == _GIVEN.document_id,
        _BACK.partner_id == _GIVEN.partner_id,
        _BACK.answer == Answer.WITHDRAWN,
        _BACK.answered_at > _GIVEN.answered_at,
    )
    given = (_GIVEN.answer == Answer.SIGNED, _GIVEN.digest == digest)
    return Signature.answer == Answer.SIGNED, exists().where(
        *of_partner, *given, ~exists().where(*taken_back)
    )
