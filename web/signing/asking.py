"""The page on which a contact asks something before she signs, and reads what she is answered."""

from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict
from sqlmodel.ext.asyncio.session import AsyncSession

from models.questions import Question
from security.fields import FieldCipher
from security.sealed_places import question_answer_place, question_place
from storage import questions
from storage.sign_links import OpenedLink
from web.pages import SIGN_PAGES
from web.services import Services, Work
from web.signing.access import opened_by
from web.signing.forms import Problems
from web.signing.side import SidePage
from web.signing.typed import Prose, prose_problem

router = APIRouter(include_in_schema=False)

PART: Final = "/questions"
PAGE: Final = SIGN_PAGES + "{invitation_id}" + PART
LONGEST: Final = 2_000
SHORTEST: Final = 2


class QuestionForm(BaseModel):
    """A form as it was posted; missing fields are empty."""

    model_config = ConfigDict(frozen=True)

    question: Prose = ""
    form_token: str = ""


NOTHING_FILLED_IN = QuestionForm()


@router.api_route(PAGE, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(invitation_id: str, request: Request, services: Work) -> HTMLResponse:
    """Show what was asked and answered. Looking never changes anything."""
    page = SidePage(services, request, "questions")
    async with services.database.reading() as session:
        link = await opened_by(session, request, invitation_id)
        return await _shown(session, page, services, link) if link else page.unusable()


@router.post(PAGE, response_class=HTMLResponse)
async def post(
    invitation_id: str, request: Request, services: Work, form: Annotated[QuestionForm, Form()]
) -> Response:
    """Take a question: it is kept when the page that follows shows it."""
    page = SidePage(services, request, "questions")
    async with services.database.transaction() as session:
        link = await opened_by(session, request, invitation_id, lock=True)
        if link is None:
            return page.unusable()
        known = await questions.questions_of(session, link.invitation.id)
        if may_be_asked(link, known) and not _is_repeated(services.cipher, known, form):
            problems = prose_problem("question", form.question, "question", LONGEST, SHORTEST)
            if not page.is_ours(link, form.form_token):
                problems["form_token"] = "form_expired"  # noqa: S105 - a code, not a secret
            if problems:
                return await _shown(session, page, services, link, form, problems)
            await _ask(session, services.cipher, link, form.question)
    services.feed.anything.set()
    return page.again(link, PART)


def may_be_read(link: OpenedLink) -> bool:
    """Tell whether what was answered may be shown: not once the action ended, or names somebody no more."""
    return link.is_alive and link.may_be_read


def may_be_asked(link: OpenedLink, known: list[Question]) -> bool:
    """Tell whether the contact may ask one more question."""
    return may_be_read(link) and sum(not one.answered_at for one in known) < questions.MOST_OPEN


async def _ask(session: AsyncSession, cipher: FieldCipher, link: OpenedLink, text: str) -> None:
    place = uuid4()
    asked = Question(
        id=place,
        invitation_id=link.invitation.id,
        turn=0,
        sealed_text=cipher.seal(text, context=question_place(place)),
    )
    await questions.ask(session, link.action.id, link.document.id, asked)


def _is_repeated(cipher: FieldCipher, known: list[Question], form: QuestionForm) -> bool:
    """Tell whether a form was posted once more, by a second click or a reload."""
    return bool(known) and question_text(cipher, known[0]) == form.question


def question_text(cipher: FieldCipher, question: Question) -> str:
    """Open what was asked."""
    return cipher.open(question.sealed_text, context=question_place(question.id))


def answer_text(cipher: FieldCipher, question: Question) -> str | None:
    """Open what was answered, where something was."""
    sealed = question.sealed_answer
    return cipher.open(sealed, context=question_answer_place(question.id)) if sealed else None


async def _shown(
    session: AsyncSession,
    page: SidePage,
    services: Services,
    link: OpenedLink,
    form: QuestionForm = NOTHING_FILLED_IN,
    problems: Problems | None = None,
) -> HTMLResponse:
    if not may_be_read(link):
        return page.waiting(link)
    known = await questions.questions_of(session, link.invitation.id)
    context: dict[str, object] = {
        "asked": [_view(services.cipher, one) for one in known],
        "may_ask": may_be_asked(link, known),
        "form_token": page.form_token(link),
        "values": {"question": form.question},
    }
    return page.show(link, context, problems or {})


def _view(cipher: FieldCipher, question: Question) -> dict[str, object]:
    return {
        "text": question_text(cipher, question),
        "asked_at": question.asked_at,
        "answer": answer_text(cipher, question),
        "answered_at": question.answered_at,
    }
