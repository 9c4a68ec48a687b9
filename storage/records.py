"""The audit trail, and the nudges that workflows must still get."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.records import Addressee, AuditEvent, EventKind, PendingNudge

CHANGES_CHANNEL = "acuerpa_changes"

_REQUEST_NUDGE = text("""
    INSERT INTO pending_nudge (action_id, addressee, document_number, requested, delivered)
    VALUES (:action_id, :addressee, :document_number, 1, 0)
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
    """Append an event to the audit trail; `detail` may hold ids, enums, counts and digests only."""
    session.add(AuditEvent(action_id=action_id, kind=kind, person_id=person_id, detail=detail or {}))


async def timeline(session: AsyncSession, action_id: UUID) -> list[AuditEvent]:
    """List the events of an action, oldest first."""
    found = await session.exec(
        select(AuditEvent).where(AuditEvent.action_id == action_id).order_by(col(AuditEvent.sequence))
    )
    return list(found)


async def announce(session: AsyncSession, action_id: UUID) -> None:
    """Wake those who follow an action, when this transaction commits."""
    await session.execute(
        text("SELECT pg_notify(:channel, :action_id)"),
        {"channel": CHANGES_CHANNEL, "action_id": str(action_id)},
    )


async def request_nudge(
    session: AsyncSession, action_id: UUID, addressee: Addressee, document_number: int = 0
) -> None:
    """Ask that a workflow reads the facts again, from this transaction's commit until it was told."""
    await session.flush()
    await session.execute(
        _REQUEST_NUDGE,
        {"action_id": action_id, "addressee": addressee, "document_number": document_number},
    )


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
    """Count the events that change an action: of two at once the first number may be committed last."""
    counted = await session.exec(
        select(func.count()).where(
            AuditEvent.action_id == action_id, AuditEvent.kind != EventKind.PRIVATE_READ
        )
    )
    return counted.one()
