"""How far the messages of an action are: counts, pace and time left, and pages of them."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import DeliveryState
from models.outbox import Delivery, Dispatch
from models.vocabulary import Channel

PACE_OVER = timedelta(seconds=30)
"""The time over which messages are counted for their pace."""

_COUNTS = text("""
    SELECT delivery.channel, delivery.state, count(*) AS messages,
           count(*) FILTER (WHERE settled_at > now() - CAST(:pace_over AS interval)) AS of_late
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
    WHERE dispatch.action_id = :action_id
    GROUP BY delivery.channel, delivery.state
""")

_NEVER_SENT = (DeliveryState.SUPPRESSED, DeliveryState.CANCELLED)
_UNDER_WAY = (DeliveryState.READY, DeliveryState.SENDING)


class Progress(NamedTuple):
    """The messages of one channel: how many stand in which state, and how many came to an end a second."""

    states: dict[DeliveryState, int]
    per_second: float = 0.0

    @property
    def waiting(self) -> int:
        """How many have not come to an end."""
        return sum(self.states.get(state, 0) for state in _UNDER_WAY)

    @property
    def time_left(self) -> timedelta | None:
        """How long the rest takes at this pace; None where nothing moves, or nothing is left."""
        if not (self.waiting and self.per_second):
            return None
        return timedelta(seconds=round(self.waiting / self.per_second))


async def progress(session: AsyncSession, action_id: UUID) -> dict[Channel, Progress]:
    """Count the messages of an action by channel and state, and their pace, in one pass over them."""
    found: dict[Channel, Progress] = {}
    parameters = {"action_id": action_id, "pace_over": PACE_OVER}
    for row in await session.execute(_COUNTS, parameters):
        channel, state = Channel(row.channel), DeliveryState(row.state)
        known = found.get(channel, Progress({}))
        of_late = 0 if state in _NEVER_SENT else row.of_late
        known.states[state] = row.messages
        found[channel] = known._replace(per_second=known.per_second + of_late / PACE_OVER.total_seconds())
    return found


class Chosen(NamedTuple):
    """Which deliveries of an action are listed; None leaves a column open."""

    dispatch_id: UUID | None = None
    state: DeliveryState | None = None
    channel: Channel | None = None


ALL = Chosen()


async def delivery_page(
    session: AsyncSession, action_id: UUID, after: UUID | None, limit: int, chosen: Chosen = ALL
) -> list[tuple[Delivery, Dispatch]]:
    """List deliveries in the order of dispatch, channel and position, from behind the delivery `after`.

    An index has them in this order, so that no page costs more than the first one.
    """
    place = col(Delivery.dispatch_id), col(Delivery.channel), col(Delivery.position)
    query = (
        select(Delivery, Dispatch)
        .join(Dispatch, col(Dispatch.id) == Delivery.dispatch_id)
        .where(Dispatch.action_id == action_id)
        .order_by(*place)
        .limit(limit)
    )
    wanted = chosen._asdict().items()
    query = query.where(*(getattr(Delivery, name) == value for name, value in wanted if value is not None))
    if after:
        before = select(Delivery.dispatch_id, Delivery.channel, Delivery.position).where(Delivery.id == after)
        query = query.where(tuple_(*place) > before.scalar_subquery())
    return [(row[0], row[1]) for row in await session.exec(query)]
