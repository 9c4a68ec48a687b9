"""The claim: the one gate through which every message leaves, and what is written down behind it."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.lifecycle import ATTESTATIONS_REQUIRED
from models.messages import Batch, BatchOutcome, DeliveryState
from models.outbox import Delivery
from storage.action_lock import share_action
from storage.gate import (
    ACTION_OPEN,
    ADDRESS_ALLOWED,
    DELIVERY_PERMITTED,
    GATE_OPEN,
    STILL_WANTED,
)
from storage.message_events import record_claimed, record_states
from storage.records import announce

_RANGE = """
    delivery.dispatch_id = :dispatch_id AND delivery.channel = :channel
    AND delivery.position BETWEEN :first AND :last
"""

_CLAIM = text(f"""
    WITH claimable AS (
        SELECT delivery.id
        FROM urgent_action AS action, delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
        WHERE action.id = :action_id AND {_RANGE} AND delivery.position > :after
          AND delivery.state = 'ready' AND {GATE_OPEN}
        ORDER BY delivery.position
        LIMIT :limit
        FOR UPDATE OF delivery SKIP LOCKED)
    UPDATE delivery
    SET state = 'sending', claim_id = :claim_id, claimed_at = now(), handed_over_at = NULL,
        attempts = delivery.attempts + 1
    FROM claimable
    WHERE delivery.id = claimable.id
    RETURNING delivery.*
""")

_HAND_OVER = text(f"""
    UPDATE delivery SET handed_over_at = now()
    FROM urgent_action AS action, dispatch
    WHERE action.id = :action_id AND dispatch.id = delivery.dispatch_id
      AND delivery.id = :delivery_id AND delivery.claim_id = :claim_id AND delivery.state = 'sending'
      AND {GATE_OPEN}
    RETURNING delivery.id
""")

_SETTLE = text("""
    UPDATE delivery
    SET state = outcome.state, failure = outcome.failure, provider_reference = outcome.provider_reference,
        settled_at = CASE WHEN outcome.state = 'ready' THEN NULL ELSE now() END
    FROM unnest(CAST(:deliveries AS uuid[]), CAST(:states AS text[]), CAST(:failures AS text[]),
                CAST(:provider_references AS text[]))
         AS outcome (delivery_id, state, failure, provider_reference)
    WHERE delivery.id = outcome.delivery_id AND delivery.claim_id = :claim_id
      AND (delivery.state = 'sending'
           OR (delivery.state = 'unknown' AND outcome.state NOT IN ('ready', 'unknown')))
    RETURNING delivery.id, delivery.state
""")

_RECOVER = text(f"""
    UPDATE delivery
    SET state = CASE WHEN handed_over_at IS NULL OR :repeatable THEN 'ready' ELSE 'unknown' END,
        failure = 'sender_died',
        settled_at = CASE WHEN handed_over_at IS NULL OR :repeatable THEN NULL ELSE now() END
    WHERE {_RANGE} AND state = 'sending' AND claim_id <> :claim_id
    RETURNING id, state
""")

_REFUSE = text(f"""
    UPDATE delivery
    SET state = CASE WHEN {ACTION_OPEN} AND NOT {ADDRESS_ALLOWED} THEN 'suppressed' ELSE 'cancelled' END,
        failure = CASE WHEN NOT ({ACTION_OPEN}) THEN 'action_ended'
                       WHEN NOT {ADDRESS_ALLOWED} THEN 'address_suppressed'
                       WHEN NOT {STILL_WANTED} THEN 'no_longer_wanted'
                       ELSE 'not_permitted' END,
        settled_at = now()
    FROM urgent_action AS action, dispatch
    WHERE action.id = :action_id AND {_RANGE} AND dispatch.id = delivery.dispatch_id
      AND delivery.state = 'ready'
      AND (NOT ({ACTION_OPEN}) OR NOT {ADDRESS_ALLOWED} OR NOT {STILL_WANTED}
           OR (action.held_at IS NULL AND NOT {DELIVERY_PERMITTED}))
    RETURNING delivery.id, delivery.state
""")

_GIVE_UP = text(f"""
    UPDATE delivery
    SET state = CASE WHEN state = 'sending' AND handed_over_at IS NOT NULL THEN 'unknown' ELSE 'failed' END,
        failure = CASE WHEN state = 'sending' THEN 'sender_died' ELSE 'retries_exhausted' END,
        settled_at = now()
    WHERE {_RANGE} AND state IN ('ready', 'sending')
    RETURNING id, state
""")

_COUNT = text(f"""
    SELECT count(*) FILTER (WHERE state IN ('sent', 'delivered')) AS sent,
           count(*) FILTER (WHERE state NOT IN ('sent', 'delivered', 'ready', 'sending')) AS ended,
           count(*) FILTER (WHERE state IN ('ready', 'sending')) AS waiting,
           (SELECT held_at IS NOT NULL FROM urgent_action WHERE id = :action_id) AS on_hold
    FROM delivery WHERE {_RANGE}
""")

_CANCEL_OUTSTANDING = text("""
    UPDATE delivery SET state = 'cancelled', failure = 'action_ended', settled_at = now()
    FROM dispatch
    WHERE dispatch.id = delivery.dispatch_id AND dispatch.action_id = :action_id AND delivery.state = 'ready'
    RETURNING delivery.id, delivery.state
""")

_SUPPRESS = text("""
    INSERT INTO suppression (fingerprint, reason, suppressed_at) VALUES (:fingerprint, :reason, now())
    ON CONFLICT (fingerprint) DO NOTHING
""")


class Outcome(NamedTuple):
    """What became of one claimed delivery. `ready` means: try again later."""

    delivery_id: UUID
    state: DeliveryState
    failure: str | None = None
    provider_reference: str | None = None


def _range(batch: Batch) -> dict[str, object]:
    return batch.model_dump(exclude={"action_id"})


async def recover(session: AsyncSession, batch: Batch, claim_id: UUID, *, repeatable: bool) -> None:
    """Resolve what a dead sender left: what cannot be repeated and may have gone out becomes `unknown`.

    `repeatable` says that the provider takes our delivery id as idempotency key.
    """
    parameters = {**_range(batch), "claim_id": claim_id, "repeatable": repeatable}
    recovered = await session.execute(_RECOVER, parameters)
    await record_states(session, batch.action_id, recovered)


async def claim(
    session: AsyncSession, batch: Batch, claim_id: UUID, *, after: int, limit: int
) -> list[Delivery]:
    """Take the next deliveries of a batch behind position `after`, if the gate allows each of them now."""
    await share_action(session, batch.action_id)
    found = await session.exec(
        select(Delivery).from_statement(_CLAIM),  # type: ignore[call-overload]
        params={
            **_range(batch),
            "action_id": batch.action_id,
            "claim_id": claim_id,
            "after": after,
            "limit": limit,
            "attestations_required": ATTESTATIONS_REQUIRED,
        },
    )
    claimed = sorted(found.scalars(), key=lambda delivery: delivery.position)
    await record_claimed(session, batch.action_id, claim_id, [delivery.id for delivery in claimed])
    return claimed


async def hand_over(session: AsyncSession, action_id: UUID, delivery_id: UUID, claim_id: UUID) -> bool:
    """Pass the last gate before the provider may take the message; False where it is closed."""
    await share_action(session, action_id)
    passed = await session.execute(
        _HAND_OVER,
        {
            "action_id": action_id,
            "delivery_id": delivery_id,
            "claim_id": claim_id,
            "attestations_required": ATTESTATIONS_REQUIRED,
        },
    )
    return passed.scalar_one_or_none() is not None


async def settle(session: AsyncSession, action_id: UUID, claim_id: UUID, outcomes: list[Outcome]) -> None:
    """Record outcomes as one group; the outcome of a claim that was taken over changes nothing.

    A late outcome may say what became of an `unknown` delivery, but never makes it wait again.
    """
    if not outcomes:
        return
    deliveries, states, failures, provider_references = map(list, zip(*outcomes, strict=True))
    settled = await session.execute(
        _SETTLE,
        {
            "claim_id": claim_id,
            "deliveries": deliveries,
            "states": states,
            "failures": failures,
            "provider_references": provider_references,
        },
    )
    await record_states(session, action_id, settled)
    await announce(session, action_id)


async def suppress(session: AsyncSession, fingerprint: bytes, reason: str) -> None:
    """Never write to an address again."""
    await session.execute(_SUPPRESS, {"fingerprint": fingerprint, "reason": reason})


async def finish_batch(session: AsyncSession, batch: Batch) -> BatchOutcome:
    """End what the gate refuses for good, and count; what a hold keeps back stays ready.

    What another attempt still has in hand waits as well: the next one finds out what became of it.
    """
    await share_action(session, batch.action_id)
    parameters = {**_range(batch), "action_id": batch.action_id}
    refused = await session.execute(_REFUSE, {**parameters, "attestations_required": ATTESTATIONS_REQUIRED})
    await record_states(session, batch.action_id, refused)
    return await _counted(session, batch)


async def give_up(session: AsyncSession, batch: Batch) -> BatchOutcome:
    """Fail what no provider took in time; what a dead sender had handed over becomes `unknown`."""
    await share_action(session, batch.action_id)
    given_up = await session.execute(_GIVE_UP, _range(batch))
    await record_states(session, batch.action_id, given_up)
    return await _counted(session, batch)


async def _counted(session: AsyncSession, batch: Batch) -> BatchOutcome:
    counted = (await session.execute(_COUNT, {**_range(batch), "action_id": batch.action_id})).one()
    return BatchOutcome(
        sent=counted.sent, ended=counted.ended, waiting=counted.waiting, on_hold=counted.on_hold
    )


async def cancel_outstanding(session: AsyncSession, action_id: UUID) -> None:
    """Cancel every message of an ended action that was not claimed."""
    cancelled = await session.execute(_CANCEL_OUTSTANDING, {"action_id": action_id})
    await record_states(session, action_id, cancelled)
