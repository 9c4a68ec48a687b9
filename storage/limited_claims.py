"""The claim within what providers may be given: one transaction takes messages and allowance, or neither."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import Batch
from models.outbox import Delivery
from models.providers import Limits
from models.sms_budget import SmsBudget
from storage import claims, providers
from storage.action_lock import share_action
from storage.providers import Allowance


class Terms(NamedTuple):
    """What bounds claims: for which provider they are, or for which of several, and what texts may cost."""

    provider: str
    offers: Sequence[Limits] = ()
    sms_budget: SmsBudget | None = None


class LimitedClaim(NamedTuple):
    """What was allowed, and what was claimed for it."""

    allowance: Allowance
    deliveries: list[Delivery]


async def claim_within(
    session: AsyncSession, batch: Batch, claim_id: UUID, terms: Terms, *, after: int, limit: int
) -> LimitedClaim:
    """Claim what the first of the offered providers may be given, up to `limit`; see `claims.claim`.

    Without an offer, claim `limit` messages for the provider. The action is shared before the provider's row
    is locked: so a decision waits for claims under way, and no claim of another action waits for a decision.
    """
    allowance = Allowance(terms.provider, limit)
    if terms.offers:
        await share_action(session, batch.action_id)
        allowance = await providers.allow(session, terms.offers, limit)
    if not allowance.messages:
        return LimitedClaim(allowance, [])
    claimed = await claims.claim(
        session,
        batch,
        claim_id,
        after=after,
        limit=allowance.messages,
        provider=allowance.provider,
        sms_budget=terms.sms_budget,
    )
    if len(claimed) < allowance.messages:
        await providers.give_back(session, allowance, len(claimed))
    return LimitedClaim(allowance, claimed)
