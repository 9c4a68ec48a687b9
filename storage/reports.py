"""Counts over the outbox."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import DeliveryState
from models.outbox import Delivery, Dispatch
from models.vocabulary import Channel


class DispatchCounts(NamedTuple):
    """A dispatch and how its deliveries stand."""

    dispatch: Dispatch
    channels: dict[Channel, dict[DeliveryState, int]]


async def dispatch_counts(session: AsyncSession, action_id: UUID) -> list[DispatchCounts]:
    """Count the deliveries of each dispatch of an action, by channel and state, oldest dispatch first."""
    dispatches = await session.exec(
        select(Dispatch).where(Dispatch.action_id == action_id).order_by(col(Dispatch.frozen_at))
    )
    counted = await session.exec(
        select(Delivery.dispatch_id, Delivery.channel, Delivery.state, func.count())
        .join(Dispatch, col(Dispatch.id) == Delivery.dispatch_id)
        .where(Dispatch.action_id == action_id)
        .group_by(col(Delivery.dispatch_id), col(Delivery.channel), col(Delivery.state))
    )
    found = [DispatchCounts(dispatch, {}) for dispatch in dispatches]
    by_id = {counts.dispatch.id: counts for counts in found}
    for dispatch_id, channel, state, count in counted:
        if dispatch_id in by_id:  # another may have been frozen since the first query
            by_id[dispatch_id].channels.setdefault(Channel(channel), {})[DeliveryState(state)] = count
    return found
