"""One transaction of a turnstile in few round trips: what is done is settled, and who goes next handed over.

It asks what `handing_over.py` asks, but all of it at once (libpq's pipeline mode), and past SQLAlchemy, which
waits for each answer: on a busy machine, waiting is most of what a small transaction costs.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.audit import ChainHead
from models.messages import Purpose
from models.records import EventKind
from storage.action_lock import SHARE
from storage.driver import ask, driver_of
from storage.handing_over import SETTLE, Claimed, Settled, asked_for, outcomes_of, tell_of_parked
from storage.inviting import tell_of_missed
from storage.message_events import Changed, record_states, states_of
from storage.records import ANNOUNCE, APPEND, LOCK_HEAD, announce, announcement, appended


async def settle_and_hand_over(
    session: AsyncSession,
    action_id: UUID,
    settled: Sequence[Settled],
    claimed: Mapping[Purpose, Sequence[Claimed]],
) -> set[UUID]:
    """Record outcomes, and pass the last gate with messages by their purposes; return which passed."""
    driver = await driver_of(session)
    async with driver.pipeline():
        if claimed:
            await ask(driver, SHARE, {"action_id": str(action_id)})
        outcomes = [await ask(driver, SETTLE, outcomes_of(settled))] if settled else []
        gates = [await ask(driver, *asked_for(one, action_id, some)) for one, some in claimed.items()]
        # Locked last: rows of deliveries come before the chain's head, for everybody.
        heads = [await ask(driver, LOCK_HEAD, {"action_id": action_id})] if settled else []
        changed = [Changed(*row) for answer in outcomes for row in await answer.fetchall()]
        passed = {row[0] for answer in gates for row in await answer.fetchall()}
        head = await heads[0].fetchone() if heads else None
        if head is not None and changed:
            await ask(
                driver,
                APPEND,
                appended(ChainHead(*head), action_id, EventKind.SETTLED, None, states_of(changed)),
            )
            await ask(driver, ANNOUNCE, announcement(action_id))
    if head is None and changed:
        await record_states(session, action_id, changed)
        await announce(session, action_id)
    await tell_of_missed(session, action_id, changed)
    await tell_of_parked(session, action_id, settled)
    return passed
