"""The audit trail, and the nudges that workflows must still get.

Whoever locks several of these at one action does so in this order, so that nobody waits in a circle: the
advisory lock (`storage/action_lock.py`), rows of deliveries, the chain's head (`record`), pending nudges.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.audit import EMPTY, ChainHead, following
from models.columns import now
from models.records import IN_TIMELINE, Addressee, AuditEvent, EventKind, PendingNudge
from storage.driver import Driver, ask, driver_of

CHANGES_CHANNEL = "acuerpa_changes"

ANNOUNCE: Final = text("SELECT pg_notify(:channel, :action_id)")

LOCK_HEAD: Final = text("""
    SELECT length, encode(head, 'hex') AS hash FROM audit_chain WHERE action_id = :action_id FOR UPDATE
""")

_BEGIN_CHAIN = text("""
    INSERT INTO audit_chain (action_id, length, head) VALUES (:action_id, :length, decode(:hash, 'hex'))
    ON CONFLICT (action_id) DO NOTHING
""")

APPEND: Final = text("""
    WITH grown AS (
        UPDATE audit_chain SET length = :number, head = decode(:hash, 'hex') WHERE action_id = :action_id)
    INSERT INTO audit_event (action_id, number, kind, person_id, at, detail, previous, hash)
    VALUES (:action_id, :number, :kind, :person_id, CAST(:at AS timestamptz), CAST(:detail AS jsonb),
            decode(:previous, 'hex'), decode(:hash, 'hex'))
""")

_REVISION = text(f"""
    SELECT number FROM audit_event
    WHERE action_id = :action_id AND {IN_TIMELINE}
      AND kind NOT IN ('{EventKind.PRIVATE_READ}', '{EventKind.DOCUMENT_FETCHED}')
    ORDER BY number DESC LIMIT 1
""")

_REQUEST_NUDGES = text("""
    INSERT INTO pending_nudge (action_id, addressee, document_number, requested, delivered)
    SELECT :action_id, addressee, document_number, 1, 0
    FROM unnest(CAST(:addressees AS text[]), CAST(:numbers AS integer[]))
        AS asked (addressee, document_number)
    ON CONFLICT (action_id, addressee, document_number)
    DO UPDATE SET requested = pending_nudge.requested + 1
""")

_DELIVERED_NUDGE = text("""
    UPDATE pending_nudge SET delivered = greatest(delivered, :requested)
    WHERE action_id = :action_id AND addressee = :addressee AND document_number = :document_number
""")


class UndeliveredNudge(NamedTuple):
    """A workflow that must be told, and how often that had been asked for."""

    action_id: UUID
    reference: str
    addressee: Addressee
    document_number: int
    requested: int


async def record(
    session: AsyncSession,
    action_id: UUID,
    kind: EventKind,
    person_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Append an event to the audit trail; `detail` may hold ids, enums, counts and digests only.

    Whoever appends to the same trail waits until this transaction ends.
    """
    driver = await driver_of(session)
    head = await _locked_head(driver, action_id)
    await ask(driver, APPEND, appended(head, action_id, kind, person_id, detail))


def appended(
    head: ChainHead,
    action_id: UUID,
    kind: EventKind,
    person_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what `APPEND` needs for an event behind the head of its chain, which must be locked."""
    event = following(head, action_id, kind, person_id, now(), detail or {})
    ids = {"action_id": action_id, "person_id": person_id}
    return {**event._asdict(), **ids, "detail": json.dumps(event.detail)}


async def _locked_head(driver: Driver, action_id: UUID) -> ChainHead:
    locked = {"action_id": action_id}
    head = await (await ask(driver, LOCK_HEAD, locked)).fetchone()
    while head is None:
        await ask(driver, _BEGIN_CHAIN, {**locked, **EMPTY._asdict()})
        head = await (await ask(driver, LOCK_HEAD, locked)).fetchone()
    return ChainHead(*head)


async def timeline(session: AsyncSession, action_id: UUID) -> list[AuditEvent]:
    """List the events of an action, oldest first, without those of single messages."""
    found = await session.exec(
        select(AuditEvent)
        .where(AuditEvent.action_id == action_id, text(IN_TIMELINE))
        .order_by(col(AuditEvent.number))
    )
    return list(found)


async def announce(session: AsyncSession, action_id: UUID) -> None:
    """Wake those who follow an action, when this transaction commits."""
    await session.execute(ANNOUNCE, announcement(action_id))


def announcement(action_id: UUID) -> dict[str, Any]:
    """Return what `ANNOUNCE` needs."""
    return {"channel": CHANGES_CHANNEL, "action_id": str(action_id)}


async def request_nudge(
    session: AsyncSession, action_id: UUID, addressee: Addressee, document_number: int = 0
) -> None:
    """Ask that a workflow reads the facts again, from this transaction's commit until it was told."""
    await request_nudges(session, action_id, {addressee: document_number})


async def request_nudges(session: AsyncSession, action_id: UUID, documents: Mapping[Addressee, int]) -> None:
    """Ask that several workflows of an action read the facts again, each about a document by number."""
    asked = {"addressees": [*documents], "numbers": [*documents.values()]}
    await ask(await driver_of(session), _REQUEST_NUDGES, {"action_id": action_id, **asked})


async def undelivered_nudges(session: AsyncSession, limit: int) -> list[UndeliveredNudge]:
    """List nudges that were asked for and not yet delivered, with the references of their actions."""
    found = await session.exec(
        select(PendingNudge, UrgentAction.reference)
        .join(UrgentAction, col(UrgentAction.id) == PendingNudge.action_id)
        .where(col(PendingNudge.requested) > col(PendingNudge.delivered))
        .order_by(col(PendingNudge.action_id))
        .limit(limit)
    )
    return [
        UndeliveredNudge(nudge.action_id, reference, nudge.addressee, nudge.document_number, nudge.requested)
        for nudge, reference in found
    ]


async def nudge_delivered(session: AsyncSession, nudge: UndeliveredNudge) -> None:
    """Note that the workflow was told of all that had been asked for when the nudge was read."""
    await session.execute(
        _DELIVERED_NUDGE,
        {
            "action_id": nudge.action_id,
            "addressee": nudge.addressee,
            "document_number": nudge.document_number,
            "requested": nudge.requested,
        },
    )


async def revision(session: AsyncSession, action_id: UUID) -> int:
    """Return the number of the newest event that changes what is shown of an action; 0 where there is none.

    It only grows, as numbers are given in the order of the commits. Reading changes nothing.
    """
    newest = await session.execute(_REVISION, {"action_id": action_id})
    return newest.scalar_one_or_none() or 0
