"""Delivery receipts, written down once for each kind, and what they change.

What a receipt moves is told in the audit trail of the action, like each state of a message. Rows are locked
in one order, and those of one action in one transaction, so that nobody waits in a circle.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.contact_vocabulary import SuppressionReason
from models.delivery_receipts import BOUNCES, SUPPRESSES, DeliveryReceipt, ReceiptKind, moved
from models.messages import DeliveryState
from models.records import EventKind
from models.vocabulary import Channel
from storage.database import Database
from storage.inviting import tell_of_missed
from storage.message_events import record_states
from storage.records import announce, record
from storage.suppressions import suppress_address

KEPT_EARLY: Final = timedelta(days=1)
"""How long a receipt waits for the delivery that it is about."""

SOFT_BOUNCES: Final = 3
"""So many deliveries in a row must have come back softly before an address is given up ..."""
SOFT_FOR: Final = timedelta(days=7)
"""... and so long must the first of them be past: a full mailbox is emptied after a holiday."""

_LONGEST_REFERENCE = 200

_FIND = text("""
    SELECT delivery.id, dispatch.action_id, delivery.provider_reference AS reference
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
    WHERE delivery.channel = :channel
      AND (delivery.id = ANY(CAST(:deliveries AS uuid[]))
           OR (delivery.channel = 'sms' AND delivery.provider = :provider
               AND delivery.provider_reference = ANY(CAST(:references AS text[]))))
""")

_KEEP_EARLY = text("""
    INSERT INTO early_receipt (provider, reference, kind, received_at)
    SELECT :provider, reference, kind, now()
    FROM unnest(CAST(:references AS text[]), CAST(:kinds AS text[])) AS said (reference, kind)
    ON CONFLICT DO NOTHING
""")

_TAKE_EARLY = text("""
    DELETE FROM early_receipt
    USING delivery
    WHERE delivery.channel = 'sms' AND delivery.provider = early_receipt.provider
      AND delivery.provider_reference = early_receipt.reference
    RETURNING delivery.id, early_receipt.kind,
              (SELECT action_id FROM dispatch WHERE dispatch.id = delivery.dispatch_id) AS action_id
""")

_FORGET_EARLY = text("DELETE FROM early_receipt WHERE received_at < now() - CAST(:kept AS interval)")

_LOCK = text("""
    SELECT id, state, failure, fingerprint FROM delivery
    WHERE id = ANY(:deliveries) AND attempts > 0 AND state NOT IN ('parked', 'suppressed', 'cancelled')
    ORDER BY id FOR UPDATE
""")

_WRITE_DOWN = text("""
    INSERT INTO delivery_receipt (delivery_id, kind, fingerprint, received_at)
    SELECT delivery.id, said.kind, delivery.fingerprint, clock_timestamp()
    FROM unnest(CAST(:deliveries AS uuid[]), CAST(:kinds AS text[])) AS said (delivery_id, kind)
    JOIN delivery ON delivery.id = said.delivery_id
    ON CONFLICT DO NOTHING
    RETURNING delivery_id, kind
""")

_MOVE = text("""
    UPDATE delivery SET state = told.state, failure = told.failure, settled_at = now()
    FROM unnest(CAST(:deliveries AS uuid[]), CAST(:states AS text[]), CAST(:failures AS text[]))
         AS told (delivery_id, state, failure)
    WHERE delivery.id = told.delivery_id
    RETURNING delivery.id, delivery.state
""")

_COMES_BACK = text("""
    SELECT count(DISTINCT delivery_id) >= :many AND min(received_at) <= now() - CAST(:long AS interval)
    FROM delivery_receipt
    WHERE fingerprint = :fingerprint AND kind = 'soft_bounce'
      AND received_at > coalesce(
          (SELECT max(arrived.received_at) FROM delivery_receipt AS arrived
           WHERE arrived.fingerprint = :fingerprint AND arrived.kind = 'delivered'), '-infinity')
      AND received_at > coalesce(
          (SELECT max(lifted_at) FROM lifted_suppression AS lifted
           WHERE lifted.fingerprint = :fingerprint), '-infinity')
""")


class Said(NamedTuple):
    """A receipt and the delivery that it was found to be about."""

    delivery_id: UUID
    receipt: DeliveryReceipt


async def take_receipts(
    database: Database, channel: Channel, provider: str, receipts: Sequence[DeliveryReceipt]
) -> None:
    """Take what a provider says: each receipt counts once, in whatever order they come.

    What nobody knows changes nothing; one with a reference waits for a day, in which its sender may write
    that down.
    """
    async with database.transaction() as session:
        found = (await session.execute(_FIND, _lookup(channel, provider, receipts))).all()
        await _keep_early(session, provider, receipts, found)
    await _take_each(database, _by_action(receipts, found))


async def take_early_receipts(database: Database) -> int:
    """Take what came before its delivery was written down, and forget what is too old; count the former."""
    async with database.transaction() as session:
        rows = (await session.execute(_TAKE_EARLY)).all()
        await session.execute(_FORGET_EARLY, {"kept": KEPT_EARLY})
        by_action: dict[UUID, list[Said]] = {}
        for row in rows:
            said = Said(row.id, DeliveryReceipt(ReceiptKind(row.kind), row.id))
            by_action.setdefault(row.action_id, []).append(said)
        for action_id in sorted(by_action):
            await _take(session, action_id, by_action[action_id])
    return len(rows)


def _lookup(channel: Channel, provider: str, receipts: Iterable[DeliveryReceipt]) -> dict[str, object]:
    return {
        "channel": channel,
        "provider": provider,
        "deliveries": [one.delivery_id for one in receipts if one.delivery_id],
        "references": [one.reference for one in receipts if one.reference],
    }


async def _keep_early(
    session: AsyncSession, provider: str, receipts: Iterable[DeliveryReceipt], found: Sequence[Row[Any]]
) -> None:
    known = {row.reference for row in found} | {row.id for row in found}
    early = [
        (one.reference[:_LONGEST_REFERENCE], one.kind)
        for one in receipts
        if one.reference and not {one.reference, one.delivery_id} & known
    ]
    if early:
        references, kinds = map(list, zip(*early, strict=True))
        await session.execute(_KEEP_EARLY, {"provider": provider, "references": references, "kinds": kinds})


def _by_action(receipts: Iterable[DeliveryReceipt], found: Sequence[Row[Any]]) -> dict[UUID, list[Said]]:
    by_id = {row.id: row for row in found}
    by_reference = {row.reference: row for row in found if row.reference}
    by_action: dict[UUID, list[Said]] = {}
    for one in receipts:
        row = by_id.get(one.delivery_id) or by_reference.get(one.reference)
        if row:
            by_action.setdefault(row.action_id, []).append(Said(row.id, one))
    return by_action


async def _take_each(database: Database, by_action: Mapping[UUID, Sequence[Said]]) -> None:
    for action_id, said in by_action.items():
        async with database.transaction() as session:
            await _take(session, action_id, said)


async def _take(session: AsyncSession, action_id: UUID, said: Sequence[Said]) -> None:
    """Write down what is new, move the deliveries, and suppress the addresses, as one group."""
    rows = (await session.execute(_LOCK, {"deliveries": [one.delivery_id for one in said]})).all()
    by_id = {row.id: row for row in rows}
    told = [(one.delivery_id, _kind_of(one, by_id)) for one in said if one.delivery_id in by_id]
    new = await _write_down(session, told)
    if not new:
        return
    changed = await _move(session, by_id, new)
    await record_states(session, action_id, changed)
    for delivery_id, kind in new:
        await _suppress(session, action_id, delivery_id, by_id[delivery_id].fingerprint, kind)
    await tell_of_missed(session, action_id, changed)
    await announce(session, action_id)


def _kind_of(said: Said, by_id: Mapping[UUID, Row[Any]]) -> ReceiptKind:
    """Take a hard bounce that names another address, to which ours was forwarded, for a soft one."""
    kind, about = said.receipt.kind, said.receipt.about
    if kind is ReceiptKind.HARD_BOUNCE and about is not None:
        return kind if by_id[said.delivery_id].fingerprint in about else ReceiptKind.SOFT_BOUNCE
    return kind


async def _write_down(
    session: AsyncSession, told: Sequence[tuple[UUID, ReceiptKind]]
) -> list[tuple[UUID, ReceiptKind]]:
    """Return what was not written down before, in a fixed order."""
    if not told:
        return []
    deliveries, kinds = map(list, zip(*told, strict=True))
    written = await session.execute(_WRITE_DOWN, {"deliveries": deliveries, "kinds": kinds})
    return sorted((row.delivery_id, ReceiptKind(row.kind)) for row in written)


class _Standing(NamedTuple):
    state: DeliveryState
    failure: str | None

    def after(self, kind: ReceiptKind) -> "_Standing":
        """Return where a receipt leads: of several bounces the worst is told, whichever came first."""
        state, failure = moved(self.state, kind), self.failure
        if state is not self.state:
            failure = kind if state is DeliveryState.BOUNCED else None
        elif state is DeliveryState.BOUNCED and {kind, failure} <= set(BOUNCES):
            failure = max(kind, ReceiptKind(str(failure)), key=BOUNCES.index)
        return _Standing(state, failure)


async def _move(
    session: AsyncSession, by_id: Mapping[UUID, Row[Any]], new: Iterable[tuple[UUID, ReceiptKind]]
) -> list[Row[Any]]:
    """Bring deliveries to where receipts lead, and return those whose state changed."""
    before = {one: _Standing(DeliveryState(row.state), row.failure) for one, row in by_id.items()}
    after = dict(before)
    for delivery_id, kind in new:
        after[delivery_id] = after[delivery_id].after(kind)
    moves = [one for one in after if after[one] != before[one]]
    if not moves:
        return []
    states, failures = map(list, zip(*(after[one] for one in moves), strict=True))
    parameters = {"deliveries": moves, "states": states, "failures": failures}
    changed = await session.execute(_MOVE, parameters)
    return [row for row in changed if after[row.id].state is not before[row.id].state]


async def _suppress(
    session: AsyncSession, action_id: UUID, delivery_id: UUID, fingerprint: bytes, kind: ReceiptKind
) -> None:
    reason = SUPPRESSES.get(kind)
    if kind is ReceiptKind.SOFT_BOUNCE and await _comes_back(session, fingerprint):
        reason = SuppressionReason.SOFT_BOUNCES
    if reason and await suppress_address(session, fingerprint, reason):
        detail = {"deliveries": [str(delivery_id)], "reason": reason}
        await record(session, action_id, EventKind.ADDRESS_SUPPRESSED, detail=detail)


async def _comes_back(session: AsyncSession, fingerprint: bytes) -> bool:
    """Ask whether an address has been returning messages for so long that it is given up."""
    asked = {"fingerprint": fingerprint, "many": SOFT_BOUNCES, "long": SOFT_FOR}
    return bool((await session.execute(_COMES_BACK, asked)).scalar_one())
