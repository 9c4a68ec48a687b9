"""Steps that were proposed where targets did not answer: found, written as letters, decided about."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select as select_rows
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.documents import Document, Target
from models.escalation import EscalationStep
from models.follow_up import FallenDueRow
from models.follow_up_messages import DueKind
from models.records import Addressee, EventKind
from models.reply_letters import ReplyLetter
from models.reply_vocabulary import StepState
from models.submissions import Submission
from storage.audiences import MAILABLE
from storage.records import announce, record, request_nudge
from storage.targets import place_of

_HAS_ADDRESS = text(
    f"SELECT EXISTS (SELECT 1 FROM target JOIN target_address ON {MAILABLE} WHERE target.id = :id)"
)


class Proposed(NamedTuple):
    """A step, about which target or submission, and to whom its letter goes, if it is done by one."""

    step: EscalationStep
    late: Target | Submission
    addressee: Target | None
    document: Document


async def proposed_step(session: AsyncSession, action_id: UUID, step_id: UUID) -> Proposed | None:
    """Find a step of an action."""
    found = await session.execute(
        select_rows(EscalationStep, Target, Submission, Document)
        .outerjoin(Target, col(Target.id) == EscalationStep.target_id)
        .outerjoin(Submission, col(Submission.id) == EscalationStep.submission_id)
        .join(Document, col(Document.id) == EscalationStep.document_id)
        .where(col(EscalationStep.id) == step_id, col(EscalationStep.action_id) == action_id)
    )
    row = found.one_or_none()
    if row is None:
        return None
    step, target, submission, document = row
    addressee = await session.get(Target, step.addressee_id) if step.addressee_id else None
    return Proposed(step, target or submission, addressee, document)


async def step_of_round(session: AsyncSession, document_id: UUID, number: int) -> UUID:
    """Return the step whose letter a round of messages is."""
    found = await session.exec(
        select(FallenDueRow.subject_id).where(
            FallenDueRow.document_id == document_id,
            FallenDueRow.kind == DueKind.REPLY_LETTER,
            FallenDueRow.round == number,
        )
    )
    return found.one()


def letter_to(one: Proposed, reference: str, sent_at: datetime) -> ReplyLetter:
    """Return the letter of a step.

    Raises:
        ValueError: it is done by none.
    """
    addressee = one.addressee
    if addressee is None or not isinstance(one.late, Target):
        raise ValueError("this step is done by no letter")
    language = addressee.language
    office = addressee.offices.get(language)
    return ReplyLetter(
        language=language,
        index=f"{reference}/{one.document.number}",
        step=one.step.step,
        number=one.step.number,
        sent_at=sent_at,
        late_office=one.late.office(language),
        addressee=tuple(line for line in (addressee.holder, office) if line),
        recipient_name=addressee.holder,
        salutation=addressee.salutations.get(language),
    )


async def can_be_mailed(session: AsyncSession, target_id: UUID) -> bool:
    """Tell whether a target has a mail address that can be written to."""
    return bool((await session.execute(_HAS_ADDRESS, {"id": target_id})).scalar_one())


async def dismiss_open_steps(session: AsyncSession, action_id: UUID, person_id: UUID) -> None:
    """Dismiss what was proposed about targets and waits for a person: a fact ended what it asks for."""
    found = await session.exec(
        select(EscalationStep.id).where(
            EscalationStep.action_id == action_id,
            EscalationStep.state == StepState.PROPOSED,
            col(EscalationStep.target_id).is_not(None),
        )
    )
    for step_id in found.all():
        one = await proposed_step(session, action_id, step_id)
        if one:
            await decide_step(session, one, StepState.DISMISSED, person_id, None)


async def decide_step(
    session: AsyncSession, one: Proposed, state: StepState, person_id: UUID, digest: bytes | None
) -> None:
    """Write down what a person decided about a step; its action must be locked."""
    step = one.step
    step.state, step.digest, step.decided_by, step.decided_at = state, digest, person_id, now()
    detail = {
        "step_id": str(step.id),
        **place_of(one.late),
        "state": state,
        **({"digest": digest.hex()} if digest else {}),
    }
    await record(session, step.action_id, EventKind.STEP_DECIDED, person_id, detail)
    await request_nudge(session, step.action_id, Addressee.ACTION)
    await announce(session, step.action_id)
