"""Whether the process lives, and whether what it needs answers."""

from fastapi import APIRouter, Response

from storage.database import UNAVAILABLE
from web.schemas import Health
from web.services import Work

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> Health:
    """Answer as long as the process serves."""
    return Health(status="live")


@router.get("/ready")
async def ready(services: Work, response: Response) -> Health:
    """Answer 200 where intake is safe: the database answers. Temporal may be away, and is named."""
    temporal = "up" if await services.gateway.ping() else "down"
    try:
        await services.database.ping()
    except UNAVAILABLE:
        response.status_code = 503
        return Health(status="not ready", database="down", temporal=temporal)
    return Health(status="ready", database="up", temporal=temporal)
