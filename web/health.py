"""Whether the process lives, and whether what it needs answers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from storage.database import UNAVAILABLE
from web.schemas import Health
from web.services import Services, services_of

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> Health:
    """Answer as long as the process serves."""
    return Health(status="live")


@router.get("/ready")
async def ready(services: Annotated[Services, Depends(services_of)], response: Response) -> Health:
    """Answer 200 where intake is safe: the database answers. Temporal may be away, and is named."""
    temporal = "up" if await services.gateway.ping() else "down"
    try:
        await services.database.ping()
    except UNAVAILABLE:
        response.status_code = 503
        return Health(status="not ready", database="down", temporal=temporal)
    return Health(status="ready", database="up", temporal=temporal)
