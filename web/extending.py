"""Having an action expire later."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.falling_due import after
from models.lifecycle import Decision, Refusal
from models.problems import InvalidInput, Problem
from storage.expiry import expiry_of
from storage.extending import extend as extend_action
from web.actions import found
from web.authentication import Coordinator
from web.decisions import allowed
from web.errors import refused
from web.schemas import Request, Schema
from web.services import Services, Work
from web.window_schemas import Moment

router = APIRouter(prefix="/actions/{reference}", tags=["follow-up"])


class ExtensionRequest(Request):
    """Until when, or by how many days from the moment at which it expires now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"days": 42}]})

    until: Moment | None = None
    days: Annotated[int, Field(ge=1, le=7_320)] | None = None


class ExtensionView(Schema):
    """When the action expires now."""

    reference: str
    expires_at: datetime


@router.post("/extend")
async def extend(
    reference: str, wanted: ExtensionRequest, services: Work, caller: Coordinator
) -> ExtensionView:
    """Have the action expire later; its check-ins stay, and its warning comes before the new end."""
    if (wanted.until is None) is (wanted.days is None):
        rule = "must be given, or until, and not both"
        raise InvalidInput([Problem(field="days", rule=rule, remedy="Write one of the two.")])
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await allowed(session, action, Decision.EXTEND)
        until = _wanted(services, action, wanted)
        await _extend(session, services, action, until, caller)
    services.feed.anything.set()
    return ExtensionView(reference=reference, expires_at=until)


def _wanted(services: Services, action: UrgentAction, wanted: ExtensionRequest) -> datetime:
    if wanted.until:
        return wanted.until
    if action.released_at is None:
        raise refused(Refusal.NOT_FOLLOWED_UP)
    end = expiry_of(action, action.released_at, services.time_zone)
    return after(end, timedelta(days=wanted.days or 0), services.time_zone)


async def _extend(
    session: AsyncSession, services: Services, action: UrgentAction, until: datetime, caller: Coordinator
) -> None:
    refusal = await extend_action(session, action, until, caller.person_id, services.time_zone)
    if refusal:
        raise refused(refusal)
