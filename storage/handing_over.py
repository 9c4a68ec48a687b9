"""The last gate before a provider may take messages, and what became of those before: both in groups."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import DeliveryState, Purpose
from models.records import Addressee, EventKind
from storage.action_lock import SHARED
from storage.gate import CHECKS, STILL_IDENTIFIED, Check, gate_of_each, gate_of_kinds
from storage.inviting import tell_of_missed
from storage.message_events import record_states
from storage.records import announce, record, request_nudge


def hand_over_statement(
    purpose: Purpose, checks: Iterable[Check] = CHECKS.values(), still_identified: str = STILL_IDENTIFIED
) -> TextClause:
    """Write the hand-over of a purpose; `still_identified` guards what the claim told an authority."""
    made = tuple(checks)
    return text(f"""
        WITH asked AS MATERIALIZED (
            SELECT delivery.id, delivery.claim_id, delivery.dispatch_id, delivery.language,
                   delivery.disclosure, delivery.rendering
            FROM unnest(CAST(:deliveries AS uuid[]), CAST(:claims AS uuid[]))
                 AS claimed (delivery_id, claim_id)
            JOIN delivery ON delivery.id = claimed.delivery_id AND delivery.claim_id = claimed.claim_id
            WHERE delivery.state = 'sending'),
        kind AS MATERIALIZED (
            SELECT delivery.dispatch_id, delivery.language, delivery.disclosure, delivery.rendering
            FROM (SELECT DISTINCT dispatch_id, language, disclosure, rendering FROM asked) AS delivery
            JOIN dispatch ON dispatch.id = delivery.dispatch_id
            CROSS JOIN urgent_action AS action
            WHERE action.id = :action_id AND {gate_of_kinds(purpose, made)} AND {still_identified})
        UPDATE delivery SET handed_over_at = now()
        FROM asked JOIN kind USING (dispatch_id, language, disclosure, rendering),
             urgent_action AS action, dispatch
        WHERE action.id = :action_id AND dispatch.id = delivery.dispatch_id
          AND delivery.id = asked.id AND delivery.claim_id = asked.claim_id AND delivery.state = 'sending'
          AND {gate_of_each(purpose, made)}
        RETURNING delivery.id
    """)


_HAND_OVER = {purpose: hand_over_statement(purpose) for purpose in Purpose}

_SHARE = text(f"""
    SELECT {SHARED} AS shared,
           ARRAY(SELECT DISTINCT dispatch.purpose
                 FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
                 WHERE delivery.id = ANY(CAST(:deliveries AS uuid[]))) AS purposes
""")

SETTLE: Final = text("""
    UPDATE delivery
    SET state = outcome.state, failure = outcome.failure, provider_reference = outcome.provider_reference,
        provider = CASE WHEN outcome.state NOT IN ('ready', 'parked') OR outcome.in_doubt
                        THEN delivery.provider END,
        settled_at = CASE WHEN outcome.state = 'ready' THEN NULL ELSE now() END
    FROM unnest(CAST(:deliveries AS uuid[]), CAST(:claims AS uuid[]), CAST(:states AS text[]),
                CAST(:failures AS text[]), CAST(:provider_references AS text[]), CAST(:in_doubt AS boolean[]))
         AS outcome (delivery_id, claim_id, state, failure, provider_reference, in_doubt)
    WHERE delivery.id = outcome.delivery_id AND delivery.claim_id = outcome.claim_id
      AND (delivery.state = 'sending'
           OR (delivery.state = 'unknown' AND outcome.state NOT IN ('ready', 'unknown')))
    RETURNING delivery.id, delivery.state
""")

_SUPPRESS = text("""
    INSERT INTO suppression (fingerprint, reason, suppressed_at)
    SELECT DISTINCT fingerprint, :reason, now() FROM delivery WHERE id = ANY(:deliveries) ORDER BY fingerprint
    ON CONFLICT DO NOTHING RETURNING fingerprint
""")


class Claimed(NamedTuple):
    """A delivery as one claim holds it."""

    delivery_id: UUID
    claim_id: UUID


class Outcome(NamedTuple):
    """What became of one claimed delivery. `ready` means: try again later; `in_doubt`: with nobody else."""

    delivery_id: UUID
    state: DeliveryState
    failure: str | None = None
    provider_reference: str | None = None
    in_doubt: bool = False


class Settled(NamedTuple):
    """An outcome, and the claim that it is of."""

    claim_id: UUID
    outcome: Outcome


async def hand_over(session: AsyncSession, action_id: UUID, claimed: Collection[Claimed]) -> set[UUID]:
    """Pass the last gate before the provider may take messages of an action; return which of them passed."""
    if not claimed:
        return set()
    deliveries = [one.delivery_id for one in claimed]
    parameters: dict[str, object] = {"action_id": str(action_id), "deliveries": deliveries}
    # Purposes never change, so the statement that waits for the lock may read them.
    purposes = (await session.execute(_SHARE, parameters)).one().purposes
    passed: set[UUID] = set()
    for purpose in sorted(purposes):
        statement, parameters = asked_for(Purpose(purpose), action_id, claimed)
        passed.update((await session.execute(statement, parameters)).scalars())
    return passed


def asked_for(
    purpose: Purpose, action_id: UUID, claimed: Collection[Claimed]
) -> tuple[TextClause, dict[str, object]]:
    """Return the hand-over of a purpose, and what it needs; those of other purposes do not pass it."""
    parameters: dict[str, object] = {
        "action_id": action_id,
        "deliveries": [one.delivery_id for one in claimed],
        "claims": [one.claim_id for one in claimed],
    }
    return _HAND_OVER[purpose], parameters


async def settle(session: AsyncSession, action_id: UUID, settled: Sequence[Settled]) -> None:
    """Record outcomes as one group; the outcome of a claim that was taken over changes nothing.

    A late outcome may say what became of an `unknown` delivery, but never makes it wait again.
    """
    if not settled:
        return
    await changed_states(session, action_id, await session.execute(SETTLE, outcomes_of(settled)))
    await tell_of_parked(session, action_id, settled)
    await announce(session, action_id)


def outcomes_of(settled: Sequence[Settled]) -> dict[str, list[Any]]:
    """Return what `SETTLE` needs."""
    outcomes = (one.outcome for one in settled)
    deliveries, states, failures, references, in_doubt = map(list, zip(*outcomes, strict=True))
    return {
        "deliveries": deliveries,
        "claims": [one.claim_id for one in settled],
        "states": states,
        "failures": failures,
        "provider_references": references,
        "in_doubt": in_doubt,
    }


async def tell_of_parked(session: AsyncSession, action_id: UUID, settled: Sequence[Settled]) -> None:
    """Have the coordinator told of messages that name somebody."""
    parked = sum(one.outcome.state is DeliveryState.PARKED for one in settled)
    if parked:
        await record(session, action_id, EventKind.MESSAGES_PARKED, detail={"count": parked})
        await request_nudge(session, action_id, Addressee.ACTION)


async def changed_states(session: AsyncSession, action_id: UUID, changed: Iterable[Row[Any]]) -> None:
    """Write down which deliveries changed, and tell of invitations that missed somebody."""
    rows = list(changed)
    await record_states(session, action_id, rows)
    await tell_of_missed(session, action_id, rows)


async def suppress(session: AsyncSession, action_id: UUID, deliveries: list[UUID], reason: str) -> None:
    """Never write again to the addresses of some deliveries."""
    suppressed = await session.execute(_SUPPRESS, {"deliveries": deliveries, "reason": reason})
    if suppressed.first() is not None:
        detail = {"deliveries": [str(one) for one in deliveries], "reason": reason}
        await record(session, action_id, EventKind.ADDRESS_SUPPRESSED, detail=detail)
