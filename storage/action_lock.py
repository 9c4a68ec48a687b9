"""Who waits for whom at one action: senders and signers share it, a decision has it alone.

Not the lock of the action's row: while an update waits for `FOR SHARE` lockers, new ones may still join them,
so that many senders could keep a stop waiting for as long as they have messages. Whoever asks for an advisory
lock queues up behind those who asked before: a decision waits for what is under way, and for nothing else.

Each function is a statement of its own, to be called before anything of the action is read or locked: the
next statement then sees all that was committed by whoever was waited for.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_KEY = "hashtextextended('urgent_action:' || CAST(:action_id AS text), 0)"
SHARED: Final = f"pg_advisory_xact_lock_shared({_KEY})"
"""What takes the shared lock, for a statement that tells something that never changes; see `share_action`."""

SHARE: Final = text(f"SELECT {SHARED}")
_HAVE_ALONE = text(f"SELECT pg_advisory_xact_lock({_KEY})")


async def share_action(session: AsyncSession, action_id: UUID) -> None:
    """Keep decisions about an action out until this transaction ends; wait for those asked for before."""
    await session.execute(SHARE, {"action_id": str(action_id)})


async def have_action_alone(session: AsyncSession, action_id: UUID) -> None:
    """Keep everybody else out until this transaction ends; wait for those who are under way."""
    await session.execute(_HAVE_ALONE, {"action_id": str(action_id)})
