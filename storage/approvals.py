"""Every version of an action's documents, and who approved which text of it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from models.documents import Document, DocumentText, DocumentVersion, Rendering
from models.people import Person
from models.verification import text_in
from storage.gate import approved_in

_DISPATCHED = """
    urgent_action AS action
    JOIN document ON document.action_id = action.id
    JOIN document_version AS written ON written.document_id = document.id
    CROSS JOIN LATERAL (SELECT written.id AS version_id, written.digest) AS dispatch
"""
"""Every version in the place of a dispatch, for conditions of the gate."""

_APPROVED = text(f"""
    SELECT dispatch.version_id, document_text.language
    FROM {_DISPATCHED} JOIN document_text ON document_text.version_id = dispatch.version_id
    WHERE action.id = :action_id AND {approved_in("document_text.language")}
""")

_APPROVALS = text(f"""
    SELECT attestation.version_id, substr(attestation.confirms, length(:prefix) + 1) AS language,
           person.name, attestation.attested_at
    FROM {_DISPATCHED}
    JOIN attestation ON attestation.version_id = dispatch.version_id AND attestation.digest = dispatch.digest
    JOIN person ON person.id = attestation.person_id
    WHERE action.id = :action_id AND starts_with(attestation.confirms, :prefix)
      AND attestation.person_id NOT IN (action.author_id, written.created_by)
    ORDER BY attestation.attested_at, person.name
""")


class Approval(NamedTuple):
    """One person's approval of one text, which counts."""

    version_id: UUID
    language: str
    name: str
    at: datetime


class WrittenVersion(NamedTuple):
    """A version with the document that it is one of, and the name of who wrote it."""

    document: Document
    version: DocumentVersion
    author: str


async def all_versions(session: AsyncSession, action_id: UUID) -> list[WrittenVersion]:
    """List every version of every document of an action, by their numbers."""
    found = await session.exec(
        select(Document, DocumentVersion, Person.name)
        .join(DocumentVersion, col(DocumentVersion.document_id) == Document.id)
        .join(Person, col(Person.id) == DocumentVersion.created_by)
        .where(Document.action_id == action_id)
        .order_by(col(Document.number), col(DocumentVersion.number))
    )
    return [WrittenVersion(*row) for row in found]


async def all_texts(session: AsyncSession, action_id: UUID) -> list[DocumentText]:
    """List the texts of every version of an action's documents, by language."""
    query = select(DocumentText).where(col(DocumentText.version_id).in_(_versions_of(action_id)))
    return list(await session.exec(query.order_by(col(DocumentText.language))))


async def all_renderings(session: AsyncSession, action_id: UUID) -> list[Rendering]:
    """List what readers get of every version of an action's documents, by language and kind."""
    query = select(Rendering).where(col(Rendering.version_id).in_(_versions_of(action_id)))
    return list(await session.exec(query.order_by(col(Rendering.language), col(Rendering.kind))))


def _versions_of(action_id: UUID) -> SelectOfScalar[UUID]:
    versions = select(DocumentVersion.id).join(Document, col(Document.id) == DocumentVersion.document_id)
    return versions.where(Document.action_id == action_id)


async def approvals(session: AsyncSession, action_id: UUID) -> list[Approval]:
    """List every approval of a text that counts: not those of the case's author, nor of the version's."""
    found = await session.execute(_APPROVALS, {"action_id": action_id, "prefix": text_in("")})
    return [Approval(*row) for row in found]


async def approved_texts(session: AsyncSession, action_id: UUID) -> set[tuple[UUID, str]]:
    """List which texts enough people approved, by version and language."""
    return {(row[0], row[1]) for row in await session.execute(_APPROVED, {"action_id": action_id})}
