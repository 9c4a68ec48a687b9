"""Looking at the messages of an action: how far they are, and which of them stand how."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from models.messages import DeliveryState, Purpose
from models.outbox import Delivery, Dispatch, RecipientKind
from models.vocabulary import Channel
from storage import progress
from storage.progress import Chosen, Progress
from web.actions import found
from web.authentication import CaseReader
from web.schemas import Schema
from web.services import Work

router = APIRouter(prefix="/actions", tags=["actions"])


class DeliveryQuery(BaseModel):
    """Which deliveries are listed, from behind which, and how many; or that they are only counted."""

    after: UUID | None = None
    limit: int = Field(default=100, ge=1, le=1000)
    dispatch: UUID | None = None
    state: DeliveryState | None = None
    channel: Channel | None = None
    summary: Literal["", "true"] | None = None


class DeliveryView(Schema):
    """One delivery, without its address."""

    id: UUID
    dispatch: UUID
    purpose: Purpose
    round: int
    channel: Channel
    recipient: RecipientKind
    language: str
    state: DeliveryState
    attempts: int
    provider: str | None
    failure: str | None
    settled_at: datetime | None


class DeliveryPage(Schema):
    """A page of deliveries; pass `next_after` as `after` to get the next one."""

    deliveries: list[DeliveryView]
    next_after: UUID | None


class ChannelProgress(Schema):
    """The messages of one channel: `per_second` came to an end of late, and the rest takes `time_left` so."""

    states: dict[DeliveryState, int]
    waiting: int
    per_second: float
    time_left: timedelta | None


class DeliverySummary(Schema):
    """How far the messages of an action are, by channel."""

    channels: dict[Channel, ChannelProgress]


@router.get("/{reference}/deliveries")
async def deliveries(
    reference: str,
    services: Work,
    _caller: CaseReader,
    asked: Annotated[DeliveryQuery, Query()],
) -> DeliveryPage | DeliverySummary:
    """List the deliveries of an action, page by page, without their addresses; with `summary`, count them."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        if asked.summary is not None:
            counted = await progress.progress(session, action.id)
            return DeliverySummary(channels={one: _progress(how) for one, how in counted.items()})
        chosen = Chosen(asked.dispatch, asked.state, asked.channel)
        page = await progress.delivery_page(session, action.id, asked.after, asked.limit, chosen)
    return DeliveryPage(
        deliveries=[_delivery(*row) for row in page],
        next_after=page[-1][0].id if len(page) == asked.limit else None,
    )


def _progress(how: Progress) -> ChannelProgress:
    return ChannelProgress(
        states=how.states,
        waiting=how.waiting,
        per_second=round(how.per_second, 1),
        time_left=how.time_left,
    )


def _delivery(row: Delivery, dispatch: Dispatch) -> DeliveryView:
    return DeliveryView(
        id=row.id,
        dispatch=dispatch.id,
        purpose=dispatch.purpose,
        round=dispatch.round,
        channel=row.channel,
        recipient=row.recipient_kind,
        language=row.language,
        state=row.state,
        attempts=row.attempts,
        provider=row.provider,
        failure=row.failure,
        settled_at=row.settled_at,
    )
