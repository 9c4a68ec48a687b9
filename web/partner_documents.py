"""What was released to a partner, for its own system: the same as its webhook was sent."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from models.messages import Purpose
from models.partner_webhooks import Document
from storage.partner_documents import ReleasedDocument, fetched, released_to
from web.errors import ApiError
from web.partner_authentication import PartnerSystem
from web.schemas import Digest, Schema
from web.services import Work

router = APIRouter(prefix="/partner/documents", tags=["partner"])

_TYPES = {Purpose.STATEMENT: "statement.released", Purpose.STOP_NOTICE: "action.stopped"}


class ReleasedView(Schema):
    """A document that may be read now."""

    id: UUID = Field(description="The `webhook-id` and `delivery_id` of its webhook.")
    type: str
    reference: str
    index: str
    statement_language: str
    digest: Digest
    released_at: datetime


class ReleasedPage(Schema):
    """Documents that may be read now, newest first; pass `next_after` as `after` to get the next page."""

    documents: list[ReleasedView]
    next_after: UUID | None


@router.get("")
async def list_documents(
    services: Work,
    calling: PartnerSystem,
    response: Response,
    after: Annotated[UUID | None, Query(description="The `next_after` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ReleasedPage:
    """List what was released to the partner and may be read now.

    Left out is what is on hold, stopped, withdrawn or changed, or names somebody who took her consent back.
    """
    async with services.database.transaction() as session:
        found = await released_to(session, calling.partner_id, after=after, limit=limit + 1)
    response.headers["Cache-Control"] = "no-store"
    shown = found[:limit]
    return ReleasedPage(
        documents=[_view(one) for one in shown], next_after=shown[-1].id if len(found) > limit else None
    )


@router.get("/{document_id}")
async def show_document(
    document_id: UUID, services: Work, calling: PartnerSystem, response: Response
) -> Document:
    """Read a document as its webhook carries it, with who signs today. The action's trail tells of it."""
    async with services.database.transaction() as session:
        document = await fetched(session, calling.partner_id, calling.key_id, document_id)
    if document is None:
        raise ApiError(
            404,
            "There is no such document.",
            "It was not released to you, or it may not be read now: list what may be.",
        )
    response.headers["Cache-Control"] = "no-store"
    return document


def _view(one: ReleasedDocument) -> ReleasedView:
    return ReleasedView(
        id=one.id,
        type=_TYPES[one.purpose],
        reference=one.reference,
        index=f"{one.reference}/{one.number}",
        statement_language=one.language,
        digest=one.digest.hex(),
        released_at=one.released_at,
    )
