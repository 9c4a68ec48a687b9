"""Questions of partners: asked, listed for those who work on the case, and answered."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.documents import Document
from models.messages import Purpose
from models.partners import Invitation, Partner, PartnerContact
from models.questions import Question
from models.records import Addressee, EventKind
from storage.records import announce, record, request_nudge
from storage.reminders import one_at_a_time

MOST_OPEN: Final = 10
"""How many questions of one invitation may wait for an answer at once."""

_NEXT_TURN = text("""
    SELECT 1 + count(*) FROM dispatch WHERE document_id = :document_id AND purpose = :purpose
""")


class AskedQuestion(NamedTuple):
    """A question, of which document, and who asks."""

    question: Question
    document: Document
    partner: Partner
    contact: PartnerContact


async def questions_of(session: AsyncSession, invitation_id: UUID) -> list[Question]:
    """List the questions of an invitation, newest first."""
    query = select(Question).where(Question.invitation_id == invitation_id)
    return list(await session.exec(query.order_by(col(Question.asked_at).desc())))


async def ask(session: AsyncSession, action_id: UUID, document_id: UUID, asked: Question) -> None:
    """Keep a question and have the coordinator told; its invitation must be locked. The turn is set here."""
    asked.turn = await _turn(session, document_id, Purpose.QUESTION)
    session.add(asked)
    await _recorded(session, action_id, EventKind.QUESTION_ASKED, asked)


async def asked_questions(session: AsyncSession, action_id: UUID) -> list[AskedQuestion]:
    """List the questions about an action, those without an answer first, oldest first."""
    found = await session.exec(
        select(Question, Document, Partner, PartnerContact)
        .join(Invitation, col(Invitation.id) == Question.invitation_id)
        .join(Document, col(Document.id) == Invitation.document_id)
        .join(Partner, col(Partner.id) == Invitation.partner_id)
        .join(PartnerContact, col(PartnerContact.id) == Invitation.contact_id)
        .where(Document.action_id == action_id)
        .order_by(col(Question.answered_at).is_not(None), col(Question.asked_at))
    )
    return [AskedQuestion(*row) for row in found]


async def asked_question(session: AsyncSession, action_id: UUID, question_id: UUID) -> AskedQuestion | None:
    """Find one question about an action; its action must be locked, so that two do not answer it at once."""
    everything = await asked_questions(session, action_id)
    return next((one for one in everything if one.question.id == question_id), None)


async def answer(
    session: AsyncSession, asked: AskedQuestion, sealed_answer: bytes, person_id: UUID
) -> datetime:
    """Answer a question that nobody has answered, and have its contact told; return when that was."""
    question, document = asked.question, asked.document
    question.answer_turn = await _turn(session, document.id, Purpose.QUESTION_ANSWERED)
    question.sealed_answer, question.answered_by = sealed_answer, person_id
    question.answered_at = answered_at = now()
    await _recorded(session, document.action_id, EventKind.QUESTION_ANSWERED, question, person_id)
    return answered_at


async def _turn(session: AsyncSession, document_id: UUID, purpose: Purpose) -> int:
    """Return the round that is frozen next; until this transaction ends, it is not."""
    await one_at_a_time(session, document_id)
    following = await session.execute(_NEXT_TURN, {"document_id": document_id, "purpose": purpose})
    return int(following.scalar_one())


async def _recorded(
    session: AsyncSession, action_id: UUID, kind: EventKind, question: Question, person_id: UUID | None = None
) -> None:
    detail = {"question_id": str(question.id), "invitation_id": str(question.invitation_id)}
    await record(session, action_id, kind, person_id, detail)
    await request_nudge(session, action_id, Addressee.ACTION)
    await announce(session, action_id)
