"""The claim: the one gate through which every message leaves; `handing_over.py` goes on from there."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import Batch, BatchOutcome, Purpose
from models.outbox import Delivery
from models.sms_budget import SmsBudget
from storage.action_lock import SHARED, share_action
from storage.gate import (
    CHECKS,
    DUE,
    Check,
    gate_of_each,
    gate_of_kinds,
    outcome_of_refusal,
)
from storage.gate_of_consents import IDENTIFIED
from storage.handing_over import changed_states
from storage.message_events import record_claimed, record_states
from storage.quiet_hours import keep_quiet_hours
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


def claim_statement(
    purpose: Purpose, checks: Iterable[Check] = CHECKS.values(), identified: str = IDENTIFIED
) -> TextClause:
    """Write the claim of a purpose for some checks; `identified` says where an authority may be told more.

    What is the same for all messages of a kind is asked once for each kind, however many there are.
    """
    made = tuple(checks)
    return text(f"""
        WITH kind AS MATERIALIZED (
            SELECT delivery.language, delivery.disclosure, dispatch.version_id,
                   CASE WHEN delivery.disclosure = 'authority' AND {identified}
                        THEN 'identified' ELSE 'public' END AS rendering
            FROM (SELECT DISTINCT language, disclosure FROM delivery
                  WHERE {_RANGE} AND delivery.position > :after AND delivery.state = 'ready') AS delivery
            CROSS JOIN urgent_action AS action CROSS JOIN dispatch
            WHERE action.id = :action_id AND dispatch.id = :dispatch_id AND {gate_of_kinds(purpose, made)}),
        claimable AS (
            SELECT delivery.id, kind.rendering,
                   (SELECT rendering.digest FROM rendering
                    WHERE rendering.version_id = kind.version_id AND rendering.language = kind.language
                      AND rendering.kind = kind.rendering) AS digest
            FROM urgent_action AS action, delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
                 JOIN kind ON kind.language = delivery.language AND kind.disclosure = delivery.disclosure
            WHERE action.id = :action_id AND {_RANGE} AND delivery.position > :after
              AND delivery.state = 'ready' AND {_NOBODY_ELSES} AND {gate_of_each(purpose, made)}
            ORDER BY delivery.position
            LIMIT :limit
            FOR UPDATE OF delivery SKIP LOCKED)
        UPDATE delivery
        SET state = 'sending', claim_id = :claim_id, claimed_at = now(), handed_over_at = NULL,
            provider = CAST(:provider AS text), attempts = delivery.attempts + 1,
            rendering = claimable.rendering, digest = claimable.digest
        FROM claimable
        WHERE delivery.id = claimable.id
        RETURNING delivery.*
    """)


_CLAIM = {purpose: claim_statement(purpose) for purpose in Purpose}

_SHARE = text(f"""
    SELECT {SHARED}, purpose FROM dispatch WHERE dispatch.id = :dispatch_id
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
    purpose = await _share_and_tell_purpose(session, batch)
    await keep_quiet_hours(session, batch)
    day = await open_day(session, batch, sms_budget)
    found = await session.exec(
        select(Delivery).from_statement(_CLAIM[purpose]),  # type: ignore[call-overload]
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


async def _share_and_tell_purpose(session: AsyncSession, batch: Batch) -> Purpose:
    """Share the action; the purpose of a dispatch never changes, so it may be read by the same statement."""
    parameters = {"action_id": str(batch.action_id), "dispatch_id": batch.dispatch_id}
    return Purpose((await session.execute(_SHARE, parameters)).one().purpose)


async def finish_batch(session: AsyncSession, batch: Batch) -> BatchOutcome:
    """End what the gate refuses for good, and count; what a hold keeps back stays ready.

    What another attempt still has in hand waits as well: the next one finds out what became of it.
    """
    await share_action(session, batch.action_id)
    parameters = {**_range(batch), "action_id": batch.action_id}
    refused = await session.execute(_REFUSE, parameters)
    await changed_states(session, batch.action_id, refused)
    return await _counted(session, batch)


async def give_up(session: AsyncSession, batch: Batch) -> BatchOutcome:
    """Fail what no provider took in time; what a dead sender had handed over becomes `unknown`."""
    await share_action(session, batch.action_id)
    given_up = await session.execute(_GIVE_UP, _range(batch))
    await changed_states(session, batch.action_id, given_up)
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
