"""Who calls: bearer keys of people with roles."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.contextvars import bind_contextvars

from models.columns import now
from models.vocabulary import Role
from security.tokens import token_hash
from storage.partner_keys import live_partner_key
from storage.people import live_key
from web.errors import ApiError
from web.services import Work

_bearer = HTTPBearer(auto_error=False, description="A key made by the operator: `admin.py keys create`.")


class Caller(BaseModel):
    """The person whose key a request carries."""

    model_config = ConfigDict(frozen=True)

    person_id: UUID
    roles: frozenset[Role]


async def caller(
    services: Work,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Caller:
    """Find the person behind the bearer key, or answer 401."""
    if credentials is None:
        raise ApiError(401, "A key is needed.", "Send the header `Authorization: Bearer KEY`.")
    async with services.database.transaction() as session:
        holder = await live_key(session, token_hash(credentials.credentials))
        if holder is None:
            raise await _not_hers(session, credentials.credentials)
        holder.key.last_used_at = now()
    bind_contextvars(person_id=str(holder.person.id))
    return Caller(person_id=holder.person.id, roles=frozenset(Role(role) for role in holder.person.roles))


async def _not_hers(session: AsyncSession, key: str) -> ApiError:
    if await live_partner_key(session, token_hash(key)):
        return ApiError(
            403, "Your key may not do that.", "A partner's key opens what was released to it alone."
        )
    return ApiError(401, "The key is not known.", "It may be revoked: ask the operator for a new one.")


def with_role(*roles: Role) -> Callable[[Caller], Awaitable[Caller]]:
    """Make a dependency that lets people with one of the roles pass, and answers 403 to others."""

    async def check(calling: Annotated[Caller, Depends(caller)]) -> Caller:
        if calling.roles.isdisjoint(roles):
            names = " or ".join(roles)
            raise ApiError(403, "Your key may not do that.", f"It needs the role {names}.")
        return calling

    return check


CaseReader = Annotated[Caller, Depends(with_role(Role.COORDINATOR, Role.VERIFIER))]
Coordinator = Annotated[Caller, Depends(with_role(Role.COORDINATOR))]
Verifier = Annotated[Caller, Depends(with_role(Role.VERIFIER))]
DirectoryKeeper = Annotated[Caller, Depends(with_role(Role.COORDINATOR, Role.ADMIN))]
KeyHolder = Annotated[Caller, Depends(with_role(*Role))]
