"""What targets answered: written down, listed, corrected, and the files beside it."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select as select_rows
from sqlalchemy.orm import defer
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.documents import Target
from models.milestones import Milestone
from models.records import Addressee, EventKind
from models.responses import ResponseAttachment, TargetResponse
from models.submissions import Submission
from storage.records import announce, record, request_nudge
from storage.targets import place_of


class Logged(NamedTuple):
    """A response, of which target or to which submission, which one counts in its place, and its files.

    Contents of attachments are left out; `milestone` is the number of the day that it pledges something for.
    """

    response: TargetResponse
    to: Target | Submission
    corrected_by: UUID | None
    attachments: Sequence[ResponseAttachment]
    milestone: int | None = None


async def log(
    session: AsyncSession, response: TargetResponse, to: Target | Submission, *, by_link: bool = False
) -> None:
    """Write a response down; its action must be locked, so that no letter is claimed beside it."""
    session.add(response)
    detail: dict[str, Any] = {"response_id": str(response.id), **place_of(to), "kind": response.kind}
    if by_link:
        detail["by_link"] = True
    if response.corrects:
        detail["corrects"] = str(response.corrects)
    kind = EventKind.RESPONSE_CORRECTED if response.corrects else EventKind.RESPONSE_LOGGED
    await record(session, response.action_id, kind, response.recorded_by, detail)
    await request_nudge(session, response.action_id, Addressee.ACTION)
    await announce(session, response.action_id)


async def responses_of(session: AsyncSession, action_id: UUID) -> list[Logged]:
    """List the responses of an action in the order in which they were written down."""
    found = await session.execute(
        select_rows(TargetResponse, Target, Submission)
        .outerjoin(Target, col(Target.id) == TargetResponse.target_id)
        .outerjoin(Submission, col(Submission.id) == TargetResponse.submission_id)
        .where(col(TargetResponse.action_id) == action_id)
        .order_by(col(TargetResponse.recorded_at), col(TargetResponse.id))
    )
    rows = list(found)
    attachments = await _attachments(session, [response.id for response, *_ in rows])
    days = await session.exec(
        select(Milestone.response_id, Milestone.number).where(Milestone.action_id == action_id)
    )
    milestones = dict(iter(days))
    corrected = {response.corrects: response.id for response, *_ in rows if response.corrects}
    return [
        Logged(
            response,
            target or submission,
            corrected.get(response.id),
            [one for one in attachments if one.response_id == response.id],
            milestones.get(response.id),
        )
        for response, target, submission in rows
    ]


async def response_of(session: AsyncSession, action_id: UUID, response_id: UUID) -> Logged | None:
    """Find one response of an action."""
    everything = await responses_of(session, action_id)
    return next((one for one in everything if one.response.id == response_id), None)


async def attach(session: AsyncSession, action_id: UUID, attachment: ResponseAttachment, most: int) -> bool:
    """Put a file beside a response, unless it has `most` of them; two at once are counted one by one."""
    await session.exec(
        select(TargetResponse.id).where(TargetResponse.id == attachment.response_id).with_for_update()
    )
    counted = await session.exec(
        select(func.count()).where(ResponseAttachment.response_id == attachment.response_id)
    )
    if counted.one() >= most:
        return False
    session.add(attachment)
    detail = {
        "response_id": str(attachment.response_id),
        "attachment_id": str(attachment.id),
        "kind": attachment.kind,
        "size": attachment.size,
    }
    await record(session, action_id, EventKind.RESPONSE_ATTACHED, attachment.added_by, detail)
    await announce(session, action_id)
    return True


async def attachment_with_content(
    session: AsyncSession, response_id: UUID, attachment_id: UUID
) -> ResponseAttachment | None:
    """Find a file beside a response, with its content."""
    found = await session.exec(
        select(ResponseAttachment).where(
            ResponseAttachment.id == attachment_id, ResponseAttachment.response_id == response_id
        )
    )
    return found.one_or_none()


async def _attachments(session: AsyncSession, response_ids: list[UUID]) -> list[ResponseAttachment]:
    found = await session.exec(
        select(ResponseAttachment)
        .options(defer(ResponseAttachment.sealed_content))  # type: ignore[arg-type]
        .where(col(ResponseAttachment.response_id).in_(response_ids))
        .order_by(col(ResponseAttachment.added_at), col(ResponseAttachment.id))
    )
    return list(found)
