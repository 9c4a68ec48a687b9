"""The outbox: planning how what was frozen is sent, and ending it."""

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.lifecycle import Phase
from models.messages import (
    Batch,
    DeliveryState,
    Dispatched,
    DispatchOutcome,
    DispatchPlan,
    Purpose,
)
from models.outbox import Delivery, Dispatch
from models.priorities import priority_of
from models.records import Addressee, AuditEvent, EventKind
from models.vocabulary import Channel, Urgency
from storage.gate import DUE
from storage.message_events import record_states
from storage.records import announce, record, request_nudge

_UNSENT = text(f"""
    SELECT delivery.channel, min(delivery.position) AS first, max(delivery.position) AS last,
           dispatch.purpose, action.urgency
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
                  JOIN urgent_action AS action ON action.id = dispatch.action_id
    WHERE dispatch.id = :dispatch_id AND delivery.channel <> 'letter'
      AND (delivery.state = 'sending' OR (delivery.state = 'ready' AND {DUE}))
    GROUP BY delivery.channel, dispatch.purpose, action.urgency
""")

_NEXT_DUE = text(f"""
    SELECT min(delivery.not_before) FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
    WHERE dispatch.id = :dispatch_id AND delivery.state = 'ready' AND NOT {DUE}
""")

_CANCEL_WAITING = text("""
    UPDATE delivery SET state = CASE WHEN provider IS NULL THEN 'cancelled' ELSE 'unknown' END,
                        failure = 'no_longer_wanted', settled_at = now()
    WHERE dispatch_id = :dispatch_id AND state = 'ready' AND channel <> 'letter' AND resent_at IS NULL
    RETURNING id, state
""")


async def plan_dispatch(session: AsyncSession, dispatched: Dispatched, batch_size: int) -> DispatchPlan:
    """Divide what may be sent now into batches, and tell when more of it will be due."""
    next_due = await session.execute(_NEXT_DUE, {"dispatch_id": dispatched.dispatch_id})
    batches = await unsent_ranges(session, dispatched, batch_size)
    return DispatchPlan(batches=batches, next_due=next_due.scalar_one())


async def unsent_ranges(session: AsyncSession, dispatched: Dispatched, batch_size: int) -> tuple[Batch, ...]:
    """Divide what is not yet sent and is due into batches, channel by channel."""
    found = await session.execute(_UNSENT, {"dispatch_id": dispatched.dispatch_id})
    return tuple(
        Batch(
            action_id=dispatched.action_id,
            dispatch_id=dispatched.dispatch_id,
            channel=Channel(row.channel),
            first=start,
            last=min(start + batch_size - 1, row.last),
            priority=priority_of(Purpose(row.purpose), Urgency(row.urgency)),
        )
        for row in found
        for start in range(row.first, row.last + 1, batch_size)
    )


async def end_dispatch(session: AsyncSession, dispatched: Dispatched) -> DispatchOutcome:
    """Cancel what is still waiting, as nobody sends it any more, and count how the deliveries ended.

    Letters wait for a person, and no workflow waits for her. A repetition changes and records nothing.
    """
    cancelled = await session.execute(_CANCEL_WAITING, {"dispatch_id": dispatched.dispatch_id})
    await record_states(session, dispatched.action_id, cancelled)
    found = await session.exec(
        select(Delivery.state, func.count())
        .where(Delivery.dispatch_id == dispatched.dispatch_id)
        .group_by(col(Delivery.state))
    )
    counts = {DeliveryState(state): count for state, count in found}
    if not await _end_recorded(session, dispatched):
        detail = {"dispatch_id": str(dispatched.dispatch_id), "counts": counts}
        await record(session, dispatched.action_id, EventKind.DISPATCH_ENDED, detail=detail)
        await announce(session, dispatched.action_id)
        await _tell_follow_up(session, dispatched)
    return DispatchOutcome(counts=counts)


async def _tell_follow_up(session: AsyncSession, dispatched: Dispatched) -> None:
    """Have reply clocks read anew where a statement reached more targets while the action is followed up."""
    found = await session.exec(
        select(Dispatch.purpose, UrgentAction.phase)
        .join(UrgentAction, col(UrgentAction.id) == Dispatch.action_id)
        .where(Dispatch.id == dispatched.dispatch_id)
    )
    if found.one() == (Purpose.STATEMENT, Phase.FOLLOWING_UP):
        await request_nudge(session, dispatched.action_id, Addressee.ACTION)


async def _end_recorded(session: AsyncSession, dispatched: Dispatched) -> bool:
    found = await session.exec(
        select(AuditEvent.sequence).where(
            AuditEvent.action_id == dispatched.action_id,
            AuditEvent.kind == EventKind.DISPATCH_ENDED,
            col(AuditEvent.detail)["dispatch_id"].astext == str(dispatched.dispatch_id),
        )
    )
    return found.first() is not None
