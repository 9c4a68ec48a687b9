"""Leaving the lists: an address that asked for it is not written to as one of press or members any more."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.contact_vocabulary import SuppressionReason
from models.records import EventKind
from storage.records import record

_UNSUBSCRIBE = text("""
    WITH asked AS (
        SELECT delivery.fingerprint, dispatch.action_id
        FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
        WHERE delivery.id = :delivery_id AND delivery.recipient_kind = 'contact'),
    suppressed AS (
        INSERT INTO suppression (fingerprint, reason, suppressed_at)
        SELECT fingerprint, :reason, now() FROM asked
        ON CONFLICT DO NOTHING RETURNING fingerprint)
    SELECT asked.action_id FROM asked JOIN suppressed ON suppressed.fingerprint = asked.fingerprint
""")


async def unsubscribe(session: AsyncSession, delivery_id: UUID) -> None:
    """Take the address of a delivery off every list, once; what was not claimed yet stays in."""
    reason = SuppressionReason.UNSUBSCRIBED.value
    done = await session.execute(_UNSUBSCRIBE, {"delivery_id": delivery_id, "reason": reason})
    action_id = done.scalar_one_or_none()
    if action_id is not None:
        detail = {"deliveries": [str(delivery_id)], "reason": reason}
        await record(session, action_id, EventKind.ADDRESS_SUPPRESSED, detail=detail)
