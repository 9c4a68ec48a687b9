"""Which partner's system calls: keys that are bound to one partner and open nothing else."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict
from structlog.contextvars import bind_contextvars

from models.columns import now
from security.tokens import token_hash
from storage.partner_keys import live_partner_key
from storage.people import live_key
from web.errors import ApiError
from web.services import Work

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="PartnerKey",
    description="A key of a partner's system; people's keys do not open it.",
)


class CallingPartner(BaseModel):
    """The partner whose key a request carries."""

    model_config = ConfigDict(frozen=True)

    partner_id: UUID
    key_id: UUID


async def calling_partner(
    services: Work,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> CallingPartner:
    """Find the partner behind the bearer key; answer 401 to what is no key, 403 to a person's."""
    if credentials is None:
        raise ApiError(401, "A key is needed.", "Send the header `Authorization: Bearer KEY`.")
    key_hash = token_hash(credentials.credentials)
    async with services.database.transaction() as session:
        holder = await live_partner_key(session, key_hash)
        if holder is None and await live_key(session, key_hash):
            raise ApiError(403, "Your key may not do that.", "It needs the key of a partner's system.")
        if holder is None:
            raise ApiError(401, "The key is not known.", "It may be revoked: ask the network for a new one.")
        holder.key.last_used_at = now()
    bind_contextvars(partner_id=str(holder.partner.id))
    return CallingPartner(partner_id=holder.partner.id, key_id=holder.key.id)


PartnerSystem = Annotated[CallingPartner, Depends(calling_partner)]
