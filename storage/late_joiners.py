"""Who comes to a case with further information gets the whole of it: the documents before as well."""

from typing import Final

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Document
from models.vocabulary import DocumentKind
from storage.changed_facts import is_replaced
from storage.documents import CurrentVersion, current_versions

_HERS: Final = """
    ((earlier.channel = had.channel AND earlier.fingerprint = had.fingerprint)
     OR (earlier.recipient_kind = had.recipient_kind AND earlier.recipient_id = had.recipient_id))
"""

_WAIT: Final = text(f"""
    SELECT EXISTS (
        SELECT 1 FROM delivery AS had JOIN dispatch AS further ON further.id = had.dispatch_id
        WHERE further.document_id = :further_id AND further.purpose = 'statement'
          AND had.state IN ('sent', 'delivered') AND had.recipient_kind <> 'partner'
          AND NOT EXISTS (
              SELECT 1 FROM delivery AS earlier JOIN dispatch AS before ON before.id = earlier.dispatch_id
              WHERE before.document_id = :document_id AND before.purpose = 'statement'
                AND earlier.failure IS DISTINCT FROM 'not_permitted' AND {_HERS})
          AND NOT EXISTS (
              SELECT 1 FROM dispatch AS tried
              WHERE tried.document_id = :document_id AND tried.purpose = 'statement'
                AND tried.frozen_at >= had.settled_at AND NOT EXISTS (
                    SELECT 1 FROM delivery AS earlier
                    WHERE earlier.dispatch_id = tried.id AND earlier.failure = 'not_permitted' AND {_HERS})))
""")
"""Somebody whom further information reached was never sent an earlier document; each is tried for once.

A try that the gate refused is none: once what it lacked was confirmed again, there is another.
"""


async def documents_missed(session: AsyncSession, action: UrgentAction) -> list[CurrentVersion]:
    """List the documents that late joiners are to get besides; none of what facts have replaced."""
    versions = await current_versions(session, action.id)
    newest = versions[-1].document
    if newest.kind is not DocumentKind.FURTHER_INFORMATION:
        return []
    return [one for one in versions[:-1] if await _is_missed(session, action, one.document, newest)]


async def _is_missed(
    session: AsyncSession, action: UrgentAction, earlier: Document, newest: Document
) -> bool:
    if earlier.number < action.leading_document or earlier.is_notice or earlier.guided:
        return False
    if await is_replaced(session, earlier.id):
        return False
    found = await session.execute(_WAIT, {"further_id": newest.id, "document_id": earlier.id})
    return bool(found.scalar_one())
