"""Reply clocks: when each target and mechanism was written to, what came back, what was proposed.

The clocks of targets count from the document that asks now. That is the one that the action began, or began
again with, until a fact changes: from the report on it is what replaces the old demands. So the old clocks
end with the report, none runs until the new document has reached a target, and what follows then are the
steps of its ladder anew. A stop action asks for nothing and starts none. Further information that no fact
brought about leaves all clocks as they are: what was asked for is asked for still, and no office gains time
by an update.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.case_escalation import EscalationStep as DeclaredStep
from models.documents import Document, Target
from models.escalation import EscalationStep
from models.reply_clocks import (
    BY_MECHANISM,
    Answer,
    ReplyClock,
    Rung,
    Terms,
    clock_of,
    ladder_of,
    next_rung,
    start_of_post,
    terms_of,
)
from models.response_vocabulary import ResponseKind
from models.submissions import Submission
from models.vocabulary import DocumentKind
from storage.changed_facts import demanding_version, reported_at
from storage.gate_of_answers import COUNTS
from storage.targets import targets_of

_LADDER: Final = TypeAdapter(tuple[DeclaredStep, ...])

_SENT = text("""
    SELECT delivery.recipient_id AS target_id, delivery.posted_on,
           coalesce(arrived.received_at, delivery.settled_at) AS at
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
    LEFT JOIN delivery_receipt AS arrived ON arrived.delivery_id = delivery.id AND arrived.kind = 'delivered'
    WHERE dispatch.document_id = :document_id AND dispatch.purpose = 'statement'
      AND delivery.recipient_kind = 'target' AND delivery.state IN ('sent', 'delivered')
""")

_ANSWERS = text(f"""
    SELECT coalesce(response.target_id, response.submission_id) AS subject_id, response.kind,
           response.received_on
    FROM response
    WHERE response.action_id = :action_id AND {COUNTS}
      AND (response.submission_id IS NOT NULL OR CAST(:since AS timestamptz) IS NULL
           OR response.recorded_at >= :since)
""")


class NextStep(NamedTuple):
    """A step that will be proposed, and when."""

    number: int
    rung: Rung
    at: datetime


class AnyClock(NamedTuple):
    """The clock of a target or of a submission that was sent, with all that its steps are planned by."""

    of: Target | Submission
    clock: ReplyClock
    steps: tuple[EscalationStep, ...]
    next_step: NextStep | None

    @property
    def is_answered(self) -> bool:
        """Tell whether a final answer came."""
        return self.clock.answered_on is not None


class _Subject(NamedTuple):
    """What a clock is of, when that was sent, and which steps follow if nobody answers."""

    of: Target | Submission
    terms: Terms | None
    started: datetime | None
    ladder: tuple[Rung, ...]


def _all_of_them(_subject_id: UUID) -> int | None:
    return None


async def clocks_of(
    session: AsyncSession,
    action: UrgentAction,
    document: Document,
    zone: str,
    now: datetime,
    settled: Callable[[UUID], int | None] = _all_of_them,
) -> list[AnyClock]:
    """List the clocks of an action: of its targets by their place in the case, then of its submissions.

    `document` is the one that asks (`asking_document`). `settled` bounds which steps of it are looked at,
    where one that was only just proposed must be found as due once more.
    """
    since = await reported_at(session, document.id) if document.guided else None
    answers = await _answers(session, action.id, since)
    proposed = await _steps(session, action.id, document.id)
    clocks = []
    for subject in [
        *await _targets(session, action, document, zone),
        *await _submissions(session, action.id),
    ]:
        most = settled(subject.of.id)
        steps = tuple(
            one
            for one in proposed[subject.of.id]
            if most is None or one.number <= most or one.document_id != document.id
        )
        clock = clock_of(subject.terms, subject.started, answers[subject.of.id], zone, now)
        decided = {one.number: one.decided_at for one in steps}
        following = next_rung(clock, subject.ladder, decided, zone)
        planned = following and NextStep(following[0], subject.ladder[following[0] - 1], following[1])
        clocks.append(AnyClock(subject.of, clock, steps, planned))
    return clocks


async def submission_clocks(
    session: AsyncSession, action_id: UUID, zone: str, now: datetime
) -> list[tuple[UUID, ReplyClock]]:
    """List how the clock of each submission that was sent stands, in the order of their sending."""
    answers = await _answers(session, action_id)
    return [
        (one.of.id, clock_of(one.terms, one.started, answers[one.of.id], zone, now))
        for one in await _submissions(session, action_id)
    ]


async def _targets(
    session: AsyncSession, action: UrgentAction, document: Document, zone: str
) -> list[_Subject]:
    asks = document.kind is not DocumentKind.STOP_ACTION
    started = await _started(session, document.id, zone) if asks else {}
    declared = _declared(action)
    subjects = []
    for target in await targets_of(session, action.id):
        terms = terms_of(target.kind, target.replies_within, target.mechanism)
        ladder = ladder_of(declared, terms) if terms else ()
        subjects.append(_Subject(target, terms, started.get(target.id), ladder))
    return subjects


async def _submissions(session: AsyncSession, action_id: UUID) -> list[_Subject]:
    """List what was sent: its mechanism gives the time and the reminders, whatever the case declares."""
    sent = await session.exec(
        select(Submission)
        .where(Submission.action_id == action_id, col(Submission.sent_at).is_not(None))
        .order_by(col(Submission.sent_at), col(Submission.id))
    )
    return [
        _Subject(one, terms, one.sent_at, ladder_of(None, terms))
        for one in sent
        for terms in [BY_MECHANISM[one.mechanism]]
    ]


async def asking_document(session: AsyncSession, action: UrgentAction) -> Document:
    """Return the document that clocks of targets count from; it may be one that is not out yet."""
    return (await demanding_version(session, action)).document


def _declared(action: UrgentAction) -> list[Rung] | None:
    tree = action.policy.get("escalation")
    if tree is None:
        return None
    return [Rung(one.step, one.after, one.target) for one in _LADDER.validate_python(tree)]


async def _started(session: AsyncSession, document_id: UUID, zone: str) -> Mapping[UUID, datetime]:
    """Return when each target was first reached, as far as is known: by what arrived, was sent or posted."""
    started: dict[UUID, datetime] = {}
    for row in await session.execute(_SENT, {"document_id": document_id}):
        at = start_of_post(row.posted_on, zone) if row.posted_on else row.at
        started[row.target_id] = min(at, started.get(row.target_id, at))
    return started


async def _answers(
    session: AsyncSession, action_id: UUID, since: datetime | None = None
) -> Mapping[UUID, list[Answer]]:
    """List what was answered; what was known of targets when a fact was reported answers no new demand."""
    found: defaultdict[UUID, list[Answer]] = defaultdict(list)
    for row in await session.execute(_ANSWERS, {"action_id": action_id, "since": since}):
        found[row.subject_id].append(Answer(ResponseKind(row.kind), row.received_on))
    return found


async def _steps(
    session: AsyncSession, action_id: UUID, document_id: UUID
) -> Mapping[UUID, list[EscalationStep]]:
    """List what was proposed, by what it is about: of targets in this document, of submissions in any."""
    is_submissions = col(EscalationStep.submission_id).is_not(None)
    rows: Iterable[EscalationStep] = await session.exec(
        select(EscalationStep)
        .where(
            EscalationStep.action_id == action_id,
            or_(col(EscalationStep.document_id) == document_id, is_submissions),
        )
        .order_by(col(EscalationStep.number))
    )
    found: defaultdict[UUID, list[EscalationStep]] = defaultdict(list)
    for row in rows:
        found[row.subject_id].append(row)
    return found


async def started_at(session: AsyncSession, document_id: UUID, target_id: UUID, zone: str) -> datetime:
    """Return when a target that a step is about was first reached."""
    return (await _started(session, document_id, zone))[target_id]
