"""What falls due where targets do not answer: a step is proposed, and a letter that was approved goes out."""

from typing import Final
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.documents import Target
from models.escalation import EscalationStep
from models.falling_due import in_order
from models.follow_up_messages import Due, DueKind
from models.messages import DispatchRequest, DocumentRef, Purpose
from models.records import EventKind
from models.reply_vocabulary import TO_ANOTHER, StepKind, StepState
from models.submissions import Submission
from storage.followed import DueRule, Followed
from storage.records import announce, record
from storage.reply_clocks import AnyClock, NextStep, clocks_of
from storage.targets import place_of


async def _late(session: AsyncSession, followed: Followed) -> list[Due]:
    """List the next step of each target or mechanism that has not answered, to be proposed at its time."""
    return [
        Due(kind=DueKind.REPLY, subject=one.of.id, number=one.next_step.number, at=one.next_step.at)
        for one in await _clocks(session, followed)
        if one.next_step
    ]


async def _clocks(session: AsyncSession, followed: Followed) -> list[AnyClock]:
    return await clocks_of(
        session,
        followed.action,
        followed.asking,
        followed.time_zone,
        followed.released_at,
        lambda subject_id: followed.settled_of(DueKind.REPLY, subject_id),
    )


async def _propose(session: AsyncSession, followed: Followed, due: Due) -> None:
    """Write the step down as it stands in the ladder now; whoever decides about it sees that."""
    one = next(clock for clock in await _clocks(session, followed) if clock.of.id == due.subject)
    planned = one.next_step
    if planned is None:
        raise ValueError("a step that fell due is not planned")
    step = EscalationStep(
        action_id=followed.action.id,
        document_id=followed.asking.id,
        target_id=one.of.id if isinstance(one.of, Target) else None,
        submission_id=None if isinstance(one.of, Target) else one.of.id,
        number=due.number,
        step=planned.rung.step,
        addressee_id=await _addressee(session, one.of, planned),
        due_at=due.at,
    )
    session.add(step)
    detail = {"step_id": str(step.id), **place_of(one.of), "number": due.number, "step": step.step}
    await record(session, followed.action.id, EventKind.REPLY_OVERDUE, detail=detail)
    await announce(session, followed.action.id)


async def _addressee(session: AsyncSession, late: Target | Submission, planned: NextStep) -> UUID | None:
    """Return to whom a step's letter goes; None where it is done by none.

    A person sent a submission, by a way that we do not know: she sends its reminders as well.
    """
    if isinstance(late, Submission):
        return None
    if planned.rung.step is StepKind.REMINDER:
        return late.id
    if planned.rung.step not in TO_ANOTHER:
        return None
    found = await session.exec(
        select(Target.id).where(Target.action_id == late.action_id, Target.position == planned.rung.target)
    )
    return found.one()


def _notice(followed: Followed, _due: Due, number: int) -> tuple[DispatchRequest, ...]:
    """Tell the coordinator that a target or mechanism is late."""
    return (DispatchRequest(document=followed.asking_ref, purpose=Purpose.REPLY_OVERDUE, round=number),)


async def _approved(session: AsyncSession, followed: Followed) -> list[Due]:
    """List the letters that a person approved and that did not go out yet."""
    found = await session.exec(
        select(EscalationStep).where(
            EscalationStep.document_id == followed.asking.id,
            EscalationStep.state == StepState.APPROVED,
        )
    )
    return [
        due
        for step in found
        if step.decided_at
        for due in in_order(
            DueKind.REPLY_LETTER,
            step.id,
            [step.decided_at],
            settled=followed.settled_of(DueKind.REPLY_LETTER, step.id),
        )
    ]


def _asking(followed: Followed) -> DocumentRef:
    return followed.asking_ref


def _letter(followed: Followed, _due: Due, number: int) -> tuple[DispatchRequest, ...]:
    return (DispatchRequest(document=followed.asking_ref, purpose=Purpose.REPLY_REMINDER, round=number),)


REPLIES: Final = DueRule(_late, _notice, _propose, of=_asking)
REPLY_LETTERS: Final = DueRule(_approved, _letter, of=_asking)
