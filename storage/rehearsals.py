"""Rehearsals: wanting one, what its messages are made from, and the messages that were kept."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Document
from models.messages import Purpose
from models.outbox import Delivery, Dispatch
from models.records import Addressee, EventKind
from models.rehearsals import Rehearsal, RehearsedMessage
from storage.records import announce, record, request_nudge

UNREHEARSED: Final = """
    SELECT 'rehearsal', rehearsal.round FROM rehearsal
    WHERE rehearsal.document_id = document.id
      AND NOT EXISTS (SELECT 1 FROM dispatch
                      WHERE dispatch.document_id = document.id AND dispatch.purpose = 'rehearsal'
                        AND dispatch.round >= rehearsal.round)
    ORDER BY rehearsal.round DESC LIMIT 1
"""
"""The newest rehearsal of a `document` that was not frozen yet; one before it is overtaken."""

_KEEP: Final = text("""
    INSERT INTO rehearsed_message (delivery_id, sealed_message) VALUES (:delivery_id, :sealed_message)
    ON CONFLICT (delivery_id) DO UPDATE SET sealed_message = excluded.sealed_message
""")


class Rehearsed(NamedTuple):
    """A rehearsal with its messages, as far as they are made; without a dispatch, nothing was frozen yet."""

    rehearsal: Rehearsal
    dispatch: Dispatch | None
    messages: list[tuple[Delivery, RehearsedMessage | None]]


async def want_rehearsal(
    session: AsyncSession, action: UrgentAction, document: Document, *, person_id: UUID, sent: bool
) -> Rehearsal:
    """Have a release of a document rehearsed for a person, and with `sent`, its messages sent to her."""
    counted = await session.exec(
        select(func.max(Rehearsal.round)).where(Rehearsal.document_id == document.id)
    )
    rehearsal = Rehearsal(
        document_id=document.id, round=(counted.one() or 0) + 1, wanted_by=person_id, sent=sent
    )
    session.add(rehearsal)
    await session.flush()
    detail = {"document": document.number, "round": rehearsal.round, "sent": sent}
    await record(session, action.id, EventKind.REHEARSED, person_id, detail=detail)
    await request_nudge(session, action.id, Addressee.ACTION)
    await announce(session, action.id)
    return rehearsal


async def rehearsal_of(session: AsyncSession, dispatch: Dispatch) -> Rehearsal | None:
    """Return the rehearsal that a dispatch belongs to; None where it is none."""
    if dispatch.purpose is not Purpose.REHEARSAL:
        return None
    found = await session.exec(
        select(Rehearsal).where(
            Rehearsal.document_id == dispatch.document_id, Rehearsal.round == dispatch.round
        )
    )
    return found.one()


async def keep_message(session: AsyncSession, delivery_id: UUID, sealed_message: bytes) -> None:
    """Keep a finished message; one that is made again takes the place of the first."""
    await session.execute(_KEEP, {"delivery_id": delivery_id, "sealed_message": sealed_message})


async def rehearsed(session: AsyncSession, document_id: UUID, number: int) -> Rehearsed | None:
    """Read a rehearsal by its number, its messages in the order of channel and language."""
    found = await session.exec(
        select(Rehearsal).where(Rehearsal.document_id == document_id, Rehearsal.round == number)
    )
    rehearsal = found.one_or_none()
    if rehearsal is None:
        return None
    opened = await session.exec(
        select(Dispatch).where(
            Dispatch.document_id == document_id,
            Dispatch.purpose == Purpose.REHEARSAL,
            Dispatch.round == number,
        )
    )
    dispatch = opened.one_or_none()
    if dispatch is None:
        return Rehearsed(rehearsal, None, [])
    messages = await session.exec(
        select(Delivery, RehearsedMessage)
        .outerjoin(RehearsedMessage, col(RehearsedMessage.delivery_id) == Delivery.id)
        .where(Delivery.dispatch_id == dispatch.id)
        .order_by(col(Delivery.channel), col(Delivery.language), col(Delivery.position))
    )
    return Rehearsed(rehearsal, dispatch, list(messages))
