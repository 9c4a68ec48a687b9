"""The network's logo, from our own origin: a page asks nobody else for anything."""

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from web.services import Work

router = APIRouter(include_in_schema=False)

# Its name changes with the picture.
_KEPT = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'",
}


@router.api_route("/logo/{name}", methods=["GET", "HEAD"])
async def logo(name: str, services: Work) -> Response:
    """Answer with the logo, for good."""
    if services.logo is None or name != services.logo.name:
        raise HTTPException(404)
    return Response(services.logo.content, media_type=services.logo.media_type, headers=_KEPT)
