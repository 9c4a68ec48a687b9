"""A partner that was compromised, and how it comes back."""

from fastapi import APIRouter

from models.partner_vocabulary import PartnerStatus
from storage import compromise, directory
from web.authentication import Coordinator
from web.errors import ApiError
from web.partner_schemas import CompromisedView, RestoredView
from web.partners import found_partner
from web.services import Work

router = APIRouter(prefix="/partners/{partner_id}", tags=["directory"])


@router.post("/compromised")
async def compromised(partner_id: str, services: Work, caller: Coordinator) -> CompromisedView:
    """Revoke every link of a partner at once, and doubt its signatures until it confirms them.

    What is doubted is neither counted nor named, and in no later release. It is invited no more. Doing it
    again revokes what was issued since.
    """
    async with services.database.transaction() as session:
        await directory.have_directory_alone(session)
        partner = (await found_partner(session, partner_id)).partner
        done = await compromise.compromise(session, partner, caller.person_id)
    services.feed.anything.set()
    return CompromisedView(id=partner.slug, invitations=done.invitations, doubted=done.doubted)


@router.post("/restore")
async def restore(partner_id: str, services: Work, caller: Coordinator) -> RestoredView:
    """Have a partner asked, at its registered address as it is now, to confirm each doubted signature.

    Correct that address first. Its links to sign stay revoked until you reissue them.
    """
    async with services.database.transaction() as session:
        await directory.have_directory_alone(session)
        partner = (await found_partner(session, partner_id)).partner
        if partner.status is not PartnerStatus.COMPROMISED:
            raise ApiError(409, "This partner was not compromised.", "Look: starter.py partners show ID.")
        asked = await compromise.restore(session, partner, caller.person_id)
    services.feed.anything.set()
    return RestoredView(id=partner.slug, asked=asked)
