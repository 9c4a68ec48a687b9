"""Messages in doubt: what is listed of them, and what a coordinator decides.

Sending one again makes it `ready`, and nothing more: it leaves through the claim, if the gate lets it, under
the id that it had, so that whoever got the first copy can drop the second.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import DispatchRequest, DocumentRef, Purpose
from models.records import Addressee, EventKind
from storage.action_lock import share_action
from storage.gate import outcome_of_refusal
from storage.inviting import tell_of_missed
from storage.message_events import LARGEST_GROUP, record_states
from storage.records import announce, record, request_nudge

_OF_ACTION = """
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
                  JOIN document ON document.id = dispatch.document_id
    WHERE dispatch.action_id = :action_id
"""

_LIST = text(f"""
    SELECT delivery.id, document.number AS document, dispatch.purpose, dispatch.round, delivery.channel,
           delivery.recipient_kind, delivery.language, delivery.state, delivery.failure, delivery.attempts,
           delivery.settled_at, delivery.resent_at
    {_OF_ACTION} AND delivery.state IN ('unknown', 'parked')
      AND (CAST(:after AS uuid) IS NULL
           OR (delivery.dispatch_id, delivery.position) > (SELECT dispatch_id, position FROM delivery
                                                           WHERE id = CAST(:after AS uuid)))
    ORDER BY delivery.dispatch_id, delivery.position LIMIT :limit
""")

_CHOSEN = """
    dispatch.id = delivery.dispatch_id AND dispatch.action_id = action.id AND action.id = :action_id
    AND delivery.state = 'unknown'
    AND (CAST(:deliveries AS uuid[]) IS NULL OR delivery.id = ANY(CAST(:deliveries AS uuid[])))
"""

_LOCK = text(f"""
    SELECT delivery.id FROM delivery, dispatch, urgent_action AS action WHERE {_CHOSEN}
    ORDER BY delivery.id FOR UPDATE OF delivery
""")

# Those that the gate refuses for good stay in doubt: cancelled ones would count as never sent.
_RESEND = text(f"""
    UPDATE delivery SET state = 'ready', settled_at = NULL, claim_id = NULL, resent_at = now()
    FROM dispatch, urgent_action AS action
    WHERE {_CHOSEN} AND {outcome_of_refusal()} IS NULL
    RETURNING delivery.id, delivery.state
""")

_SETTLE = text(f"""
    UPDATE delivery
    SET state = CAST(:state AS text), settled_at = now(),
        failure = CASE CAST(:state AS text) WHEN 'failed' THEN 'not_arrived' END
    FROM dispatch, urgent_action AS action
    WHERE {_CHOSEN}
    RETURNING delivery.id, delivery.state
""")

_NEXT = text("""
    SELECT action.reference, document.id, document.number, dispatch.purpose, dispatch.cycle, dispatch.round
    FROM urgent_action AS action
    JOIN dispatch ON dispatch.action_id = action.id
    JOIN document ON document.id = dispatch.document_id
    WHERE action.id = :action_id
      AND EXISTS (SELECT 1 FROM delivery
                  WHERE delivery.dispatch_id = dispatch.id AND delivery.resent_at IS NOT NULL
                    AND delivery.state IN ('ready', 'sending'))
    ORDER BY dispatch.frozen_at, dispatch.id LIMIT 1
""")


class DoubtDecision(StrEnum):
    """What shall become of messages in doubt."""

    RESEND = "resend"
    """Send them again: whoever got the first copy may get a second one."""
    SENT = "sent"
    """They arrived, or so it is taken."""
    FAILED = "failed"
    """They did not arrive."""


class InDoubt(NamedTuple):
    """A message in doubt, or one that the leak guard parked, and why."""

    id: UUID
    document: int
    purpose: str
    round: int
    channel: str
    recipient: str
    language: str
    state: str
    failure: str | None
    attempts: int
    since: datetime | None
    resent_at: datetime | None


async def in_doubt(
    session: AsyncSession, action_id: UUID, after: UUID | None = None, limit: int = 1000
) -> list[InDoubt]:
    """List what is in doubt or parked of an action, in the order of dispatch and position."""
    found = await session.execute(_LIST, {"action_id": action_id, "after": after, "limit": limit})
    return [InDoubt(*row) for row in found]


async def decide_doubt(
    session: AsyncSession,
    action_id: UUID,
    decision: DoubtDecision,
    person_id: UUID,
    deliveries: Sequence[UUID] | None,
) -> int:
    """Carry out a decision about these messages, or about all in doubt, and count those that it changed.

    What is not in doubt any more stays as it is; of a resending also what the gate refuses for good.
    """
    await share_action(session, action_id)
    chosen = {"action_id": action_id, "deliveries": None if deliveries is None else list(deliveries)}
    await session.execute(_LOCK, chosen)
    if decision is DoubtDecision.RESEND:
        changed = (await session.execute(_RESEND, chosen)).all()
    else:
        changed = (await session.execute(_SETTLE, {**chosen, "state": decision})).all()
    await _tell(session, action_id, decision, person_id, changed)
    return len(changed)


async def _tell(
    session: AsyncSession,
    action_id: UUID,
    decision: DoubtDecision,
    person_id: UUID,
    changed: Sequence[Row[Any]],
) -> None:
    for start in range(0, len(changed), LARGEST_GROUP):
        ids = [str(row.id) for row in changed[start : start + LARGEST_GROUP]]
        detail = {"decision": decision, "count": len(ids), "deliveries": ids}
        await record(session, action_id, EventKind.DOUBT_DECIDED, person_id, detail)
    await record_states(session, action_id, changed)
    await tell_of_missed(session, action_id, changed)
    if changed and decision is DoubtDecision.RESEND:
        await request_nudge(session, action_id, Addressee.RESENDING)
    await announce(session, action_id)


async def next_resending(session: AsyncSession, action_id: UUID) -> DispatchRequest | None:
    """Return the oldest dispatch that holds a message to be sent again; None where there is none."""
    found = (await session.execute(_NEXT, {"action_id": action_id})).one_or_none()
    if found is None:
        return None
    document = DocumentRef(
        action_id=action_id, reference=found.reference, document_id=found.id, number=found.number
    )
    purpose = Purpose(found.purpose)
    return DispatchRequest(document=document, purpose=purpose, round=found.round, cycle=found.cycle)


async def nudge_resending(session: AsyncSession, action_id: UUID) -> None:
    """Have what is to be sent again go on, where there is something: a hold ended."""
    if await next_resending(session, action_id):
        await request_nudge(session, action_id, Addressee.RESENDING)
