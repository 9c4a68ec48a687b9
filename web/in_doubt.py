"""Messages in doubt: seeing them, and deciding what shall become of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from storage.in_doubt import decide_doubt, in_doubt
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.doubt_schemas import DoubtDecided, DoubtRequest, InDoubtList, InDoubtView
from web.services import Work

router = APIRouter(prefix="/actions/{reference}/in-doubt", tags=["deliveries"])


@router.get("")
async def listed(
    reference: str,
    services: Work,
    _caller: CaseReader,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> InDoubtList:
    """List the messages that may or may not have arrived, and those that the leak guard parked.

    Each with its reason, and without its address; pass `next_after` as `after` to get the next page.
    """
    async with services.database.transaction() as session:
        action = await found(session, reference)
        page = await in_doubt(session, action.id, after, limit)
    return InDoubtList(
        reference=action.reference,
        deliveries=[InDoubtView(**one._asdict()) for one in page],
        next_after=page[-1].id if len(page) == limit else None,
    )


@router.post("", status_code=202)
async def decide(reference: str, request: DoubtRequest, services: Work, caller: Coordinator) -> DoubtDecided:
    """Send messages in doubt again, or settle them as sent or as failed; without `deliveries`, all of them.

    Sent again, a message passes the gate as any other, and has the same Message-ID. What is not in doubt any
    more stays as it is, as does what the gate would refuse for good.
    """
    async with services.database.transaction() as session:
        action = await found(session, reference)
        changed = await decide_doubt(
            session, action.id, request.decision, caller.person_id, request.deliveries
        )
    services.feed.anything.set()
    return DoubtDecided(reference=action.reference, decision=request.decision, changed=changed)
