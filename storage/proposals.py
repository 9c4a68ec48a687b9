"""Signatures that a contact proposes, and what becomes of them before an approver confirms one."""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.proposals import Proposal, ProposalState
from models.records import Addressee, EventKind
from storage.records import announce, record, request_nudge
from storage.reminders import one_at_a_time

MOST_APPROVERS: Final = 3
"""How many approvers a contact may ask for one invitation, in all: each gets a mail from us."""

_END_OPEN: Final = text(f"""
    UPDATE proposal SET ended_at = :ended_at,
        state = CASE id WHEN :confirmed THEN '{ProposalState.CONFIRMED}'
                        ELSE '{ProposalState.OVERTAKEN}' END
    WHERE invitation_id = :invitation_id AND state = '{ProposalState.OPEN}'
""")

_EVENTS: Final = {
    ProposalState.TAKEN_BACK: EventKind.PROPOSAL_TAKEN_BACK,
    ProposalState.DECLINED: EventKind.PROPOSAL_DECLINED,
}


async def proposals_of(session: AsyncSession, invitation_id: UUID) -> list[Proposal]:
    """List the proposals of an invitation, newest first."""
    query = select(Proposal).where(Proposal.invitation_id == invitation_id)
    return list(await session.exec(query.order_by(col(Proposal.proposed_at).desc())))


async def may_propose(session: AsyncSession, invitation_id: UUID) -> bool:
    """Tell whether a contact may ask one more approver."""
    counted = await session.exec(select(func.count()).where(Proposal.invitation_id == invitation_id))
    return counted.one() < MOST_APPROVERS


async def propose(session: AsyncSession, action_id: UUID, document_id: UUID, wanted: Proposal) -> None:
    """Ask an approver; the invitation must be locked, with nothing proposed and one more allowed."""
    await one_at_a_time(session, document_id)
    session.add(wanted)
    await _recorded(session, action_id, EventKind.SIGNATURE_PROPOSED, wanted)
    await request_nudge(session, action_id, Addressee.ACTION)


async def end(
    session: AsyncSession, action_id: UUID, proposal: Proposal, state: ProposalState, ended_by: str
) -> None:
    """End an open proposal without a signature; its invitation must be locked."""
    proposal.state, proposal.ended_at, proposal.ended_by = state, now(), ended_by
    await _recorded(session, action_id, _EVENTS[state], proposal)


async def decline(
    session: AsyncSession, action_id: UUID, document_id: UUID, proposal: Proposal, ended_by: str
) -> None:
    """End an open proposal by its approver's no, and have the contact told; its invitation must be locked."""
    await one_at_a_time(session, document_id)
    await end(session, action_id, proposal, ProposalState.DECLINED, ended_by)
    await request_nudge(session, action_id, Addressee.ACTION)


async def end_open(session: AsyncSession, invitation_id: UUID, *, confirmed: UUID | None) -> None:
    """End what was proposed once the partner has answered: by that very proposal, or otherwise."""
    ended = {"invitation_id": invitation_id, "confirmed": confirmed, "ended_at": now()}
    await session.execute(_END_OPEN, ended)


async def _recorded(session: AsyncSession, action_id: UUID, kind: EventKind, proposal: Proposal) -> None:
    detail = {"proposal_id": str(proposal.id), "invitation_id": str(proposal.invitation_id)}
    await record(session, action_id, kind, detail=detail)
    await announce(session, action_id)
