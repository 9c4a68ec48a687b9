"""Telling those who have an old list of signatories what has changed in it, once."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.addenda import Addendum
from models.columns import now
from models.documents import Document
from models.messages import DispatchRequest, DocumentRef, Purpose
from models.outbox import Delivery
from models.records import Addressee, EventKind
from storage.actions import action_by_id
from storage.audiences import NAMED_THERE, OLD_LISTS, STANDS, TOLD
from storage.documents import current_versions, version_of
from storage.gate_of_texts import RELEASED
from storage.records import record, request_nudge
from storage.signatures import PublicSignature

BETWEEN: Final = timedelta(hours=1)
"""How often withdrawals may bring an addendum about: those of an hour are told together."""

_PENDING: Final = text("""
    SELECT document.id, document.number, addendum.round
    FROM addendum JOIN document ON document.id = addendum.document_id
    WHERE document.action_id = :action_id
      AND NOT EXISTS (SELECT 1 FROM dispatch
                      WHERE dispatch.document_id = document.id AND dispatch.purpose = 'addendum'
                        AND dispatch.round = addendum.round)
    ORDER BY addendum.wanted_at LIMIT 1
""")

_TO_BE_TOLD: Final = text(f"""
    SELECT EXISTS (SELECT 1 FROM ({OLD_LISTS}) AS recipient)
    FROM (SELECT CAST(:version_id AS uuid) AS version_id) AS dispatch WHERE {RELEASED}
""")

_PUT_OFF: Final = text("""
    UPDATE delivery SET not_before = addendum.due_at
    FROM addendum JOIN dispatch ON dispatch.document_id = addendum.document_id
                               AND dispatch.round = addendum.round
    WHERE dispatch.id = :dispatch_id AND delivery.dispatch_id = dispatch.id AND addendum.due_at > now()
""")

_CHANGES: Final = text(f"""
    WITH known AS (
        SELECT before.digest, earlier.claimed_at, greatest(before.frozen_at, earlier.not_before) AS since,
               bool_or(earlier.disclosure = 'authority') OVER () AS by_authority
        FROM delivery AS earlier JOIN dispatch AS before ON before.id = earlier.dispatch_id
        WHERE before.document_id = :document_id AND before.purpose IN ('statement', 'addendum')
          AND ((earlier.channel = :channel AND earlier.fingerprint = :fingerprint)
               OR (earlier.channel = 'partner_api' AND earlier.recipient_id = :recipient_id))
          AND earlier.id <> :delivery_id AND earlier.state IN ('sent', 'delivered', 'unknown')
        ORDER BY earlier.claimed_at DESC LIMIT 1)
    SELECT partner.name, partner.country,
           bool_or({TOLD}) AS told,
           bool_or({STANDS}) AS stands
    FROM signature JOIN partner ON partner.id = signature.partner_id CROSS JOIN known
    WHERE signature.document_id = :document_id
      AND signature.answer = 'signed' AND {NAMED_THERE}
    GROUP BY partner.id ORDER BY partner.country, partner.name
""")


class ListChanges(NamedTuple):
    """Who was added to the list that a recipient has, and who is no longer on it."""

    added: list[PublicSignature]
    gone: list[PublicSignature]


def tells_withdrawals(action: UrgentAction) -> bool:
    """Tell whether the case says that recipients of a list are told who left it."""
    return bool((action.policy.get("sign_on") or {}).get("tell_withdrawals"))


async def is_anybody_to_be_told(session: AsyncSession, action: UrgentAction, document_id: UUID) -> bool:
    """Tell whether anybody has another list of the released text than the one of today."""
    newest = await version_of(session, document_id)
    parameters = {
        "document_id": document_id,
        "version_id": newest.id,
        "digest": newest.digest,
        "telling": tells_withdrawals(action),
    }
    return bool((await session.execute(_TO_BE_TOLD, parameters)).scalar_one_or_none())


async def want_addendum(
    session: AsyncSession,
    action: UrgentAction,
    document: Document,
    due_at: datetime | None = None,
    person_id: UUID | None = None,
) -> Addendum:
    """Have an addendum sent; the one that waits already tells all that has changed until it leaves."""
    newest = await _newest(session, document.id)
    if newest and newest.due_at > now():
        return newest
    number = newest.round + 1 if newest else 1
    wanted = Addendum(document_id=document.id, round=number, due_at=due_at or now(), wanted_by=person_id)
    session.add(wanted)
    await session.flush()
    detail = {"document": document.number, "round": number}
    await record(session, action.id, EventKind.ADDENDUM_WANTED, person_id, detail)
    await request_nudge(session, action.id, Addressee.ACTION)
    return wanted


async def tell_withdrawal(session: AsyncSession, action_id: UUID, document_id: UUID) -> None:
    """Have those who have the old list told that somebody left it, where the case says so."""
    await session.flush()
    action = await action_by_id(session, action_id)
    document = (await session.exec(select(Document).where(Document.id == document_id))).one()
    if not tells_withdrawals(action) or not await is_anybody_to_be_told(session, action, document.id):
        return
    newest = await _newest(session, document.id)
    due_at = max(now(), newest.due_at + BETWEEN) if newest else now()
    await want_addendum(session, action, document, due_at)


async def tell_with_next_document(session: AsyncSession, action: UrgentAction, document_id: UUID) -> None:
    """Have those who have old lists of earlier documents told, now that a further one goes out."""
    for document, _ in await current_versions(session, action.id):
        if document.id == document_id:
            return
        if await is_anybody_to_be_told(session, action, document.id):
            await want_addendum(session, action, document)


async def addendum_to_send(session: AsyncSession, action: UrgentAction) -> DispatchRequest | None:
    """Return the oldest addendum that is wanted and not yet in the outbox."""
    found = (await session.execute(_PENDING, {"action_id": action.id})).one_or_none()
    if found is None:
        return None
    document = DocumentRef(
        action_id=action.id, reference=action.reference, document_id=found.id, number=found.number
    )
    return DispatchRequest(document=document, purpose=Purpose.ADDENDUM, round=found.round)


async def wait_until_due(session: AsyncSession, dispatch_id: UUID) -> None:
    """Put the messages of an addendum off until it is due."""
    await session.execute(_PUT_OFF, {"dispatch_id": dispatch_id})


async def list_changes(
    session: AsyncSession, action: UrgentAction, document_id: UUID, digest: bytes, delivery: Delivery
) -> ListChanges:
    """Compare the list that a recipient has with the one of today; who left, only where the case says so."""
    parameters = {
        "document_id": document_id,
        "digest": digest,
        "channel": delivery.channel,
        "fingerprint": delivery.fingerprint,
        "recipient_id": delivery.recipient_id,
        "delivery_id": delivery.id,
    }
    rows = list(await session.execute(_CHANGES, parameters))
    telling = tells_withdrawals(action)
    return ListChanges(
        [PublicSignature(row.name, row.country) for row in rows if row.stands and not row.told],
        [PublicSignature(row.name, row.country) for row in rows if telling and row.told and not row.stands],
    )


async def _newest(session: AsyncSession, document_id: UUID) -> Addendum | None:
    query = select(Addendum).where(Addendum.document_id == document_id)
    return (await session.exec(query.order_by(col(Addendum.round).desc()).limit(1))).one_or_none()
