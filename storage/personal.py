"""Messages to single people that something on a partner's page asks for: which rounds wait to be frozen."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.messages import DispatchRequest, DocumentRef, Purpose
from models.records import Addressee
from storage.partner_audiences import FORMER_ADDRESS, UNASKED_APPROVER, UNTOLD_REFUSAL
from storage.records import request_nudge
from storage.rehearsals import UNREHEARSED


def _untold(turn: str, purpose: Purpose) -> str:
    """Ask whether questions about a document wait for a round that was not frozen yet."""
    return f"""
        EXISTS (SELECT 1 FROM question JOIN invitation ON invitation.id = question.invitation_id
                WHERE invitation.document_id = document.id
                  AND NOT EXISTS (SELECT 1 FROM dispatch
                                  WHERE dispatch.document_id = document.id AND dispatch.purpose = '{purpose}'
                                    AND dispatch.round = question.{turn})
                  AND question.{turn} IS NOT NULL)
    """.strip()


_WAITING = text(f"""
    SELECT document.id, document.number, wanted.purpose,
           coalesce(wanted.round,
                    1 + (SELECT count(*) FROM dispatch
                         WHERE dispatch.document_id = document.id AND dispatch.purpose = wanted.purpose))
           AS round
    FROM document
    CROSS JOIN LATERAL (
        SELECT '{Purpose.APPROVAL_REQUEST}' AS purpose, NULL::integer AS round
        WHERE EXISTS (SELECT 1 FROM proposal JOIN invitation ON invitation.id = proposal.invitation_id
                      WHERE invitation.document_id = document.id AND {UNASKED_APPROVER})
        UNION ALL SELECT '{Purpose.APPROVAL_DECLINED}', NULL
        WHERE EXISTS (SELECT 1 FROM proposal JOIN invitation ON invitation.id = proposal.invitation_id
                      WHERE invitation.document_id = document.id AND {UNTOLD_REFUSAL})
        UNION ALL SELECT '{Purpose.ADDRESS_CHANGED}', NULL
                  WHERE EXISTS (SELECT 1 FROM {FORMER_ADDRESS} AND carrier.document_id = document.id)
        UNION ALL SELECT '{Purpose.QUESTION}', NULL WHERE {_untold("turn", Purpose.QUESTION)}
        UNION ALL SELECT '{Purpose.QUESTION_ANSWERED}', NULL
                  WHERE {_untold("answer_turn", Purpose.QUESTION_ANSWERED)}
        UNION ALL ({UNREHEARSED})) AS wanted
    WHERE document.action_id = :action_id
    ORDER BY document.number, wanted.purpose
""")


_CARRIERS = text(f"SELECT DISTINCT carrier.action_id FROM {FORMER_ADDRESS}")


async def have_former_addresses_told(session: AsyncSession) -> None:
    """Have the workflows that can carry word of changed registered addresses read their facts."""
    await session.flush()
    for action_id in (await session.execute(_CARRIERS)).scalars().all():
        await request_nudge(session, action_id, Addressee.ACTION)


async def personal_rounds(session: AsyncSession, action: UrgentAction) -> tuple[DispatchRequest, ...]:
    """Return the next round of each purpose that somebody waits for; a repetition tells the same."""
    if action.stopped_at or action.closed_at:
        return ()
    found = await session.execute(_WAITING, {"action_id": action.id})
    return tuple(
        DispatchRequest(
            document=DocumentRef(
                action_id=action.id, reference=action.reference, document_id=row.id, number=row.number
            ),
            purpose=Purpose(row.purpose),
            round=row.round,
        )
        for row in found
    )
