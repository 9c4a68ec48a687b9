"""Questions of partners: opened for those who work on the case, each time written down, and answered."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.lifecycle import ENDED, Refusal
from models.records import EventKind
from models.vocabulary import ReadingReason
from security.fields import FieldCipher
from security.sealed_places import question_answer_place
from storage import questions, records
from storage.questions import AskedQuestion
from storage.standing import phase_of
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.errors import ApiError, refused
from web.leaks import refuse_leaks_of
from web.question_schemas import Answered, AnswerRequest, QuestionList, QuestionView
from web.services import Work
from web.signing.asking import answer_text, question_text

router = APIRouter(prefix="/actions/{reference}/questions", tags=["questions"])

_READ = ["questions"]


@router.get("")
async def list_questions(
    reference: str,
    services: Work,
    caller: CaseReader,
    response: Response,
    why: Annotated[ReadingReason, Query(description="What they are read for, as the audit trail will say.")],
) -> QuestionList:
    """Open what partners asked, and what they were answered. Each call is an event of the audit trail."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        asked = await questions.asked_questions(session, action.id)
        detail = {"fields": _READ, "why": why}
        await records.record(session, action.id, EventKind.PRIVATE_READ, caller.person_id, detail)
        views = [_view(services.cipher, one) for one in asked]
    response.headers["Cache-Control"] = "no-store"
    return QuestionList(reference=reference, questions=views)


@router.post("/{question_id}/answer")
async def answer(
    reference: str, question_id: UUID, services: Work, caller: Coordinator, wanted: AnswerRequest
) -> Answered:
    """Answer a partner's question, once; she reads it on her page, and is told that it waits there.

    It may not name anybody who must not be named in public: her page is no safer than the statement.
    """
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        asked = await _unanswered(session, action, question_id)
        await refuse_leaks_of(session, services, action, "text", wanted.text)
        sealed = services.cipher.seal(wanted.text, context=question_answer_place(question_id))
        answered_at = await questions.answer(session, asked, sealed, caller.person_id)
    services.feed.anything.set()
    return Answered(id=question_id, answered_at=answered_at)


async def _unanswered(session: AsyncSession, action: UrgentAction, question_id: UUID) -> AskedQuestion:
    asked = await questions.asked_question(session, action.id, question_id)
    if asked is None:
        raise ApiError(404, "There is no such question.", "List them: starter.py questions list REF.")
    if phase_of(action) in ENDED:
        raise refused(Refusal.ALREADY_ENDED)
    if asked.question.answered_at:
        raise ApiError(409, "The question was answered before.", "An answer stays as the partner read it.")
    return asked


def _view(cipher: FieldCipher, asked: AskedQuestion) -> QuestionView:
    question = asked.question
    return QuestionView(
        id=question.id,
        document=asked.document.number,
        partner=asked.partner.slug,
        partner_name=asked.partner.name,
        contact=asked.contact.name,
        asked_at=question.asked_at,
        text=question_text(cipher, question),
        answered_at=question.answered_at,
        answer=answer_text(cipher, question),
    )
