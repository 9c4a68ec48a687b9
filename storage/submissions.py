"""Submissions to mechanisms: whether a text may go into one, which drafts were drawn, and which were sent."""

from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from models.documents import DocumentVersion
from models.records import Addressee, EventKind
from models.submissions import Submission
from storage.documents import AS_DISPATCH
from storage.gate import CHECKS
from storage.records import announce, record, request_nudge

_ASKED: Final = (
    "not stopped",
    "not closed",
    "not rejected",
    "not on hold",
    "not returned",
    "demands stand",
    "sources",
    "asked anew",
    "attested",
    "editorial confirmed",
    "text exists",
    "text approved",
)
"""The checks of the gate that a draft passes; consents are asked for person by person."""

_FAILING = ", ".join(f"CASE WHEN NOT ({CHECKS[name].holds}) THEN '{name}' END" for name in _ASKED)

_MISSING = text(f"""
    SELECT array_remove(ARRAY[{_FAILING}], NULL)
    FROM urgent_action AS action, {AS_DISPATCH}, (SELECT CAST(:language AS text) AS language) AS delivery
    WHERE action.id = :action_id
""")

_WRITTEN_TO = text("""
    SELECT target.offices ->> target.language AS office,
           min(coalesce(delivery.posted_on, (delivery.settled_at AT TIME ZONE :time_zone)::date)) AS sent_on
    FROM target
    JOIN delivery ON delivery.recipient_kind = 'target' AND delivery.recipient_id = target.id
    JOIN dispatch ON dispatch.id = delivery.dispatch_id
    WHERE target.action_id = :action_id AND target.kind = 'authority' AND dispatch.purpose = 'statement'
      AND delivery.state IN ('sent', 'delivered')
    GROUP BY target.id
    ORDER BY target.position
""")


class WrittenTo(NamedTuple):
    """An authority that has got the statement, and since when."""

    office: str
    sent_on: date


async def missing_for(
    session: AsyncSession, action: UrgentAction, version: DocumentVersion, language: str
) -> list[str]:
    """Name the checks of the gate that keep a text from being submitted, most basic first."""
    parameters = {
        "action_id": action.id,
        "version_id": version.id,
        "digest": version.digest,
        "language": language,
    }
    return list((await session.execute(_MISSING, parameters)).scalar_one())


async def written_to(session: AsyncSession, action_id: UUID, time_zone: str) -> list[WrittenTo]:
    """List the authorities that the statement has reached, in the order of the case."""
    found = await session.execute(_WRITTEN_TO, {"action_id": action_id, "time_zone": time_zone})
    return [WrittenTo(*row) for row in found if row.sent_on]


async def keep_draft(session: AsyncSession, draft: Submission) -> None:
    """Write down that a draft was drawn; one that says the same is the same."""
    row = draft.model_dump()
    await session.execute(insert(Submission).values(**row).on_conflict_do_nothing())


async def submissions_of(session: AsyncSession, action_id: UUID) -> list[Submission]:
    """List the drafts of an action and what was sent, the newest first."""
    query = select(Submission).where(Submission.action_id == action_id)
    return list(await session.exec(query.order_by(col(Submission.drafted_at).desc())))


async def draft_with(session: AsyncSession, action_id: UUID, digest: bytes) -> Submission | None:
    """Find a draft by its digest, and lock it."""
    query = select(Submission).where(Submission.action_id == action_id, Submission.digest == digest)
    return (await session.exec(query.with_for_update())).one_or_none()


async def mark_sent(
    session: AsyncSession, submission: Submission, sent_at: datetime, person_id: UUID
) -> None:
    """Write down that a draft was sent: from then on its mechanism has time to answer."""
    submission.sent_at, submission.sent_by, submission.recorded_at = sent_at, person_id, now()
    session.add(submission)
    detail = {
        "mechanism": submission.mechanism,
        "digest": submission.digest.hex(),
        "sent_at": sent_at.isoformat(),
    }
    await record(session, submission.action_id, EventKind.SUBMITTED, person_id, detail)
    await request_nudge(session, submission.action_id, Addressee.ACTION)
    await announce(session, submission.action_id)
