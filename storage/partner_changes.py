"""Corrections that partners propose, and what became of them."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.partner_records import PartnerChange
from models.partner_vocabulary import ChangeOutcome, PartnerEventKind
from models.partners import Partner, PartnerContact
from storage.partners import note

_EVENTS = {
    ChangeOutcome.APPROVED: PartnerEventKind.CHANGE_APPROVED,
    ChangeOutcome.REFUSED: PartnerEventKind.CHANGE_REFUSED,
}


class ProposedChange(NamedTuple):
    """A correction, and who proposed it."""

    change: PartnerChange
    partner: Partner
    contact: PartnerContact


async def propose(session: AsyncSession, change: PartnerChange, fields: list[str]) -> None:
    """Keep a correction until a coordinator decides; it replaces an open one of the same contact."""
    await session.exec(
        select(PartnerContact.id)
        .where(PartnerContact.id == change.contact_id)
        .with_for_update(key_share=True)
    )
    undecided = select(PartnerChange).where(
        PartnerChange.contact_id == change.contact_id, col(PartnerChange.outcome).is_(None)
    )
    for earlier in await session.exec(undecided):
        earlier.outcome, earlier.decided_at = ChangeOutcome.REPLACED, now()
    await session.flush()
    session.add(change)
    await note(
        session,
        change.partner_id,
        PartnerEventKind.CHANGE_PROPOSED,
        contact_id=change.contact_id,
        detail={"change_id": str(change.id), "fields": fields},
    )


async def has_open_change(session: AsyncSession, contact_id: UUID) -> bool:
    """Tell whether a correction of a contact waits to be decided."""
    undecided = select(PartnerChange.id).where(
        PartnerChange.contact_id == contact_id, col(PartnerChange.outcome).is_(None)
    )
    return (await session.exec(undecided)).first() is not None


async def open_changes(session: AsyncSession) -> list[ProposedChange]:
    """List the corrections that nobody has decided about, oldest first."""
    found = await session.exec(
        select(PartnerChange, Partner, PartnerContact)
        .join(Partner, col(Partner.id) == PartnerChange.partner_id)
        .join(PartnerContact, col(PartnerContact.id) == PartnerChange.contact_id)
        .where(col(PartnerChange.outcome).is_(None))
        .order_by(col(PartnerChange.proposed_at))
    )
    return [ProposedChange(*row) for row in found]


async def proposed_change(session: AsyncSession, change_id: UUID) -> ProposedChange | None:
    """Find a correction and lock it: of two decisions at once, the second sees the first."""
    found = await session.exec(select(PartnerChange).where(PartnerChange.id == change_id).with_for_update())
    change = found.one_or_none()
    if change is None:
        return None
    partner = await session.exec(select(Partner).where(Partner.id == change.partner_id))
    contact = await session.exec(select(PartnerContact).where(PartnerContact.id == change.contact_id))
    return ProposedChange(change, partner.one(), contact.one())


async def decide(
    session: AsyncSession, change: PartnerChange, outcome: ChangeOutcome, person_id: UUID
) -> None:
    """Write down what became of a correction, and who decided."""
    change.outcome, change.decided_at, change.decided_by = outcome, now(), person_id
    await note(
        session,
        change.partner_id,
        _EVENTS[outcome],
        person_id=person_id,
        detail={"change_id": str(change.id)},
    )
