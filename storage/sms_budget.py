"""The budget of text messages, shared by all workers: a claim takes none that the day has no room for.

A message is counted once a day, by the claim, whatever becomes of it: who pays for it does not know either.
What is over the budget waits until tomorrow, or until the operator has raised it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import structlog
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import Batch, Purpose
from models.outbox import Delivery
from models.records import EventKind
from models.sms_budget import ANYWHERE, SmsBudget, SmsReserve
from models.vocabulary import Channel, Urgency
from storage.gate import gate_of_deliveries
from storage.records import announce, record

_log = structlog.get_logger(__name__)

LOOK_AGAIN: Final = timedelta(hours=1)
"""How soon what is over the budget is looked at again: the operator may have raised it."""

_REQUESTS: Final = frozenset({Purpose.VERIFICATION, Purpose.VERIFICATION_REMINDER})

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('sms budget', 0)), now() AS moment")

_RESERVE = text("""
    SELECT dispatch.purpose, action.urgency
    FROM dispatch JOIN urgent_action AS action ON action.id = dispatch.action_id
    WHERE dispatch.id = :dispatch_id
""")

_USED = text("SELECT prefix, messages FROM sms_use WHERE day = :day AND reserve = :reserve")

_PUT_OFF = text(f"""
    WITH waiting AS (
        SELECT delivery.id, delivery.position, delivery.failure, area.room,
               row_number() OVER (PARTITION BY area.prefix ORDER BY delivery.position) AS nth
        FROM urgent_action AS action, delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
        CROSS JOIN LATERAL (
            SELECT known.prefix, known.room
            FROM unnest(CAST(:prefixes AS text[]), CAST(:rooms AS integer[])) AS known (prefix, room)
            WHERE known.prefix = '*' OR starts_with(delivery.address, known.prefix)
            ORDER BY length(known.prefix) * (known.prefix <> '*')::integer DESC LIMIT 1) AS area
        WHERE action.id = :action_id AND delivery.dispatch_id = :dispatch_id AND delivery.channel = 'sms'
          AND delivery.position BETWEEN :first AND :last AND delivery.state = 'ready'
          AND delivery.counted_on IS DISTINCT FROM :day AND {gate_of_deliveries()}),
    ranked AS (
        SELECT id, failure, nth > room AS beyond,
               count(*) FILTER (WHERE nth <= room) OVER (ORDER BY position) AS nth_of_all
        FROM waiting)
    UPDATE delivery SET not_before = :later, failure = 'sms_budget'
    FROM ranked
    WHERE delivery.id = ranked.id AND delivery.state = 'ready' AND (beyond OR nth_of_all > :room)
    RETURNING ranked.failure IS DISTINCT FROM 'sms_budget' AS is_new
""")

_COUNT = text("""
    UPDATE delivery SET counted_on = :day
    WHERE id = ANY(:deliveries) AND counted_on IS DISTINCT FROM :day
    RETURNING address
""")

_USE = text("""
    INSERT INTO sms_use (day, reserve, prefix, messages)
    SELECT :day, :reserve, prefix, messages
    FROM unnest(CAST(:prefixes AS text[]), CAST(:counts AS integer[])) AS used (prefix, messages)
    ON CONFLICT (day, reserve, prefix) DO UPDATE SET messages = sms_use.messages + excluded.messages
""")


class DayOfTexts(NamedTuple):
    """The budget as one claim meets it, with the lock that makes it wait for the others."""

    budget: SmsBudget
    reserve: SmsReserve
    moment: datetime

    def key(self) -> dict[str, object]:
        """Return what names the rows of the day."""
        return {"day": self.budget.day_of(self.moment), "reserve": self.reserve}


async def open_day(session: AsyncSession, batch: Batch, budget: SmsBudget | None) -> DayOfTexts | None:
    """Have the budget of today alone until the transaction ends, and put off until tomorrow what is over it.

    None where the batch holds no text messages, or nothing limits them.
    """
    if budget is None or batch.channel is not Channel.SMS:
        return None
    moment = (await session.execute(_ONE_AT_A_TIME)).one().moment
    day = DayOfTexts(budget, await _reserve_of(session, batch), moment)
    used = {row.prefix: row.messages for row in await session.execute(_USED, day.key())}
    room = max(0, budget.total - sum(used.values()))
    rooms = {prefix: max(0, most - used.get(prefix, 0)) for prefix, most in _prefixes(budget)}
    if min(room, *rooms.values()) < batch.last - batch.first + 1:
        await _put_off(session, batch, day, room, rooms)
    return day


async def count_texts(session: AsyncSession, day: DayOfTexts | None, claimed: Sequence[Delivery]) -> None:
    """Count what a claim took, but for what was counted today already."""
    if day is None or not claimed:
        return
    parameters = {"day": day.key()["day"], "deliveries": [delivery.id for delivery in claimed]}
    counted = Counter(
        _prefix_of(row.address, day.budget) for row in await session.execute(_COUNT, parameters)
    )
    if counted:
        used = {"prefixes": list(counted), "counts": list(counted.values())}
        await session.execute(_USE, {**day.key(), **used})


async def _reserve_of(session: AsyncSession, batch: Batch) -> SmsReserve:
    found = (await session.execute(_RESERVE, {"dispatch_id": batch.dispatch_id})).one()
    asks_at_once = found.purpose in _REQUESTS and found.urgency == Urgency.IMMEDIATE
    is_urgent = asks_at_once or found.purpose == Purpose.STOP_NOTICE
    return SmsReserve.URGENT if is_urgent else SmsReserve.ORDINARY


async def _put_off(
    session: AsyncSession, batch: Batch, day: DayOfTexts, room: int, rooms: dict[str, int]
) -> None:
    tomorrow = day.budget.day_after(day.moment)
    over = await session.execute(
        _PUT_OFF,
        {
            **batch.model_dump(include={"action_id", "dispatch_id", "first", "last"}),
            "day": day.key()["day"],
            "prefixes": list(rooms),
            "rooms": list(rooms.values()),
            "room": room,
            "later": min(tomorrow, day.moment + LOOK_AGAIN),
        },
    )
    count = sum(row.is_new for row in over)
    if not count:
        return
    _log.error(
        "sms.over_budget",
        count=count,
        reserve=day.reserve,
        until=tomorrow.isoformat(),
        remedy="raise ACUERPA_SMS_BUDGET_PER_DAY or _BY_PREFIX if these messages are wanted",
    )
    detail = {"dispatch_id": str(batch.dispatch_id), "count": count, "until": tomorrow.isoformat()}
    await record(session, batch.action_id, EventKind.TEXTS_PUT_OFF, detail=detail)
    await announce(session, batch.action_id)


def _prefixes(budget: SmsBudget) -> tuple[tuple[str, int], ...]:
    return budget.prefixes or ((ANYWHERE, budget.total),)


def _prefix_of(address: str, budget: SmsBudget) -> str:
    matching = [prefix for prefix, _ in _prefixes(budget) if address.startswith(prefix)]
    return max(matching, key=len, default=ANYWHERE)
