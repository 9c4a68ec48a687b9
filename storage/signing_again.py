"""Asking those again who signed a text that has changed since."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import DocumentText
from models.messages import DispatchRequest, Purpose
from models.partners import Signature
from storage.documents import CurrentVersion
from storage.partner_audiences import SIGNED_BEFORE
from storage.signatures import CURRENT

_NEXT_ROUND = text(f"""
    SELECT 1 + (SELECT count(*) FROM dispatch
                WHERE dispatch.document_id = :document_id AND dispatch.purpose = 'sign_again')
    WHERE EXISTS (SELECT 1 FROM invitation
                  WHERE invitation.document_id = :document_id AND invitation.revoked_at IS NULL
                    AND {SIGNED_BEFORE})
""")


async def asked_again(
    session: AsyncSession, action: UrgentAction, current: CurrentVersion
) -> DispatchRequest | None:
    """Return the next round of asking again, about a version that may go out; None where nobody is left."""
    parameters = {
        "document_id": current.document.id,
        "version_id": current.version.id,
        "digest": current.version.digest,
    }
    turn = (await session.execute(_NEXT_ROUND, parameters)).scalar_one_or_none()
    if turn is None:
        return None
    return DispatchRequest(document=current.ref(action), purpose=Purpose.SIGN_AGAIN, round=turn)


async def signed_text(session: AsyncSession, invitation_id: UUID, language: str) -> DocumentText | None:
    """Return the text in a language that a partner signed; None where it signed in others only."""
    found = await session.exec(
        select(DocumentText)
        .join(Signature, col(Signature.version_id) == DocumentText.version_id)
        .where(Signature.invitation_id == invitation_id, CURRENT, DocumentText.language == language)
    )
    return found.one_or_none()
