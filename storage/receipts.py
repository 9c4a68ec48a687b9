"""What is told about answers: to each partner at its registered address, and to the coordinator.

A hold keeps it back and a stop ends it, as all else (invariant I2); the close of an action does not, since
what was signed has gone out by then.
"""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select as select_rows
from sqlalchemy import text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import DispatchRequest, DocumentRef, Purpose
from models.partners import Partner, Signature
from models.records import Addressee
from storage.partner_audiences import UNTOLD
from storage.records import request_nudges

_UNTOLD_ANSWER = f"""
    EXISTS (SELECT 1 FROM signature JOIN partner ON partner.id = signature.partner_id
            WHERE signature.document_id = document.id AND {UNTOLD})
"""

_UNTOLD_DISOWNING = """
    EXISTS (SELECT 1 FROM signature
            WHERE signature.document_id = document.id AND signature.disowned
              AND NOT EXISTS (SELECT 1 FROM dispatch
                              WHERE dispatch.document_id = document.id AND dispatch.purpose = 'disowned_alarm'
                                AND dispatch.frozen_at >= signature.answered_at))
"""

_NEXT: Final = text(f"""
    SELECT action.reference, document.id, document.number, due.purpose,
           1 + (SELECT count(*) FROM dispatch
                WHERE dispatch.document_id = document.id AND dispatch.purpose = due.purpose) AS round
    FROM urgent_action AS action JOIN document ON document.action_id = action.id
    CROSS JOIN LATERAL (
        SELECT 'disowned_alarm' AS purpose WHERE {_UNTOLD_DISOWNING}
        UNION ALL
        SELECT 'answer_receipt' WHERE action.stopped_at IS NULL AND {_UNTOLD_ANSWER}) AS due
    WHERE action.id = :action_id AND action.held_at IS NULL AND action.rejected_at IS NULL
    ORDER BY due.purpose DESC, document.number LIMIT 1
""")


class ToldAnswer(NamedTuple):
    """An answer, and the partner whose answer it follows by mandate."""

    signature: Signature
    followed: Partner | None


async def next_receipts(session: AsyncSession, action_id: UUID) -> DispatchRequest | None:
    """Return the next round of what is to be told about answers; None where nothing is, or not now."""
    found = (await session.execute(_NEXT, {"action_id": action_id})).one_or_none()
    if found is None:
        return None
    document = DocumentRef(
        action_id=action_id, reference=found.reference, document_id=found.id, number=found.number
    )
    return DispatchRequest(document=document, purpose=Purpose(found.purpose), round=found.round)


async def told_answer(session: AsyncSession, signature_id: UUID) -> ToldAnswer:
    """Read what a receipt tells."""
    found = await session.execute(
        select_rows(Signature, Partner)
        .outerjoin(Partner, col(Partner.id) == Signature.by_mandate_of)
        .where(col(Signature.id) == signature_id)
    )
    return ToldAnswer(*found.one())


async def tell_of_answers(session: AsyncSession, action_id: UUID, document_number: int) -> None:
    """Have answers counted, and told to those for whom they were given."""
    await request_nudges(session, action_id, {Addressee.RECEIPTS: 0, Addressee.SIGN_ON: document_number})
