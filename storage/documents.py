"""The numbered documents of a case, their versions, and who approved which text."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Document, DocumentText, DocumentVersion, Rendering
from models.messages import DocumentRef
from models.records import EventKind
from models.vocabulary import DocumentKind
from storage.gate import approved_in
from storage.records import record

AS_DISPATCH = """
    (SELECT CAST(:version_id AS uuid) AS version_id, CAST(:digest AS bytea) AS digest) AS dispatch
"""
"""A version in the place of a dispatch, for conditions of the gate."""

_APPROVED_LANGUAGES = text(f"""
    SELECT document_text.language
    FROM urgent_action AS action, {AS_DISPATCH}, document_text
    WHERE action.id = :action_id AND document_text.version_id = dispatch.version_id
      AND {approved_in("document_text.language")}
""")


class CurrentVersion(NamedTuple):
    """A document in its newest version."""

    document: Document
    version: DocumentVersion

    def ref(self, action: UrgentAction) -> DocumentRef:
        """Name the document as workflows do."""
        return DocumentRef(
            action_id=action.id,
            reference=action.reference,
            document_id=self.document.id,
            number=self.document.number,
        )


class NewVersion(NamedTuple):
    """A version with its texts and their renderings, not yet stored."""

    version: DocumentVersion
    texts: Sequence[DocumentText]
    renderings: Sequence[Rendering]


async def current_versions(session: AsyncSession, action_id: UUID) -> list[CurrentVersion]:
    """List the documents of an action, each in its newest version, by number."""
    found = await session.exec(
        select(Document, DocumentVersion)
        .join(DocumentVersion, col(DocumentVersion.document_id) == Document.id)
        .where(Document.action_id == action_id)
        .ext(distinct_on(col(Document.number)))
        .order_by(col(Document.number), col(DocumentVersion.number).desc())
    )
    return [CurrentVersion(document, version) for document, version in found]


async def current_version(session: AsyncSession, action_id: UUID) -> CurrentVersion:
    """Return the newest document of an action in its newest version."""
    return (await current_versions(session, action_id))[-1]


async def leading_version(session: AsyncSession, action: UrgentAction) -> CurrentVersion:
    """Return the document that the action began, or began again with, in its newest version."""
    versions = await current_versions(session, action.id)
    return next(one for one in versions if one.document.number == action.leading_document)


async def version_of(session: AsyncSession, document_id: UUID) -> DocumentVersion:
    """Return the newest version of a document."""
    found = await session.exec(
        select(DocumentVersion)
        .where(DocumentVersion.document_id == document_id)
        .order_by(col(DocumentVersion.number).desc())
        .limit(1)
    )
    return found.one()


async def version_with(session: AsyncSession, document_id: UUID, digest: bytes) -> DocumentVersion | None:
    """Return the newest version of a document that has a digest, if it ever had it."""
    found = await session.exec(
        select(DocumentVersion)
        .where(DocumentVersion.document_id == document_id, DocumentVersion.digest == digest)
        .order_by(col(DocumentVersion.number).desc())
        .limit(1)
    )
    return found.one_or_none()


async def texts_of(session: AsyncSession, version_id: UUID) -> dict[str, DocumentText]:
    """Map the languages of a version to their texts."""
    found = await session.exec(select(DocumentText).where(DocumentText.version_id == version_id))
    return {one.language: one for one in found}


async def renderings_of(session: AsyncSession, version_id: UUID) -> list[Rendering]:
    """List what readers get of a version, by language and kind."""
    query = select(Rendering).where(Rendering.version_id == version_id)
    return list(await session.exec(query.order_by(col(Rendering.language), col(Rendering.kind))))


async def approved_languages(
    session: AsyncSession, action: UrgentAction, version: DocumentVersion
) -> list[str]:
    """List the languages in which a version is approved, those of the action first and in its order."""
    found = await session.execute(
        _APPROVED_LANGUAGES,
        {"action_id": action.id, "version_id": version.id, "digest": version.digest},
    )
    return in_order(action.languages, found.scalars())


def in_order(first: Sequence[str], languages: Iterable[str]) -> list[str]:
    """Sort languages: those that come first in their order, the others by their codes."""
    order = {language: place for place, language in enumerate(first)}
    return sorted(languages, key=lambda language: (order.get(language, len(order)), language))


async def store_version(session: AsyncSession, new: NewVersion) -> None:
    """Store a version with its texts and renderings."""
    for rows in ([new.version], [*new.texts, *new.renderings]):
        await _add_all(session, rows)


async def open_document(
    session: AsyncSession,
    action: UrgentAction,
    kind: DocumentKind,
    new: NewVersion,
    person_id: UUID,
    *,
    guided: bool = False,
) -> Document:
    """Add the next document of an action, and have it verified; `guided` where facts changed."""
    numbers = await session.exec(select(func.max(Document.number)).where(Document.action_id == action.id))
    number = (numbers.one() or 0) + 1
    document = Document(action_id=action.id, number=number, kind=kind, guided=guided)
    await _add_all(session, [document])
    new.version.document_id = document.id
    await store_version(session, new)
    action.verification_cycle += 1
    detail = {"document": document.number, "kind": kind, "digest": new.version.digest.hex()}
    await record(session, action.id, EventKind.DOCUMENT_OPENED, person_id, detail)
    return document


async def write_version(
    session: AsyncSession, action: UrgentAction, document: Document, new: NewVersion, person_id: UUID
) -> None:
    """Add a version of a document: it is verified afresh, and nothing of the one before leaves any more."""
    newest = await version_of(session, document.id)
    new.version.document_id, new.version.number = document.id, newest.number + 1
    await store_version(session, new)
    action.verification_cycle += 1
    detail = {
        "document": document.number,
        "version": new.version.number,
        "digest": new.version.digest.hex(),
        "editorial": new.version.editorial_of is not None,
    }
    await record(session, action.id, EventKind.VERSION_WRITTEN, person_id, detail)


async def _add_all(session: AsyncSession, rows: Sequence[SQLModel]) -> None:
    session.add_all(rows)
    await session.flush()
