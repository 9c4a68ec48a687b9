"""The time of a sign-on window, changed while it is open."""

from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Document
from models.messages import DocumentRef
from models.records import EventKind
from models.sign_on_messages import WindowChange
from storage.action_lock import have_action_alone
from storage.records import announce, record


async def document_by_number(session: AsyncSession, action_id: UUID, number: int) -> Document | None:
    """Find a document of an action."""
    query = select(Document).where(Document.action_id == action_id, Document.number == number)
    return (await session.exec(query)).one_or_none()


def ref_of(action: UrgentAction, document: Document) -> DocumentRef:
    """Name a document as workflows do."""
    return DocumentRef(
        action_id=action.id, reference=action.reference, document_id=document.id, number=document.number
    )


async def change_window(session: AsyncSession, change: WindowChange) -> None:
    """Have a window close at another moment; a repetition, or one that has ended, changes nothing."""
    ref = change.document
    await have_action_alone(session, ref.action_id)
    document = (await session.exec(select(Document).where(Document.id == ref.document_id))).one()
    if document.sign_on_ended_at is not None or document.sign_on_closes_at == change.closes_at:
        return
    document.sign_on_closes_at = change.closes_at
    detail = {"document": document.number, "closes_at": change.closes_at.isoformat()}
    await record(session, ref.action_id, EventKind.WINDOW_CHANGED, change.person_id, detail)
    await announce(session, ref.action_id)
