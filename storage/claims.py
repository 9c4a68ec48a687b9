"""The claim: the one gate through which every message leaves, and what is written down behind it."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import Batch, BatchOutcome, DeliveryState
from models.outbox import Delivery
from models.records import Addressee, EventKind
from models.sms_budget import SmsBudget
from storage.action_lock import share_action
from storage.gate import (
    DUE,
    STILL_IDENTIFIED,
    gate_of_deliveries,
    outcome_of_refusal,
)
from storage.gate_of_consents import IDENTIFIED
from storage.inviting import tell_of_missed
from storage.message_events import record_claimed, record_states
from storage.quiet_hours import keep_quiet_hours
from storage.records import announce, record, request_nudge
from storage.sms_budget import count_texts, open_day

_RANGE = """
    delivery.dispatch_id = :dispatch_id AND delivery.channel = :channel
    AND delivery.position BETWEEN :first AND :last
"""

_NOBODY_ELSES = "(delivery.provider IS NULL OR delivery.provider = :provider)"
IN_DOUBT = """
    (delivery.state = 'ready' AND (delivery.provider IS NOT NULL OR delivery.resent_at IS NOT NULL))
""".strip()
"""What a provider may have taken already: what one may have goes to no other one."""


def claim_statement(gate: str, identified: str = IDENTIFIED) -> TextClause:
    """Write the claim for a gate; `identified` says where an authority may be told more than the text."""
    return text(f"""
        WITH claimable AS (
            SELECT delivery.id, dispatch.version_id,
                   CASE WHEN delivery.disclosure = 'authority' AND {identified}
                        THEN 'identified' ELSE 'public' END AS rendering
            FROM urgent_action AS action, delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
            WHERE action.id = :action_id AND {_RANGE} AND delivery.position > :after
              AND delivery.state = 'ready' AND {_NOBODY_ELSES} AND {gate}
            ORDER BY delivery.position
            LIMIT :limit
            FOR UPDATE OF delivery SKIP LOCKED)
        UPDATE delivery
        SET state = 'sending', claim_id = :claim_id, claimed_at = now(), handed_over_at = NULL,
            provider = CAST(:provider AS text), attempts = delivery.attempts + 1,
            rendering = claimable.rendering,
            digest = (SELECT rendering.digest FROM rendering
                      WHERE rendering.version_id = claimable.version_id
                        AND rendering.language = delivery.language AND rendering.kind = claimable.rendering)
        FROM claimable
        WHERE delivery.id = claimable.id
        RETURNING delivery.*
    """)


def hand_over_statement(gate: str, still_identified: str = STILL_IDENTIFIED) -> TextClause:
    """Write the hand-over for a gate; `still_identified` guards what the claim told an authority."""
    return text(f"""
        UPDATE delivery SET handed_over_at = now()
        FROM urgent_action AS action, dispatch
        WHERE action.id = :action_id AND dispatch.id = delivery.dispatch_id
          AND delivery.id = :delivery_id AND delivery.claim_id = :claim_id AND delivery.state = 'sending'
          AND {gate} AND {still_identified}
        RETURNING delivery.id
    """)


_CLAIM = claim_statement(gate_of_deliveries())

_HAND_OVER = hand_over_statement(gate_of_deliveries())

_SETTLE = text("""
    UPDATE delivery
    SET state = outcome.state, failure = outcome.failure, provider_reference = outcome.provider_reference,
        provider = CASE WHEN outcome.state NOT IN ('ready', 'parked') OR outcome.in_doubt
                        THEN delivery.provider END,
        settled_at = CASE WHEN outcome.state = 'ready' THEN NULL ELSE now() END
    FROM unnest(CAST(:deliveries AS uuid[]), CAST(:states AS text[]), CAST(:failures AS text[]),
                CAST(:provider_references AS text[]), CAST(:in_doubt AS boolean[]))
         AS outcome (delivery_id, state, failure, provider_reference, in_doubt)
    WHERE delivery.id = outcome.delivery_id AND delivery.claim_id = :claim_id
      AND (delivery.state = 'sending'
           OR (delivery.state = 'unknown' AND outcome.state NOT IN ('ready', 'unknown')))
    RETURNING delivery.id, delivery.state
""")

_RECOVER = text(f"""
    UPDATE delivery
    SET state = CASE WHEN handed_over_at IS NULL OR :repeatable THEN 'ready' ELSE 'unknown' END,
        failure = 'sender_died', provider = CASE WHEN handed_over_at IS NOT NULL THEN provider END,
        settled_at = CASE WHEN handed_over_at IS NULL OR :repeatable THEN NULL ELSE now() END
    WHERE {_RANGE} AND state = 'sending' AND claim_id <> :claim_id
    RETURNING id, state
""")

_REFUSE = text(f"""
    UPDATE delivery
    SET state = CASE WHEN {IN_DOUBT} THEN 'unknown'
                     WHEN judged.refusal = 'address_suppressed' THEN 'suppressed' ELSE 'cancelled' END,
        failure = judged.refusal, settled_at = now()
    FROM (SELECT delivery.id, {outcome_of_refusal()} AS refusal
          FROM urgent_action AS action, delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
          WHERE action.id = :action_id AND {_RANGE} AND delivery.state = 'ready') AS judged
    WHERE delivery.id = judged.id AND delivery.state = 'ready' AND judged.refusal IS NOT NULL
    RETURNING delivery.id, delivery.state
""")

_GIVE_UP = text(f"""
    UPDATE delivery
    SET state = CASE WHEN {IN_DOUBT}
                       OR (state = 'sending' AND coalesce(handed_over_at, resent_at) IS NOT NULL)
                     THEN 'unknown' ELSE 'failed' END,
        failure = CASE WHEN state = 'sending' THEN 'sender_died' ELSE 'retries_exhausted' END,
        settled_at = now()
    FROM dispatch
    WHERE {_RANGE} AND dispatch.id = delivery.dispatch_id
      AND (delivery.state = 'sending' OR (delivery.state = 'ready' AND {DUE}))
    RETURNING delivery.id, delivery.state
""")

_COUNT = text(f"""
    SELECT count(*) FILTER (WHERE state IN ('sent', 'delivered')) AS sent,
           count(*) FILTER (WHERE state NOT IN ('sent', 'delivered', 'ready', 'sending')) AS ended,
           count(*) FILTER (WHERE state = 'sending' OR (state = 'ready' AND {DUE})) AS waiting,
           count(*) FILTER (WHERE state = 'ready' AND NOT {DUE}) AS put_off,
           (SELECT held_at IS NOT NULL FROM urgent_action WHERE id = :action_id) AS on_hold
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id WHERE {_RANGE}
""")

_SUPPRESS = text("""
    INSERT INTO suppression (fingerprint, reason, suppressed_at)
    SELECT DISTINCT fingerprint, :reason, now() FROM delivery WHERE id = ANY(:deliveries) ORDER BY fingerprint
    ON CONFLICT DO NOTHING RETURNING fingerprint
""")


class Outcome(NamedTuple):
    """What became of one claimed delivery. `ready` means: try again later; `in_doubt`: with nobody else."""

    delivery_id: UUID
    state: DeliveryState
    failure: str | None = None
    provider_reference: str | None = None
    in_doubt: bool = False


def _range(batch: Batch) -> dict[str, object]:
    return batch.model_dump(exclude={"action_id", "priority"})


async def recover(session: AsyncSession, batch: Batch, claim_id: UUID, *, repeatable: bool) -> None:
    """Resolve what a dead sender left: what cannot be repeated and may have gone out becomes `unknown`.

    `repeatable` says that the provider takes our delivery id as idempotency key.
    """
    parameters = {**_range(batch), "claim_id": claim_id, "repeatable": repeatable}
    recovered = await session.execute(_RECOVER, parameters)
    await record_states(session, batch.action_id, recovered)


async def claim(
    session: AsyncSession,
    batch: Batch,
    claim_id: UUID,
    *,
    after: int,
    limit: int,
    provider: str,
    sms_budget: SmsBudget | None = None,
) -> list[Delivery]:
    """Take the next deliveries of a batch behind position `after`, if the gate allows each of them now.

    They are taken for one provider: none that another one may have got already is among them. Text messages
    that would wake somebody, or are over the budget, are put off before.
    """
    await share_action(session, batch.action_id)
    await keep_quiet_hours(session, batch)
    day = await open_day(session, batch, sms_budget)
    found = await session.exec(
        select(Delivery).from_statement(_CLAIM),  # type: ignore[call-overload]
        params={
            **_range(batch),
            "action_id": batch.action_id,
            "claim_id": claim_id,
            "after": after,
            "limit": limit,
            "provider": provider,
        },
    )
    claimed = sorted(found.scalars(), key=lambda delivery: delivery.position)
    await count_texts(session, day, claimed)
    await record_claimed(session, batch.action_id, claim_id, [delivery.id for delivery in claimed])
    return claimed


async def hand_over(session: AsyncSession, action_id: UUID, delivery_id: UUID, claim_id: UUID) -> bool:
    """Pass the last gate before the provider may take the message; False where it is closed."""
    await share_action(session, action_id)
    passed = await session.execute(
        _HAND_OVER,
        {"action_id": action_id, "delivery_id": delivery_id, "claim_id": claim_id},
    )
    return passed.scalar_one_or_none() is not None


async def settle(session: AsyncSession, action_id: UUID, claim_id: UUID, outcomes: list[Outcome]) -> None:
    """Record outcomes as one group; the outcome of a claim that was taken over changes nothing.

    A late outcome may say what became of an `unknown` delivery, but never makes it wait again.
    """
    if not outcomes:
        return
    deliveries, states, failures, provider_references, in_doubt = map(list, zip(*outcomes, strict=True))
    settled = await session.execute(
        _SETTLE,
        {
            "claim_id": claim_id,
            "deliveries": deliveries,
            "states": states,
            "failures": failures,
            "provider_references": provider_references,
            "in_doubt": in_doubt,
        },
    )
    await _changed(session, action_id, settled)
    parked = states.count(DeliveryState.PARKED)
    if parked:
        await record(session, action_id, EventKind.MESSAGES_PARKED, detail={"count": parked})
        await request_nudge(session, action_id, Addressee.ACTION)
    await announce(session, action_id)


async def _changed(session: AsyncSession, action_id: UUID, changed: Iterable[Row[Any]]) -> None:
    rows = list(changed)
    await record_states(session, action_id, rows)
    await tell_of_missed(session, action_id, rows)


async def suppress(session: AsyncSession, action_id: UUID, deliveries: list[UUID], reason: str) -> None:
    """Never write again to the addresses of some deliveries."""
    suppressed = await session.execute(_SUPPRESS, {"deliveries": deliveries, "reason": reason})
    if suppressed.first() is not None:
        detail = {"deliveries": [str(one) for one in deliveries], "reason": reason}
        await record(session, action_id, EventKind.ADDRESS_SUPPRESSED, detail=detail)


async def finish_batch(session: AsyncSession, batch: Batch) -> BatchOutcome:
    """End what the gate refuses for good, and count; what a hold keeps back stays ready.

    What another attempt still has in hand waits as well: the next one finds out what became of it.
    """
    await share_action(session, batch.action_id)
    parameters = {**_range(batch), "action_id": batch.action_id}
    refused = await session.execute(_REFUSE, parameters)
    await _changed(session, batch.action_id, refused)
    return await _counted(session, batch)


async def give_up(session: AsyncSession, batch: Batch) -> BatchOutcome:
    """Fail what no provider took in time; what a dead sender had handed over becomes `unknown`."""
    await share_action(session, batch.action_id)
    given_up = await session.execute(_GIVE_UP, _range(batch))
    await _changed(session, batch.action_id, given_up)
    return await _counted(session, batch)


async def _counted(session: AsyncSession, batch: Batch) -> BatchOutcome:
    counted = (await session.execute(_COUNT, {**_range(batch), "action_id": batch.action_id})).one()
    return BatchOutcome(
        sent=counted.sent,
        ended=counted.ended,
        waiting=counted.waiting,
        put_off=counted.put_off,
        on_hold=counted.on_hold,
    )
