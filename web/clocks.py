"""Reply clocks: when each target should answer, and the steps that are proposed where it does not."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from models.documents import Target
from models.escalation import EscalationStep
from models.lifecycle import ENDED, Refusal
from models.reply_letters import letter_digest
from models.reply_vocabulary import StepState
from storage.escalation import Proposed, can_be_mailed, decide_step, letter_to, proposed_step
from storage.reply_clocks import AnyClock, asking_document, clocks_of, started_at
from storage.standing import phase_of
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.clock_schemas import ClockList, ClockView, LetterDraft, NextStepView, StepDecision, StepView
from web.errors import ApiError, refused
from web.responses import answerer
from web.services import Services, Work

router = APIRouter(prefix="/actions/{reference}", tags=["clocks"])

StepId = Annotated[UUID, Path(description="As the clocks tell it.")]


@router.get("/clocks")
async def list_clocks(reference: str, services: Work, _caller: CaseReader) -> ClockList:
    """List when each target and mechanism was written to, until when it should answer, and what follows."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        asking = await asking_document(session, action)
        clocks = await clocks_of(session, action, asking, services.time_zone, now())
    first, *_ = action.languages
    places = {one.of.id: one.of.position for one in clocks if isinstance(one.of, Target)}
    return ClockList(
        reference=reference,
        document=f"{reference}/{asking.number}",
        clocks=[_clock(one, first, places) for one in clocks],
    )


@router.get("/steps/{step_id}")
async def draft(reference: str, step_id: StepId, services: Work, _caller: CaseReader) -> LetterDraft:
    """Show a proposed step: its letter, as it would leave, in the language of its addressee."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        return await _draft(session, services, action, await _found(session, action, step_id))


@router.post("/steps/{step_id}")
async def decide(
    reference: str, step_id: StepId, services: Work, caller: Coordinator, decision: StepDecision
) -> LetterDraft:
    """Approve a step's letter, say that somebody did the step herself, or dismiss it.

    An approved letter goes out through the outbox, to that target alone, as an answer to the first mail.
    """
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        one = await _found(session, action, step_id)
        if one.step.state is not StepState.PROPOSED:
            raise ApiError(409, "The step was decided about before.", "Look at it: starter.py clocks REF.")
        read = await _draft(session, services, action, one)
        approves = decision.decision is StepState.APPROVED
        if approves:
            await _refuse_approval(session, services, action, one)
            _refuse_unread(read, decision.digest)
        digest = bytes.fromhex(read.digest) if approves and read.digest else None
        await decide_step(session, one, decision.decision, caller.person_id, digest)
        view = read.model_copy(update={"state": one.step.state})
    services.feed.anything.set()
    return view


async def _found(session: AsyncSession, action: UrgentAction, step_id: UUID) -> Proposed:
    one = await proposed_step(session, action.id, step_id)
    if one is None:
        raise ApiError(404, "There is no such step.", "List them: starter.py clocks REF.")
    return one


async def _draft(
    session: AsyncSession, services: Services, action: UrgentAction, one: Proposed
) -> LetterDraft:
    step = one.step
    place = one.addressee.position if one.addressee else None
    nothing = LetterDraft(
        id=step.id,
        step=step.step,
        state=step.state,
        addressee=place,
        language=None,
        subject=None,
        text=None,
        digest=None,
    )
    if one.addressee is None:
        return nothing
    sent_at = await started_at(session, step.document_id, one.late.id, services.time_zone)
    letter = letter_to(one, action.reference, sent_at)
    rendered = services.renderer.email("reply_reminder", letter.language, letter.context(services.time_zone))
    digest = letter_digest(rendered.subject, rendered.text).hex()
    said = {"language": letter.language, "subject": rendered.subject, "text": rendered.text}
    return nothing.model_copy(update={**said, "digest": digest})


async def _refuse_approval(
    session: AsyncSession, services: Services, action: UrgentAction, one: Proposed
) -> None:
    if phase_of(action) in ENDED:
        raise refused(Refusal.ALREADY_ENDED)
    if action.held_at is not None:
        raise refused(Refusal.ON_HOLD)
    asking = await asking_document(session, action)
    clocks = await clocks_of(session, action, asking, services.time_zone, now())
    if any(clock.is_answered for clock in clocks if clock.of.id == one.late.id):
        raise ApiError(409, "The target has answered.", "Dismiss the step: nothing is left to ask for.")
    if one.addressee is None or not await can_be_mailed(session, one.addressee.id):
        raise ApiError(
            409,
            "This step cannot be done by mail.",
            "Do it yourself, say by post, and say so: starter.py steps done REF ID.",
        )


def _refuse_unread(read: LetterDraft, digest: str | None) -> None:
    if digest != read.digest:
        raise ApiError(
            409,
            "That is not the letter as it stands now.",
            "Read it anew, and approve it by its digest: starter.py steps approve REF ID.",
        )


def _clock(one: AnyClock, language: str, places: dict[UUID, int]) -> ClockView:
    clock, planned = one.clock, one.next_step
    return ClockView(
        **answerer(one.of, language),
        state=clock.state,
        started=clock.started,
        due=clock.due,
        answered_on=clock.answered_on,
        steps=[_step(step, places) for step in one.steps],
        next_step=planned and NextStepView(number=planned.number, step=planned.rung.step, at=planned.at),
    )


def _step(step: EscalationStep, places: dict[UUID, int]) -> StepView:
    return StepView(
        id=step.id,
        number=step.number,
        step=step.step,
        addressee=places[step.addressee_id] if step.addressee_id else None,
        proposed_at=step.proposed_at,
        state=step.state,
        decided_at=step.decided_at,
    )
