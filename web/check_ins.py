"""Check-ins over the API: which were asked, what was answered, and answering the newest ones."""

from fastapi import APIRouter
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.lifecycle import Decision
from models.vocabulary import News
from storage.check_in_answers import AskedCheckIn, answer_check_in, answered_by, asked_check_ins
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.check_in_schemas import CheckInList, CheckInView, NewsRequest
from web.decisions import allowed
from web.errors import ApiError
from web.services import Work

router = APIRouter(prefix="/actions/{reference}/check-ins", tags=["follow-up"])


@router.get("")
async def list_check_ins(reference: str, services: Work, _caller: CaseReader) -> CheckInList:
    """List the check-ins that were asked, oldest first, and what was answered to each."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        asked = await asked_check_ins(session, action.id)
    return CheckInList(reference=reference, check_ins=[_view(one) for one in asked])


@router.post("/{number}/answer")
async def answer(
    reference: str, number: int, services: Work, caller: Coordinator, wanted: NewsRequest
) -> CheckInView:
    """Answer a check-in of the leading document, once; `close` is the decision to close the action."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        await _unanswered(session, action, number)
        if wanted.news is News.CLOSE:
            await allowed(session, action, Decision.CLOSE)
    if wanted.news is News.CLOSE:
        await services.gateway.decide(action, Decision.CLOSE, caller.person_id)
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        asked = await _unanswered(session, action, number)
        row = answered_by(action, asked.document, number, wanted.news, caller.person_id, by_link=False)
        given = await answer_check_in(session, row)
        view = _view(asked._replace(answer=given))
    services.feed.anything.set()
    return view


async def _unanswered(session: AsyncSession, action: UrgentAction, number: int) -> AskedCheckIn:
    asked = await asked_check_ins(session, action.id)
    leading = (one for one in asked if one.document.number == action.leading_document)
    named = next((one for one in leading if one.number == number), None)
    if named is None:
        raise ApiError(404, "There is no such check-in.", "List them: starter.py check-ins list REF.")
    if named.answer:
        raise ApiError(409, "The check-in was answered before.", "An answer stays as it was given.")
    return named


def _view(asked: AskedCheckIn) -> CheckInView:
    given = asked.answer
    return CheckInView(
        document=asked.document.number,
        number=asked.number,
        asked_at=asked.asked_at,
        news=given.news if given else None,
        by_link=given.by_link if given else None,
        answered_at=given.answered_at if given else None,
    )
