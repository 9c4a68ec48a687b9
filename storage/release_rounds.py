"""The next round of a document: when something of it may go out that has not, and to whom it would."""

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.messages import DispatchRequest, Purpose
from models.outbox import Delivery, Dispatch
from models.vocabulary import Audience
from storage.addressed import RELEASED_TO_TARGETS
from storage.documents import CurrentVersion, approved_languages

_TARGETS_WAIT = text(f"""
    SELECT EXISTS (
        SELECT 1 FROM ({RELEASED_TO_TARGETS}) AS waiting
        WHERE waiting.spoken_in IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
            WHERE dispatch.document_id = :document_id AND dispatch.purpose = :purpose
              AND delivery.recipient_id = waiting.recipient_id AND delivery.state = 'cancelled'))
""")


async def next_round(
    session: AsyncSession, action: UrgentAction, current: CurrentVersion, purpose: Purpose
) -> DispatchRequest | None:
    """Return the next round of a document; None where all that may go out of it is under way.

    There is one where a language was approved since, where the gate refused something before, and where a
    target for which there was nothing to write to, or that nothing reached, has another address by now.
    """
    query = select(Dispatch).where(Dispatch.document_id == current.document.id, Dispatch.purpose == purpose)
    rounds = list(await session.exec(query.order_by(col(Dispatch.round))))
    sent_in = {
        language for one in rounds if one.version_id == current.version.id for language in one.languages
    }
    approved = await approved_languages(session, action, current.version)
    waits = bool(set(approved) - sent_in)
    if not waits and sent_in:
        waits = await _refused(session, rounds[-1]) or (
            purpose is Purpose.STATEMENT
            and not current.document.guided
            and await _targets_wait(session, action, current, approved)
        )
    if not waits:
        return None
    return DispatchRequest(document=current.ref(action), purpose=purpose, round=len(rounds) + 1)


async def rounds_of(session: AsyncSession, current: CurrentVersion) -> int:
    """Count the rounds in which a document's statement was frozen."""
    counted = await session.exec(
        select(func.count()).where(
            Dispatch.document_id == current.document.id, Dispatch.purpose == Purpose.STATEMENT
        )
    )
    return counted.one()


async def _refused(session: AsyncSession, dispatch: Dispatch) -> bool:
    found = await session.exec(
        select(Delivery.id)
        .where(Delivery.dispatch_id == dispatch.id, Delivery.failure == "not_permitted")
        .limit(1)
    )
    return found.first() is not None


async def _targets_wait(
    session: AsyncSession, action: UrgentAction, current: CurrentVersion, approved: list[str]
) -> bool:
    if Audience.TARGETS not in action.policy["release"]["audiences"]:
        return False
    parameters = {
        "action_id": action.id,
        "document_id": current.document.id,
        "version_id": current.version.id,
        "purpose": Purpose.STATEMENT,
        "languages": approved,
        "audiences": [Audience.TARGETS],
    }
    return bool((await session.execute(_TARGETS_WAIT, parameters)).scalar_one())
