"""The end of an action in the outbox: what was not claimed is cancelled."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.records import Addressee
from storage.claims import IN_DOUBT
from storage.gate import ABOUT_ANSWERS, AFTER_A_STOP, listed
from storage.gate_of_digests import OF_ALL_ACTIONS
from storage.message_events import record_states
from storage.records import request_nudge

_CANCEL_OUTSTANDING = text(f"""
    UPDATE delivery
    SET state = CASE WHEN {IN_DOUBT} OR delivery.state = 'sending' THEN 'unknown' ELSE 'cancelled' END,
        settled_at = now(),
        failure = CASE delivery.state WHEN 'parked' THEN delivery.failure ELSE 'action_ended' END
    FROM dispatch JOIN urgent_action AS action ON action.id = dispatch.action_id
    WHERE dispatch.id = delivery.dispatch_id AND action.id = :action_id
      AND (delivery.state IN ('ready', 'parked')
           OR (delivery.channel = 'letter' AND delivery.state = 'sending'))
      AND dispatch.purpose NOT IN ({listed(OF_ALL_ACTIONS)})
      AND (action.stopped_at IS NULL OR dispatch.purpose NOT IN ({listed(AFTER_A_STOP)}))
      AND (action.stopped_at IS NOT NULL OR action.held_at IS NOT NULL OR delivery.state = 'parked'
           OR dispatch.purpose NOT IN ({listed(ABOUT_ANSWERS)}))
    RETURNING delivery.id, delivery.state
""")


async def cancel_outstanding(session: AsyncSession, action_id: UUID) -> None:
    """Cancel every message of an ended action that was not claimed, but for what is told all the same.

    A hold that a close does not end would keep what is told about answers for ever.
    """
    cancelled = (await session.execute(_CANCEL_OUTSTANDING, {"action_id": action_id})).all()
    await record_states(session, action_id, cancelled)
    if cancelled:
        await request_nudge(session, action_id, Addressee.RECEIPTS)
