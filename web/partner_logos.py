"""Partners' logos."""

import asyncio
from hashlib import sha256

from fastapi import APIRouter, Request, Response

from models.partner_records import PartnerLogo
from models.problems import InvalidInput, Problem
from security.logos import UnusableLogoError, clean_logo
from storage import partners
from web.authentication import DirectoryKeeper, KeyHolder
from web.errors import ApiError
from web.partner_schemas import LogoView
from web.partners import found_partner, logo_view
from web.services import Work

router = APIRouter(prefix="/partners/{partner_id}/logo", tags=["directory"])


@router.put("")
async def set_logo(partner_id: str, services: Work, caller: DirectoryKeeper, request: Request) -> LogoView:
    """Give a partner a logo: the body is a PNG, JPEG or WebP of at most 1 MB.

    It is kept as a PNG of at most 320 by 160 pixels, without anything that the file held beside the picture.
    """
    data = await request.body()
    async with services.database.transaction() as session:
        partner_row_id = (await found_partner(session, partner_id)).partner.id
    try:
        clean = await asyncio.to_thread(clean_logo, data)
    except UnusableLogoError as error:
        problem = Problem(field="logo", rule=error.rule, remedy=error.remedy)
    else:
        logo = PartnerLogo(partner_id=partner_row_id, sha256=sha256(clean.png).digest(), **clean._asdict())
        async with services.database.transaction() as session:
            await partners.keep_logo(session, logo, caller.person_id)
        return logo_view(logo)
    raise InvalidInput([problem])


@router.get("", response_class=Response, responses={200: {"content": {"image/png": {}}}})
async def logo_as_png(partner_id: str, services: Work, _caller: KeyHolder) -> Response:
    """Show a partner's logo."""
    async with services.database.transaction() as session:
        await found_partner(session, partner_id)
        logo = await partners.logo_of(session, partner_id)
    if logo is None:
        raise ApiError(404, "This partner has no logo.", "Give it one: starter.py partners logo ID FILE.")
    return Response(logo.png, media_type="image/png", headers={"ETag": f'"{logo.sha256.hex()}"'})
