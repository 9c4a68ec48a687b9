"""Links to the live page of an action, for coordinators' screens."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from models.columns import now
from security.tokens import new_token, token_hash
from storage.screens import make_screen_link, revoke_screen_links
from web.actions import found
from web.authentication import Coordinator
from web.pages import SCREENS
from web.schemas import Request, Schema
from web.services import Work

router = APIRouter(prefix="/actions/{reference}/screens", tags=["actions"])

LONGEST_HOURS = 31 * 24


class ScreenRequest(Request):
    """For how long a link shall open the page."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hours": 12}]})

    hours: Annotated[int, Field(strict=True, ge=1, le=LONGEST_HOURS)]


class ScreenView(Schema):
    """A link to the live page; it is shown this once."""

    id: UUID
    url: str
    expires_at: datetime


class RevokedView(Schema):
    """How many links opened the page until now."""

    revoked: int


@router.post("", status_code=201)
async def make(reference: str, body: ScreenRequest, services: Work, caller: Coordinator) -> ScreenView:
    """Make a link at which anybody sees, without a key, how the signing of an action goes."""
    token = new_token()
    async with services.database.transaction() as session:
        action = await found(session, reference)
        expires_at = now() + timedelta(hours=body.hours)
        made = await make_screen_link(session, action, token_hash(token), caller.person_id, expires_at)
    url = f"{services.public_url.rstrip('/')}{SCREENS}{token}"
    return ScreenView(id=made.id, url=url, expires_at=made.expires_at)


@router.post("/revocation")
async def revoke(reference: str, services: Work, caller: Coordinator) -> RevokedView:
    """Revoke every link to the live page of an action."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        return RevokedView(revoked=await revoke_screen_links(session, action, caller.person_id))
