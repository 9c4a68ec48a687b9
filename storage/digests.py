"""What a coordinator's actions ask of her: what is open, late and due, in counts and days alone."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.inbound_mail import InboundState
from models.lifecycle import Phase
from models.messages import DeliveryState, Purpose
from models.reply_vocabulary import ClockState, StepState
from storage.expiry import expiry_of
from storage.gate_of_digests import coordinates
from storage.milestones import milestones_of
from storage.reply_clocks import asking_document, clocks_of
from storage.standing import phase_of

SOON: Final = timedelta(days=14)
"""How far ahead it looks."""

STOPPED_SINCE: Final = timedelta(days=7)
"""For how long a stop is told of."""

# Whoever left the network left her actions behind: they are everybody's, or nobody would look at them.
_HERS = text(f"""
    SELECT action.id FROM urgent_action AS action JOIN person AS author ON author.id = action.author_id
    WHERE action.rejected_at IS NULL
      AND ((action.closed_at IS NULL AND action.stopped_at IS NULL) OR action.phase = '{Phase.DORMANT}'
           OR action.stopped_at > :stopped_since)
      AND (action.author_id = :person_id OR NOT {coordinates("author")})
""")

_WAITING = text(f"""
    SELECT (SELECT count(*) FROM dispatch JOIN document ON document.id = dispatch.document_id
            WHERE dispatch.action_id = action.id AND dispatch.purpose = '{Purpose.CHECK_IN}'
              AND document.number = action.leading_document
              AND NOT EXISTS (SELECT 1 FROM check_in_answer AS given
                              WHERE given.document_id = dispatch.document_id
                                AND given.number >= dispatch.round)) AS check_ins,
           (SELECT count(*) FROM escalation_step AS step
            WHERE step.action_id = action.id AND step.state = '{StepState.PROPOSED}') AS proposals,
           (SELECT count(*) FROM inbound_mail AS mail
            WHERE mail.action_id = action.id AND mail.state = '{InboundState.WAITING}') AS mails,
           (SELECT count(*) FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
            WHERE dispatch.action_id = action.id
              AND delivery.state IN ('{DeliveryState.UNKNOWN}', '{DeliveryState.PARKED}')) AS in_doubt
    FROM urgent_action AS action WHERE action.id = :action_id
""")


class Waiting(NamedTuple):
    """What of an action waits for somebody, counted."""

    check_ins: int
    proposals: int
    mails: int
    in_doubt: int
    late_replies: int
    milestones_past: int
    milestones_soon: int
    expires_on: date | None
    """Where that is soon."""


class DigestCase(NamedTuple):
    """An action: by its reference and how it stands; of one on hold or stopped nothing else is told."""

    reference: str
    phase: Phase
    on_hold: bool
    waiting: Waiting | None


async def digest_of(session: AsyncSession, person_id: UUID, zone: str, at: datetime) -> list[DigestCase]:
    """List the actions of a coordinator, and those whose author is none any more, by their references."""
    parameters = {"person_id": person_id, "stopped_since": at - STOPPED_SINCE}
    found = (await session.execute(_HERS, parameters)).scalars().all()
    actions = await session.exec(
        select(UrgentAction).where(col(UrgentAction.id).in_(found)).order_by(col(UrgentAction.reference))
    )
    return [await _case(session, action, zone, at) for action in actions]


async def _case(session: AsyncSession, action: UrgentAction, zone: str, at: datetime) -> DigestCase:
    phase, on_hold = phase_of(action), action.held_at is not None
    tells = not on_hold and phase is not Phase.STOPPED
    waiting = await _waiting(session, action, zone, at) if tells else None
    return DigestCase(action.reference, phase, on_hold, waiting)


async def _waiting(session: AsyncSession, action: UrgentAction, zone: str, at: datetime) -> Waiting:
    counted = (await session.execute(_WAITING, {"action_id": action.id})).one()
    days = [one.date for one in await milestones_of(session, action.id) if one.is_open]
    past = sum(one.is_over(at) for one in days)
    return Waiting(
        check_ins=counted.check_ins,
        proposals=counted.proposals,
        mails=counted.mails,
        in_doubt=counted.in_doubt,
        late_replies=await _late_replies(session, action, zone, at),
        milestones_past=past,
        milestones_soon=sum(one.is_over(at + SOON) for one in days) - past,
        expires_on=_expires_soon(action, zone, at),
    )


async def _late_replies(session: AsyncSession, action: UrgentAction, zone: str, at: datetime) -> int:
    if action.phase is not Phase.FOLLOWING_UP:
        return 0
    document = await asking_document(session, action)
    clocks = await clocks_of(session, action, document, zone, at)
    return sum(one.clock.state is ClockState.LATE for one in clocks)


def _expires_soon(action: UrgentAction, zone: str, at: datetime) -> date | None:
    if action.released_at is None or action.phase is not Phase.FOLLOWING_UP:
        return None
    end = expiry_of(action, action.released_at, zone)
    return end.astimezone(ZoneInfo(zone)).date() if end <= at + SOON else None
