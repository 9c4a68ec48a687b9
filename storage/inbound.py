"""Mails that come in: matched with an action, kept once, and decided about by a person."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.inbound import InboundMailRow
from models.inbound_mail import InboundMail, InboundState, MatchedBy
from models.records import EventKind
from storage.records import announce, record

_BY_MESSAGE = text("""
    SELECT dispatch.action_id, target.id AS target_id
    FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS answered (id, place)
    JOIN delivery ON delivery.id = answered.id
    JOIN dispatch ON dispatch.id = delivery.dispatch_id
    LEFT JOIN target ON delivery.recipient_kind = 'target' AND target.id = delivery.recipient_id
    ORDER BY answered.place LIMIT 1
""")

_BY_INDEX = text("""
    SELECT action.id AS action_id,
           (SELECT target.id FROM target JOIN target_address ON target_address.target_id = target.id
            WHERE target.action_id = action.id AND target_address.fingerprint = :sender
            ORDER BY target.position LIMIT 1) AS target_id
    FROM urgent_action AS action WHERE action.reference = :reference
""")


class Match(NamedTuple):
    """Which action a mail is about, which target may have sent it, and by what that is known."""

    action_id: UUID
    target_id: UUID | None
    by: MatchedBy


async def match(session: AsyncSession, mail: InboundMail, sender: bytes) -> Match | None:
    """Find the action of a mail by what it answers, else by what it names; `sender` is a keyed hash."""
    found = (await session.execute(_BY_MESSAGE, {"ids": list(mail.delivery_ids)})).one_or_none()
    if found:
        return Match(found.action_id, found.target_id, MatchedBy.MESSAGE_ID)
    named = await session.execute(_BY_INDEX, {"reference": mail.reference, "sender": sender})
    row = named.one_or_none()
    return Match(row.action_id, row.target_id, MatchedBy.INDEX) if row else None


async def keep(session: AsyncSession, row: InboundMailRow) -> bool:
    """Keep a mail; False where it was kept before."""
    values = row.model_dump()
    kept = await session.execute(
        insert(InboundMailRow).values(**values).on_conflict_do_nothing().returning(col(InboundMailRow.id))
    )
    if kept.scalar_one_or_none() is None:
        return False
    detail = {"inbound_id": str(row.id), "matched_by": row.matched_by, "automatic": row.automatic}
    await record(session, row.action_id, EventKind.MAIL_CAME_IN, detail=detail)
    await announce(session, row.action_id)
    return True


async def inbound_of(session: AsyncSession, action_id: UUID) -> list[InboundMailRow]:
    """List the mails about an action, those that wait first, without what they say."""
    found = await session.exec(
        select(InboundMailRow)
        .options(defer(InboundMailRow.sealed_mail))  # type: ignore[arg-type]
        .where(InboundMailRow.action_id == action_id)
        .order_by(col(InboundMailRow.state) != InboundState.WAITING, col(InboundMailRow.received_at))
    )
    return list(found)


async def inbound_mail(session: AsyncSession, action_id: UUID, inbound_id: UUID) -> InboundMailRow | None:
    """Find one mail about an action."""
    found = await session.exec(
        select(InboundMailRow).where(InboundMailRow.id == inbound_id, InboundMailRow.action_id == action_id)
    )
    return found.one_or_none()


async def decide_mail(
    session: AsyncSession,
    row: InboundMailRow,
    state: InboundState,
    person_id: UUID,
    response_id: UUID | None = None,
) -> None:
    """Write down what a person says that a mail is; its action must be locked."""
    row.state, row.decided_by, row.decided_at, row.response_id = state, person_id, now(), response_id
    detail = {
        "inbound_id": str(row.id),
        "state": state,
        **({"response_id": str(response_id)} if response_id else {}),
    }
    await record(session, row.action_id, EventKind.MAIL_DECIDED, person_id, detail)
    await announce(session, row.action_id)
