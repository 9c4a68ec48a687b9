"""The offices that a case addresses: which of them can be written to, and adding addresses to them."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Target, TargetAddress
from models.records import EventKind
from models.submissions import Submission
from models.vocabulary import Audience
from storage.audiences import UNREACHABLE_TARGETS
from storage.records import record

_UNREACHABLE = text(UNREACHABLE_TARGETS)


class Unreachable(NamedTuple):
    """A target without an address that can be written to: its number, and its names by language."""

    number: int
    offices: dict[str, str]


async def unreachable_targets(session: AsyncSession, action: UrgentAction) -> list[Unreachable]:
    """List the targets of a release that have no address that can be written to now."""
    if Audience.TARGETS not in action.policy["release"]["audiences"]:
        return []
    found = await session.execute(_UNREACHABLE, {"action_id": action.id})
    return [Unreachable(number, offices) for number, offices in found]


async def target_at(session: AsyncSession, action_id: UUID, number: int) -> Target | None:
    """Find a target by its number, counted from 0 as in the case."""
    found = await session.exec(select(Target).where(Target.action_id == action_id, Target.position == number))
    return found.one_or_none()


async def targets_of(session: AsyncSession, action_id: UUID) -> list[Target]:
    """List whom a case addresses, in its order."""
    query = select(Target).where(Target.action_id == action_id).order_by(col(Target.position))
    return list(await session.exec(query))


def place_of(one: Target | Submission) -> dict[str, Any]:
    """Say for the audit trail which target or submission something is about."""
    return {"target": one.position} if isinstance(one, Target) else {"submission": one.digest.hex()}


async def add_address(
    session: AsyncSession, action: UrgentAction, target: Target, address: TargetAddress, person_id: UUID
) -> None:
    """Put another address behind those that a target has; it counts from the next release on."""
    last = await session.exec(
        select(func.max(TargetAddress.position)).where(col(TargetAddress.target_id) == target.id)
    )
    address.position = (last.one() or 0) + 1
    session.add(address)
    detail = {
        "target": target.position,
        "channel": address.channel,
        "valid_until": address.valid_until and address.valid_until.isoformat(),
    }
    await record(session, action.id, EventKind.TARGET_ADDRESS_ADDED, person_id, detail)
