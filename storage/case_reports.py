"""What a closing report tells of an action: days, counts and vocabulary, and no row of anybody."""

from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.case_reports import CaseReport, Milestone, Moment, Responded
from models.columns import now
from models.figures import Ending
from models.messages import DeliveryState, Purpose
from models.outcome_file import Impact
from models.response_vocabulary import ResponseKind
from models.vocabulary import Channel, Concern, TargetKind
from storage.figures import COUNTING_OUTCOMES, COUNTING_RESPONSES, REACHED_TARGETS
from storage.public_lists import public_list
from storage.reports import DispatchCounts, dispatch_counts

_RELEASES = text("""
    SELECT document.number, min(dispatch.frozen_at) AS at
    FROM dispatch JOIN document ON document.id = dispatch.document_id
    WHERE dispatch.action_id = :action_id AND dispatch.purpose IN ('statement', 'stop_notice')
    GROUP BY document.number ORDER BY document.number
""")

_SUBMITTED = text("""
    SELECT sent_at FROM submission WHERE action_id = :action_id AND sent_at IS NOT NULL ORDER BY sent_at
""")

_ANSWERED = text(f"""
    SELECT given.received_on
    FROM ({COUNTING_RESPONSES}) AS given JOIN target ON target.id = given.target_id
    WHERE target.action_id = :action_id AND given.kind <> 'none' ORDER BY given.received_on
""")

_RESPONSES = text(f"""
    SELECT reached.kind, given.kind AS response, count(DISTINCT reached.id) AS count
    FROM ({REACHED_TARGETS} AND target.action_id = :action_id) AS reached
    LEFT JOIN ({COUNTING_RESPONSES}) AS given ON given.target_id = reached.id
    GROUP BY GROUPING SETS ((reached.kind), (reached.kind, given.kind))
    HAVING grouping(given.kind) = 1 OR given.kind IS NOT NULL
    ORDER BY reached.kind
""")

_IMPACTS = text(f"""
    SELECT DISTINCT newest.impact
    FROM ({COUNTING_OUTCOMES}) AS newest JOIN person_at_risk ON person_at_risk.id = newest.person_at_risk_id
    WHERE newest.action_id = :action_id AND person_at_risk.visibility <> 'withheld'
""")


async def case_report(session: AsyncSession, action: UrgentAction, time_zone: str) -> CaseReport:
    """Count what may be told of an action now."""
    zone = ZoneInfo(time_zone)
    signed = await public_list(session, action.reference, action.leading_document)
    return CaseReport(
        reference=action.reference,
        country=action.country,
        concerns=tuple(map(Concern, action.concerns)),
        on=now().astimezone(zone).date(),
        ending=_ending(action),
        timeline=await _timeline(session, action, zone),
        signatures=dict(Counter(one.country for one in signed.signatories)) if signed else {},
        organisations=signed.organisations if signed else 0,
        unnamed_at_least=signed.unnamed if signed else 0,
        deliveries=_deliveries(await dispatch_counts(session, action.id)),
        responses=await _responses(session, action),
        impacts=await _impacts(session, action),
    )


def _ending(action: UrgentAction) -> Ending:
    """Tell how it ended; a withdrawal is told as the stop that it is."""
    endings = (
        (action.rejected_at, Ending.REJECTED),
        (action.stopped_at, Ending.STOPPED),
        (action.closed_at, Ending.CLOSED),
    )
    return next((ending for at, ending in endings if at), Ending.OPEN)


async def _timeline(session: AsyncSession, action: UrgentAction, zone: ZoneInfo) -> tuple[Moment, ...]:
    def local(at: datetime) -> date:
        return at.astimezone(zone).date()

    parameters = {"action_id": action.id}
    moments = [Moment(Milestone.RECEIVED, local(action.created_at))]
    if len(action.occurred_on) == len("YYYY-MM-DD"):
        moments.append(Moment(Milestone.EVENT, date.fromisoformat(action.occurred_on)))
    moments += [
        Moment(Milestone.RELEASED, local(row.at), row.number)
        for row in await session.execute(_RELEASES, parameters)
    ]
    submitted = {local(row.sent_at) for row in await session.execute(_SUBMITTED, parameters)}
    answered = {row.received_on for row in await session.execute(_ANSWERED, parameters)}
    moments += [Moment(Milestone.SUBMITTED, on) for on in submitted]
    moments += [Moment(Milestone.ANSWERED, on) for on in answered]
    ended = action.stopped_at or action.rejected_at or action.closed_at
    if ended:
        moments.append(Moment(Milestone.ENDED, local(ended)))
    order = list(Milestone)
    return tuple(sorted(moments, key=lambda one: (one.on, order.index(one.milestone), one.number or 0)))


def _deliveries(dispatches: list[DispatchCounts]) -> dict[Channel, dict[DeliveryState, int]]:
    """Add up the deliveries of all releases, by channel."""
    total: dict[Channel, Counter[DeliveryState]] = {}
    for one in dispatches:
        if one.dispatch.purpose is Purpose.STATEMENT:
            for channel, states in one.channels.items():
                total.setdefault(channel, Counter()).update(states)
    return {channel: dict(total[channel]) for channel in Channel if channel in total}


async def _responses(session: AsyncSession, action: UrgentAction) -> tuple[Responded, ...]:
    asked: dict[TargetKind, int] = {}
    kinds: dict[TargetKind, dict[ResponseKind, int]] = {}
    for row in await session.execute(_RESPONSES, {"action_id": action.id}):
        if row.response is None:
            asked[TargetKind(row.kind)] = row[2]
        else:
            kinds.setdefault(TargetKind(row.kind), {})[ResponseKind(row.response)] = row[2]
    return tuple(Responded(kind, asked[kind], kinds.get(kind, {})) for kind in TargetKind if kind in asked)


async def _impacts(session: AsyncSession, action: UrgentAction) -> tuple[Impact, ...]:
    found = {row.impact for row in await session.execute(_IMPACTS, {"action_id": action.id})}
    return tuple(impact for impact in Impact if impact in found)
