"""The claim within what providers may be given: one transaction takes messages and allowance, or neither."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import Batch
from models.outbox import Delivery
from models.providers import Limits
from storage import claims, providers
from storage.action_lock import share_action
from storage.providers import Allowance


class LimitedClaim(NamedTuple):
    """What was allowed, and what was claimed for it."""

    allowance: Allowance
    deliveries: list[Delivery]


async def claim_within(
    session: AsyncSession,
    batch: Batch,
    claim_id: UUID,
    *,
    after: int,
    limit: int,
    offers: Sequence[Limits],
    provider: str,
) -> LimitedClaim:
    """Claim what the first of the offered providers may be given, up to `limit`; see `claims.claim`.

    Without an offer, claim `limit` messages for `provider`. The action is shared before the provider's row is
    locked: so a decision waits for claims under way, and no claim of another action waits for the decision.
    """
    allowance = Allowance(provider, limit)
    if offers:
        await share_action(session, batch.action_id)
        allowance = await providers.allow(session, offers, limit)
    if not allowance.messages:
        return LimitedClaim(allowance, [])
    claimed = await claims.claim(
        session, batch, claim_id, after=after, limit=allowance.messages, provider=allowance.provider
    )
    if len(claimed) < allowance.messages:
        await providers.give_back(session, allowance, len(claimed))
    return LimitedClaim(allowance, claimed)
