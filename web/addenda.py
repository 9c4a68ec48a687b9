"""Having an addendum to the list of signatories sent."""

from datetime import datetime

from fastapi import APIRouter

from models.lifecycle import Refusal
from storage.addenda import is_anybody_to_be_told, want_addendum
from storage.documents import current_versions
from web.actions import found
from web.authentication import Coordinator
from web.document_views import unknown_document
from web.documents import Number
from web.errors import ApiError, refused
from web.schemas import Schema
from web.services import Work

router = APIRouter(prefix="/actions/{reference}/documents/{number}/addendum", tags=["documents"])


class AddendumView(Schema):
    """An addendum that is on its way: which one of its document, and when it leaves."""

    number: int
    due_at: datetime


@router.post("", status_code=202)
async def want(reference: str, number: Number, services: Work, caller: Coordinator) -> AddendumView:
    """Tell those who received a document who signed since, and, where the case says so, who left the list."""
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        if action.stopped_at or action.rejected_at or action.closed_at:
            raise refused(Refusal.ALREADY_ENDED)
        documents = [one.document for one in await current_versions(session, action.id)]
        wanted = [one for one in documents if one.number == number]
        if not wanted:
            raise unknown_document()
        if not await is_anybody_to_be_told(session, action, wanted[0].id):
            raise ApiError(
                409,
                "Nobody has an older list of this text.",
                "An addendum is for recipients of a released text; one that has changed is released first.",
            )
        made = await want_addendum(session, action, wanted[0], person_id=caller.person_id)
    services.feed.anything.set()
    return AddendumView(number=made.round, due_at=made.due_at)
