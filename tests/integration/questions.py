"""What a partner's contact asked."""

from uuid import uuid4

from models.questions import Question
from security.sealed_places import question_answer_place, question_place
from storage import questions
from tests import factories
from tests.integration.outbox_cases import Case
from tests.integration.sign_links import opened, sign_link

WORDS = "¿Ella misma acordó las demandas?"
ANSWER = "Sí, las acordó con nosotras."


async def asked(case: Case, slug: str = "casa-manantial", words: str = WORDS) -> Question:
    """Have a partner's contact ask something."""
    place = uuid4()
    sealed = factories.CIPHER.seal(words, context=question_place(place))
    async with opened(case, await sign_link(case, slug)) as (session, link):
        question = Question(id=place, invitation_id=link.invitation.id, turn=0, sealed_text=sealed)
        await questions.ask(session, link.action.id, link.document.id, question)
    return question


async def answer(case: Case, question: Question, words: str = ANSWER) -> None:
    """Have the coordinator answer it."""
    sealed = factories.CIPHER.seal(words, context=question_answer_place(question.id))
    async with case.database.transaction() as session:
        found = await questions.asked_question(session, case.action.id, question.id)
        assert found
        await questions.answer(session, found, sealed, case.action.author_id)
