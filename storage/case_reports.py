"""What a closing report tells of an action: days, counts and vocabulary, and no row of anybody."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.case_reports import CaseReport, Milestone, Moment, Responded
from models.columns import now
from models.figures import FEWEST, Ending
from models.messages import DeliveryState, Purpose
from models.outcome_file import Impact
from models.partner_actions import PartnerActionKind
from models.reply_clocks import ReplyClock
from models.reply_vocabulary import ClockState
from models.response_vocabulary import ResponseKind
from models.vocabulary import Channel, Concern, TargetKind
from storage.figures import ASKED, COUNTING_OUTCOMES, COUNTING_RESPONSES
from storage.partner_actions import tally_of
from storage.public_lists import public_list
from storage.reply_clocks import submission_clocks
from storage.reports import DispatchCounts, dispatch_counts

_RELEASES = text("""
    SELECT document.number, min(dispatch.frozen_at) AS at
    FROM dispatch JOIN document ON document.id = dispatch.document_id
    WHERE dispatch.action_id = :action_id AND dispatch.purpose IN ('statement', 'stop_notice')
    GROUP BY document.number ORDER BY document.number
""")

_ANSWERED = text(f"""
    SELECT DISTINCT submission.id AS submission_id, given.received_on
    FROM ({COUNTING_RESPONSES}) AS given
    LEFT JOIN target ON target.id = given.asked_id
    LEFT JOIN submission ON submission.id = given.asked_id
    WHERE coalesce(target.action_id, submission.action_id) = :action_id AND given.kind <> 'none'
""")
"""The days of answers, by the submission that each answers; without one it was a target that answered."""

_RESPONSES = text(f"""
    SELECT asked.kind, given.kind AS response, count(DISTINCT asked.id) AS count
    FROM ({ASKED}) AS asked
    LEFT JOIN ({COUNTING_RESPONSES}) AS given ON given.asked_id = asked.id
    WHERE asked.action_id = :action_id
    GROUP BY GROUPING SETS ((asked.kind), (asked.kind, given.kind))
    HAVING grouping(given.kind) = 1 OR given.kind IS NOT NULL
    ORDER BY asked.kind
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
        partner_actions=await _partner_actions(session, action) if signed else {},
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
    moments += await _answers_and_submissions(session, action, zone)
    ended = action.stopped_at or action.rejected_at or action.closed_at
    if ended:
        moments.append(Moment(Milestone.ENDED, local(ended)))
    order = list(Milestone)
    return tuple(sorted(moments, key=lambda one: (one.on, order.index(one.milestone), one.number or 0)))


async def _answers_and_submissions(
    session: AsyncSession, action: UrgentAction, zone: ZoneInfo
) -> list[Moment]:
    """Tell when targets answered, and of each submission how its clock went."""
    answered: defaultdict[UUID | None, set[date]] = defaultdict(set)
    for row in await session.execute(_ANSWERED, {"action_id": action.id}):
        answered[row.submission_id].add(row.received_on)
    moments = [Moment(Milestone.ANSWERED, on) for on in answered[None]]
    clocks = await submission_clocks(session, action.id, zone.key, now())
    for number, (submission_id, clock) in enumerate(clocks, start=1):
        moments += [Moment(kind, on, number) for kind, on in _days_of(clock, zone)]
        moments += [Moment(Milestone.SUBMISSION_ANSWERED, on, number) for on in answered[submission_id]]
    return moments


def _days_of(clock: ReplyClock, zone: ZoneInfo) -> Iterator[tuple[Milestone, date]]:
    """Tell when a submission was sent, and when its time was over where no final answer had come."""
    if clock.started:
        yield Milestone.SUBMITTED, clock.started.astimezone(zone).date()
    due = clock.due.astimezone(zone).date() if clock.due else None
    if due and (clock.state is ClockState.LATE or (clock.answered_on and clock.answered_on > due)):
        yield Milestone.SUBMISSION_LATE, due


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


async def _partner_actions(session: AsyncSession, action: UrgentAction) -> dict[PartnerActionKind, int]:
    """Tell how many did what, where they are enough: the number of one or two would tell who they were."""
    counted = await tally_of(session, action.id, named_only=True)
    return {kind: count for kind, count in counted.items() if count >= FEWEST}


async def _impacts(session: AsyncSession, action: UrgentAction) -> tuple[Impact, ...]:
    found = {row.impact for row in await session.execute(_IMPACTS, {"action_id": action.id})}
    return tuple(impact for impact in Impact if impact in found)
