"""What a message says, and to whom: read once a batch, so that sending needs no further look-ups."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, UrgentAction
from models.documents import Document, DocumentText, Rendering
from models.messages import Purpose
from models.outbox import Delivery, Dispatch
from models.rehearsals import Rehearsal
from models.vocabulary import Audience, ConsentUse, Disclosure
from storage.actions import action_by_id, people_at_risk
from storage.consents import live_uses, newest_consents
from storage.documents import renderings_of, texts_of
from storage.rehearsals import rehearsal_of
from storage.signatures import SignedBy, signed_for_readers


@dataclass(frozen=True, eq=False)
class Contents:
    """The part of a dispatch that all its messages share; compared by identity."""

    purpose: Purpose
    round: int
    digest: bytes
    action: UrgentAction
    document: Document
    texts: dict[str, DocumentText]
    renderings: list[Rendering]
    people: list[PersonAtRisk]
    live_uses: set[tuple[UUID, ConsentUse]]
    signed: dict[Disclosure, SignedBy] = field(repr=False)
    """As each kind of readers may know it."""
    frozen_at: datetime
    rehearsal: Rehearsal | None = None
    """Set where the messages are those of a statement that is only rehearsed."""

    def says_the_same(self, other: "Contents") -> bool:
        """Tell whether messages are made of both alike."""
        return _plain(self) == _plain(other)

    @property
    def judged_as(self) -> Purpose:
        """The purpose by which the gate judges the messages."""
        return Purpose.REHEARSAL if self.rehearsal else self.purpose

    @property
    def index(self) -> str:
        """The document's index, like `UA-2026-014/1`."""
        return f"{self.action.reference}/{self.document.number}"


def _plain(whole: Contents) -> list[object]:
    values = (getattr(whole, one.name) for one in fields(whole))
    return [_without_rows(value) for value in values]


def _without_rows(value: object) -> object:
    """Return rows by their columns: SQLAlchemy compares them by identity."""
    if isinstance(value, SQLModel):
        return value.model_dump()
    if isinstance(value, list):
        return [_without_rows(one) for one in value]
    if isinstance(value, dict):
        return {key: _without_rows(one) for key, one in value.items()}
    return value


class Recipient(NamedTuple):
    """The personal part of one message."""

    name: str | None
    organisation: str | None
    salutation: str | None
    time_zone: str | None
    api_url: str | None
    """Where the system of a partner is now."""
    sealed_secret: bytes | None
    sealed_former_secret: bytes | None
    proposer: str | None
    audience: Audience | None
    earlier: list[UUID]
    """Mails about the same action that went to the same address before, the oldest first."""


_RECIPIENTS = text("""
    SELECT delivery.id,
           coalesce(target.holder, proposal.approver_name, partner_contact.name, contact.name, person.name)
               AS name,
           coalesce(partner.name, target.offices ->> delivery.language) AS organisation,
           target.salutations ->> delivery.language AS salutation,
           coalesce(contact.time_zone, person.time_zone, partner.time_zone) AS time_zone,
           partner.api_url, partner.sealed_api_secret AS sealed_secret,
           CASE WHEN partner.former_secret_until > now() THEN partner.sealed_former_secret END
               AS sealed_former_secret,
           proposal.proposer_name AS proposer,
           CASE delivery.recipient_kind
               WHEN 'target' THEN 'targets'
               WHEN 'partner' THEN 'signatories'
               WHEN 'contact' THEN CASE contact.kind WHEN 'press' THEN 'press' ELSE 'members' END END
               AS audience,
           thread.earlier
    FROM delivery
    LEFT JOIN target ON delivery.recipient_kind = 'target' AND target.id = delivery.recipient_id
    LEFT JOIN proposal ON delivery.recipient_kind = 'approver' AND proposal.id = delivery.recipient_id
    LEFT JOIN invitation ON invitation.id = proposal.invitation_id
    LEFT JOIN registered_address_change AS changed
           ON delivery.recipient_kind = 'former_address' AND changed.id = delivery.recipient_id
    LEFT JOIN partner ON partner.id = CASE delivery.recipient_kind
        WHEN 'partner' THEN delivery.recipient_id
        WHEN 'approver' THEN invitation.partner_id
        WHEN 'former_address' THEN changed.partner_id END
    LEFT JOIN LATERAL (
        SELECT name FROM partner_contact WHERE partner_contact.partner_id = partner.id
        ORDER BY partner_contact.fingerprint = delivery.fingerprint DESC, position
        LIMIT 1) AS partner_contact ON true
    LEFT JOIN contact ON delivery.recipient_kind = 'contact' AND contact.id = delivery.recipient_id
    LEFT JOIN person ON delivery.recipient_kind = 'person' AND person.id = delivery.recipient_id
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(mail.id ORDER BY mail.claimed_at), '{}') AS earlier
        FROM (SELECT before.id, before.claimed_at
              FROM delivery AS before JOIN dispatch AS its ON its.id = before.dispatch_id
              WHERE before.fingerprint = delivery.fingerprint AND before.channel = 'email'
                AND before.id <> delivery.id AND before.state IN ('sent', 'delivered', 'unknown')
                AND its.purpose IN ('statement', 'addendum', 'reply_reminder', 'stop_notice')
                AND its.action_id = (SELECT action_id FROM dispatch WHERE id = delivery.dispatch_id)
              ORDER BY before.claimed_at DESC LIMIT 20) AS mail) AS thread
    WHERE delivery.id = ANY(:delivery_ids)
""")


async def contents_of(session: AsyncSession, dispatch_id: UUID) -> Contents:
    """Read what the messages of a dispatch share."""
    dispatch = (await session.exec(select(Dispatch).where(Dispatch.id == dispatch_id))).one()
    document = (await session.exec(select(Document).where(Document.id == dispatch.document_id))).one()
    texts = await texts_of(session, dispatch.version_id)
    action = await action_by_id(session, dispatch.action_id)
    rehearsal = await rehearsal_of(session, dispatch)
    return Contents(
        purpose=Purpose.STATEMENT if rehearsal else dispatch.purpose,
        round=dispatch.round,
        digest=dispatch.digest,
        action=action,
        document=document,
        texts=texts,
        renderings=await renderings_of(session, dispatch.version_id),
        people=await people_at_risk(session, action.id),
        live_uses=live_uses(await newest_consents(session, action.id), action),
        signed=await signed_for_readers(session, document.id, dispatch.digest),
        frozen_at=dispatch.frozen_at,
        rehearsal=rehearsal,
    )


async def recipients_of(session: AsyncSession, deliveries: list[Delivery]) -> dict[UUID, Recipient]:
    """Map delivery ids to the personal parts of their messages."""
    found = await session.execute(_RECIPIENTS, {"delivery_ids": [delivery.id for delivery in deliveries]})
    return {row.id: Recipient(*row[1:]) for row in found}
