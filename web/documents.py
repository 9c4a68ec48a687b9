"""Reading the documents of an action: all of them, one version whole, the difference of two."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.records import EventKind
from models.vocabulary import ReadingReason
from security.naming import KnownPerson, open_identity
from storage.actions import people_at_risk
from storage.approvals import WrittenVersion
from storage.records import record
from web.actions import found
from web.authentication import Caller, CaseReader
from web.differences import difference_of, rendering_changes
from web.document_schemas import DifferenceView, DocumentList, VersionView
from web.document_views import Documents, documents_of
from web.services import Services, Work

router = APIRouter(prefix="/actions/{reference}", tags=["documents"])

Number = Annotated[int, Path(ge=1, le=9_999)]


@router.get("/documents")
async def listed(reference: str, services: Work, _caller: CaseReader) -> DocumentList:
    """List the documents of an action: their versions, who approved which text, and what readers get."""
    async with services.database.transaction() as session:
        documents = await documents_of(session, await found(session, reference))
    return DocumentList(documents=documents.summaries())


@router.get("/documents/{number}/versions/{version}")
async def whole(
    reference: str,
    number: Number,
    version: Number,
    services: Work,
    caller: CaseReader,
    response: Response,
    *,
    identified: Annotated[
        bool, Query(description="Also tell whom authorities are told of; the audit trail says so.")
    ] = False,
) -> VersionView:
    """Show a version: its texts, who approved them, and what readers get of each."""
    async with services.database.transaction() as session:
        documents = await documents_of(session, await found(session, reference))
        written = documents.version(number, version)
        people = await _opened(session, services, documents, written, caller) if identified else None
    if identified:
        response.headers["Cache-Control"] = "no-store"
    return documents.whole(written, people)


@router.get("/documents/{number}/versions/{version}/difference/{other}")
async def difference(
    reference: str, number: Number, version: Number, other: Number, services: Work, _caller: CaseReader
) -> DifferenceView:
    """Compare a version with another one: language by language, line by line, word by word."""
    async with services.database.transaction() as session:
        documents = await documents_of(session, await found(session, reference))
    return await asyncio.to_thread(_difference, documents, number, version, other)


async def _opened(
    session: AsyncSession, services: Services, documents: Documents, written: WrittenVersion, caller: Caller
) -> dict[UUID, KnownPerson]:
    """Open who is named to authorities, and have the audit trail tell it."""
    action, named = documents.action, documents.named_to_authorities(written)
    people = [one for one in await people_at_risk(session, action.id) if one.id in named]
    if people:
        numbers = {"document": written.document.number, "version": written.version.number}
        detail = {**numbers, "fields": ["identities"], "why": ReadingReason.ATTESTING}
        await record(session, action.id, EventKind.PRIVATE_READ, caller.person_id, detail)
    return {one.id: open_identity(services.cipher, one) for one in people}


def _difference(documents: Documents, number: int, version: int, other: int) -> DifferenceView:
    before, after = documents.version(number, version), documents.version(number, other)
    old, new = documents.texts_of(before), documents.texts_of(after)
    return DifferenceView(
        index=documents.index(before),
        before=version,
        after=other,
        before_digest=before.version.digest.hex(),
        after_digest=after.version.digest.hex(),
        languages=difference_of(old, new, dict.fromkeys([*new, *old])),
        renderings=rendering_changes(documents.renderings_of(before), documents.renderings_of(after)),
    )
