"""What was released to a partner: as its system is told of it, and as it may be read again by a key."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.documents import DocumentText, rendering_digest
from models.messages import Purpose
from models.outbox import Delivery
from models.partner_webhooks import (
    ActionStopped,
    AddendumData,
    ListedSignatory,
    NoticeData,
    StatementAddendum,
    StatementData,
    StatementReleased,
)
from models.records import EventKind
from storage.action_lock import share_action
from storage.addenda import ListChanges
from storage.contents import Contents, contents_of
from storage.gate import CHECKS, gate, listed
from storage.records import record
from storage.signatures import PublicSignature

_FETCHED: Final = frozenset({Purpose.STATEMENT, Purpose.STOP_NOTICE})

_NOT_ABOUT_READING: Final = frozenset({"not closed", "due", "address allowed"})
"""Checks of sending alone: what was released to somebody is not called back by the end of an action."""

_MAY_BE_READ: Final = gate(
    check for name, check in CHECKS.items() if name not in _NOT_ABOUT_READING and not check.only_frozen
)

_RELEASED_TO: Final = f"""
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
         JOIN urgent_action AS action ON action.id = dispatch.action_id
         JOIN document ON document.id = dispatch.document_id
    WHERE delivery.recipient_kind = 'partner' AND delivery.recipient_id = :partner_id
      AND dispatch.purpose IN ({listed(_FETCHED)})
      AND (delivery.state IN ('sent', 'delivered', 'bounced', 'unknown')
           OR (delivery.state = 'failed' AND delivery.handed_over_at IS NOT NULL))
      AND (action.reopened_at IS NULL OR dispatch.frozen_at >= action.reopened_at)
      AND {_MAY_BE_READ}
"""
"""What passed the whole gate once, its last reading included, and may be read now."""

_LIST = text(f"""
    SELECT delivery.id, dispatch.purpose, action.reference, document.number, delivery.language,
           dispatch.digest, dispatch.frozen_at
    {_RELEASED_TO}
      AND (CAST(:after AS uuid) IS NULL OR (dispatch.frozen_at, delivery.id) < (
          SELECT before.frozen_at, last.id
          FROM delivery AS last JOIN dispatch AS before ON before.id = last.dispatch_id
          WHERE last.id = CAST(:after AS uuid) AND last.recipient_id = :partner_id))
    ORDER BY dispatch.frozen_at DESC, delivery.id DESC
    LIMIT :limit
""")

_ACTION_OF = text("""
    SELECT dispatch.action_id FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
    WHERE delivery.id = :delivery_id AND delivery.recipient_kind = 'partner'
      AND delivery.recipient_id = :partner_id
""")

_ONE = text(f"SELECT delivery.id {_RELEASED_TO} AND delivery.id = :delivery_id")


class ReleasedDocument(NamedTuple):
    """A document that was released to a partner, by the delivery that carried it."""

    id: UUID
    purpose: Purpose
    reference: str
    number: int
    language: str
    digest: bytes
    released_at: datetime


async def released_to(
    session: AsyncSession, partner_id: UUID, *, after: UUID | None, limit: int
) -> list[ReleasedDocument]:
    """List what a partner may read now, newest first, behind the delivery `after`."""
    parameters = {"partner_id": partner_id, "after": after, "limit": limit}
    found = await session.execute(_LIST, parameters)
    return [ReleasedDocument(row[0], Purpose(row[1]), *row[2:]) for row in found]


async def fetched(
    session: AsyncSession, partner_id: UUID, key_id: UUID, delivery_id: UUID
) -> StatementReleased | ActionStopped | None:
    """Read a document that was released to a partner, and write it down; None where it may not be read now.

    It shares the action's lock: a hold, a stop or a revocation that is committed is seen.
    """
    ids = {"partner_id": partner_id, "delivery_id": delivery_id}
    action_id = (await session.execute(_ACTION_OF, ids)).scalar_one_or_none()
    if action_id is None:
        return None
    await share_action(session, action_id)
    if (await session.execute(_ONE, ids)).scalar_one_or_none() is None:
        return None
    delivery = (await session.exec(select(Delivery).where(Delivery.id == delivery_id))).one()
    contents = await contents_of(session, delivery.dispatch_id)
    if rendering_digest(contents.texts[delivery.language], []) != delivery.digest:
        return None
    detail = {"delivery_id": str(delivery_id), "partner_id": str(partner_id), "key_id": str(key_id)}
    await record(session, action_id, EventKind.DOCUMENT_FETCHED, detail=detail)
    return document_event(contents, delivery)


def document_event(contents: Contents, delivery: Delivery) -> StatementReleased | ActionStopped:
    """Tell a partner's system of a statement or of a notice."""
    told = _text_data(contents, delivery)
    if contents.purpose is Purpose.STOP_NOTICE:
        return ActionStopped(timestamp=contents.frozen_at, data=NoticeData.model_validate(told))
    if contents.purpose is not Purpose.STATEMENT:
        raise ValueError("this is no document for partners' systems")
    signed = contents.signed[delivery.disclosure]
    signatories = {
        "signatories": _listed(signed.named),
        "unnamed_signatories": signed.organisations.unnamed,
        "organisations": signed.organisations.total,
    }
    data = StatementData.model_validate({**told, **signatories})
    return StatementReleased(timestamp=contents.frozen_at, data=data)


def addendum_event(contents: Contents, delivery: Delivery, changes: ListChanges) -> StatementAddendum:
    """Tell a partner's system how the list that it has changed."""
    told = _about(contents, delivery)
    changed = {"added": _listed(changes.added), "gone": _listed(changes.gone)}
    return StatementAddendum(
        timestamp=contents.frozen_at, data=AddendumData.model_validate({**told, **changed})
    )


def _about(contents: Contents, delivery: Delivery) -> dict[str, object]:
    written = _written(contents, delivery)
    return {
        "delivery_id": delivery.id,
        "reference": contents.action.reference,
        "index": contents.index,
        "title": written.headline,
        "statement_language": written.language,
        "digest": contents.digest.hex(),
    }


def _text_data(contents: Contents, delivery: Delivery) -> dict[str, object]:
    written = _written(contents, delivery)
    return {
        **_about(contents, delivery),
        "summary": written.summary,
        "body": written.body,
        "background": written.background,
        "demands": written.demands,
    }


def _written(contents: Contents, delivery: Delivery) -> DocumentText:
    return contents.texts[delivery.language]


def _listed(signatures: list[PublicSignature]) -> list[ListedSignatory]:
    return [ListedSignatory(name=one.name, country=one.country) for one in signatures]
