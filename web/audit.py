"""The audit trail of an action for those who verify it on their own machine."""

import asyncio
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query

from models.anchors import Anchor, AnchorFile, AnchorFileError
from storage.audit import chain_page
from web.actions import found
from web.authentication import CaseReader
from web.schemas import Schema
from web.services import Work

router = APIRouter(prefix="/actions/{reference}", tags=["audit"])

_log = structlog.get_logger(__name__)
_HIGHEST_NUMBER = 2**53


class AuditEventView(Schema):
    """An event as it was hashed: `at` in UTC with microseconds, `previous` and `hash` as SHA-256 in hex."""

    number: int
    kind: str
    person_id: str | None
    at: str
    detail: Any
    previous: str
    hash: str


class AuditPage(Schema):
    """A page of the trail with the anchors of its events; pass `next_after` as `after` to get the next one.

    `length` and `head` are the end on record. `anchors` is null where the server cannot read its file.
    """

    reference: str
    action_id: str
    length: int | None
    head: str | None
    events: list[AuditEventView]
    anchors: list[Anchor] | None
    next_after: int | None


@router.get("/audit")
async def audit(
    reference: str,
    services: Work,
    _caller: CaseReader,
    after: Annotated[int, Query(ge=0, le=_HIGHEST_NUMBER)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> AuditPage:
    """List the events of an action as they were hashed, and the anchors that the server holds of them."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
    # Before the events: an anchor that was made meanwhile would look like an event that is missing.
    anchors = await asyncio.to_thread(_anchors, services.anchors, action.reference)
    async with services.database.transaction() as session:
        page = await chain_page(session, action.id, after, limit)
    next_after = page.events[-1].number if len(page.events) == limit else None
    return AuditPage(
        reference=action.reference,
        action_id=str(action.id),
        length=page.head.length if page.head else None,
        head=page.head.hash if page.head else None,
        events=[AuditEventView.model_validate(event._asdict()) for event in page.events],
        anchors=None if anchors is None else [one for one in anchors if _is_on(one, after, next_after)],
        next_after=next_after,
    )


def _anchors(file: AnchorFile, reference: str) -> list[Anchor] | None:
    try:
        return file.read(reference=reference).anchors
    except AnchorFileError:
        _log.exception("anchors.not_readable")
        return None


def _is_on(anchor: Anchor, after: int, next_after: int | None) -> bool:
    """Tell whether an anchor belongs to a page; the last one has those of events that are gone as well."""
    return after < anchor.number and (next_after is None or anchor.number <= next_after)
