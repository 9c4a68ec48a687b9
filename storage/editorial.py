"""Editorial changes: a version that says the same in better words, and takes the signatures along.

A coordinator marks it and says why; as many others as approve a text must confirm it. Until they have,
nothing of the version leaves. Then each signature of the version that it corrects becomes a new row for its
digest, so that what is sent is what the rows say was signed.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Document, DocumentVersion
from models.records import Addressee, EventKind
from storage.documents import AS_DISPATCH, version_of
from storage.gate_of_texts import EDITORIAL_STANDS
from storage.records import record, request_nudge

_STANDS: Final = text(f"""
    SELECT {EDITORIAL_STANDS} FROM urgent_action AS action, {AS_DISPATCH} WHERE action.id = :action_id
""")

_SUPERSEDE: Final = text("""
    UPDATE signature SET superseded_at = now()
    WHERE version_id = :base_id AND answer = 'signed' AND superseded_at IS NULL
    RETURNING id
""")

# Whatever else a signature says, it says so of the new text.
_CARRY: Final = text("""
    INSERT INTO signature
    SELECT (jsonb_populate_record(old, jsonb_build_object(
        'id', gen_random_uuid(), 'version_id', CAST(:version_id AS uuid), 'digest', CAST(:digest AS bytea),
        'superseded_at', NULL, 'wants_receipt', false, 'carried_from', old.id))).*
    FROM signature AS old WHERE old.id = ANY(:ids)
""")


async def version_by_id(session: AsyncSession, version_id: UUID) -> DocumentVersion:
    """Return a version."""
    return (await session.exec(select(DocumentVersion).where(DocumentVersion.id == version_id))).one()


async def editorial_base(session: AsyncSession, action: UrgentAction, document: Document) -> DocumentVersion:
    """Return the version that another editorial one would correct.

    It is the newest, or where that is an editorial one that nobody confirmed, the one that that corrects.
    """
    newest = await version_of(session, document.id)
    if newest.editorial_of is None or await is_confirmed(session, action, newest):
        return newest
    return await version_by_id(session, newest.editorial_of)


async def is_confirmed(session: AsyncSession, action: UrgentAction, version: DocumentVersion) -> bool:
    """Tell whether enough people say that a version is an editorial one, or none is needed to say so."""
    parameters = {"action_id": action.id, "version_id": version.id, "digest": version.digest}
    return bool((await session.execute(_STANDS, parameters)).scalar_one())


async def carry_signatures(session: AsyncSession, action: UrgentAction, version: DocumentVersion) -> None:
    """Have the signatures of the version that was corrected stand for this one, once it is confirmed.

    The action must be had alone. A repetition finds nothing to carry.
    """
    if version.editorial_of is None or not await is_confirmed(session, action, version):
        return
    superseded = await session.execute(_SUPERSEDE, {"base_id": version.editorial_of})
    ids = list(superseded.scalars())
    if not ids:
        return
    await session.execute(_CARRY, {"version_id": version.id, "digest": version.digest, "ids": ids})
    document = (await session.exec(select(Document).where(Document.id == version.document_id))).one()
    detail = {
        "document": document.number,
        "version": version.number,
        "digest": version.digest.hex(),
        "count": len(ids),
        "why": "editorial",
    }
    await record(session, action.id, EventKind.SIGNATURES_CARRIED, detail=detail)
    await request_nudge(session, action.id, Addressee.SIGN_ON, document.number)
