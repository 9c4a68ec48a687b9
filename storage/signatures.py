"""The answers that count: listed for coordinators, for everybody, and with a statement."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.documents import Document, DocumentVersion
from models.partners import Invitation, Partner, Signature
from models.proposals import Proposal
from models.signatories import Organisations, Signatory, is_named_to, organisations
from models.vocabulary import Answer, Disclosure, SignatureVisibility
from storage.driver import ask, driver_of

CURRENT: Final[Any] = col(Signature.superseded_at).is_(None)
"""Asked of every answer that is listed: one that was given later takes its place."""

COUNTS: Final[Any] = CURRENT & col(Signature.doubted_at).is_(None)
"""Asked of every signature that is counted or named: nobody doubts that the partner gave it."""


_NEWEST: Final = (
    select(DocumentVersion.digest)
    .where(DocumentVersion.document_id == Document.id)
    .order_by(col(DocumentVersion.number).desc())
    .limit(1)
    .scalar_subquery()
)

COUNTING: Final = "signature.superseded_at IS NULL AND signature.doubted_at IS NULL"
"""The same as `COUNTS`, in SQL."""

_SIGNED: Final = text(f"""
    SELECT CAST(partner.id AS text), CAST(NULLIF(partner.members, '{{}}') AS text[]), partner.member_count,
           signature.visibility, partner.name, partner.country
    FROM signature JOIN partner ON partner.id = signature.partner_id
    WHERE signature.document_id = :document_id AND signature.digest = :digest AND signature.answer = 'signed'
      AND {COUNTING}
    ORDER BY partner.country, partner.name
""")


class Answered(NamedTuple):
    """An invited partner and its answer that counts, with the digest of the text as it is now."""

    document: Document
    partner: Partner
    signature: Signature | None
    newest: bytes


class Signer(NamedTuple):
    """An answer that counts with its partner; who gave it, and what that confirmed, stand in both."""

    partner: Partner
    signature: Signature
    proposal: Proposal | None


class PublicSignature(NamedTuple):
    """A signatory as those who may know of it see it."""

    name: str
    country: str


class SignedBy(NamedTuple):
    """Who signed a version, as far as they may be named, and for how many organisations that was."""

    named: list[PublicSignature]
    organisations: Organisations


async def signatures(session: AsyncSession, action_id: UUID) -> list[Answered]:
    """List every invitation of an action with its answer, by country and name."""
    found = await session.exec(
        select(Document, Partner, Signature, _NEWEST)
        .join(Invitation, col(Invitation.document_id) == Document.id)
        .join(Partner, col(Partner.id) == Invitation.partner_id)
        .join(Signature, (col(Signature.invitation_id) == Invitation.id) & CURRENT, isouter=True)
        .where(Document.action_id == action_id)
        .order_by(col(Partner.country), col(Partner.name), col(Document.number))
    )
    return [Answered(*row) for row in found]


async def answers_with_reasons(session: AsyncSession, action_id: UUID) -> list[tuple[Partner, Signature]]:
    """List the answers of an action that say why, newest first, with those that do not count any more."""
    found = await session.exec(
        select(Partner, Signature)
        .join(Signature, col(Signature.partner_id) == Partner.id)
        .join(Document, col(Document.id) == Signature.document_id)
        .where(Document.action_id == action_id, col(Signature.sealed_reason).is_not(None))
        .order_by(col(Signature.answered_at).desc())
    )
    return [(partner, given) for partner, given in found]


async def signers(session: AsyncSession, action_id: UUID) -> list[Signer]:
    """List the answers to an action with who gave them, by country and name of the partner."""
    found = await session.exec(
        select(Partner, Signature, Proposal)
        .join(Signature, col(Signature.partner_id) == Partner.id)
        .join(Document, col(Document.id) == Signature.document_id)
        .join(Proposal, col(Proposal.id) == Signature.proposal_id, isouter=True)
        .where(Document.action_id == action_id, CURRENT, col(Signature.signer_name).is_not(None))
        .order_by(col(Partner.country), col(Partner.name), col(Document.number))
    )
    return [Signer(*row) for row in found]


async def answer_counts(session: AsyncSession, document_id: UUID) -> dict[Answer, int]:
    """Count the answers to a document, whichever of its texts they were given for."""
    found = await session.exec(
        select(Signature.answer, func.count())
        .where(Signature.document_id == document_id, COUNTS)
        .group_by(col(Signature.answer))
    )
    return {Answer(given): count for given, count in found}


async def public_signatures(session: AsyncSession, document_id: UUID, digest: bytes) -> list[PublicSignature]:
    """List the signatories of a version that may be named, by country and name."""
    return (await signed_by(session, document_id, digest)).named


async def count_organisations(session: AsyncSession, document_id: UUID, digest: bytes) -> Organisations:
    """Count the organisations for which a version is signed, and those of them that may not be named."""
    return (await signed_by(session, document_id, digest)).organisations


async def signed_by(session: AsyncSession, document_id: UUID, digest: bytes) -> SignedBy:
    """Read who signed a version, as everybody may know it, and for how many organisations."""
    return _as_known_to(Disclosure.PUBLIC, await _signing(session, document_id, digest))


async def signed_for_readers(
    session: AsyncSession, document_id: UUID, digest: bytes
) -> dict[Disclosure, SignedBy]:
    """Read who signed a version, as each kind of readers may know it, and for how many organisations."""
    rows = await _signing(session, document_id, digest)
    return {readers: _as_known_to(readers, rows) for readers in Disclosure}


async def _signing(session: AsyncSession, document_id: UUID, digest: bytes) -> Sequence[Any]:
    asked = {"document_id": document_id, "digest": digest}
    return await (await ask(await driver_of(session), _SIGNED, asked)).fetchall()


def _as_known_to(readers: Disclosure, rows: Sequence[Any]) -> SignedBy:
    named = {one.value for one in SignatureVisibility if is_named_to(readers, one)}
    signatories = (
        Signatory(partner, visibility in named, frozenset(members or ()), member_count or 0)
        for partner, members, member_count, visibility, _, _ in rows
    )
    return SignedBy(
        [
            PublicSignature(name, country)
            for _, _, _, visibility, name, country in rows
            if visibility in named
        ],
        organisations(signatories),
    )
