"""Keys of partners' systems: made, listed and revoked by those who keep the directory."""

from uuid import UUID

from fastapi import APIRouter, Response

from models.partner_vocabulary import PartnerStatus
from security.tokens import new_partner_key, token_hash
from storage.partner_keys import make_key, partner_keys, revoke_partner_key
from web.authentication import DirectoryKeeper
from web.errors import ApiError
from web.partner_schemas import NewPartnerKey, PartnerKeyList, PartnerKeyRevoked, PartnerKeyView
from web.partners import found_partner
from web.services import Work

router = APIRouter(prefix="/partners/{partner_id}/keys", tags=["directory"])


@router.post("")
async def create_key(
    partner_id: str, services: Work, caller: DirectoryKeeper, response: Response
) -> NewPartnerKey:
    """Make a key for a partner's system. It is shown once: hand it over on a safe channel."""
    key = new_partner_key()
    async with services.database.transaction() as session:
        partner = (await found_partner(session, partner_id)).partner
        if partner.status in {PartnerStatus.ENDED, PartnerStatus.COMPROMISED}:
            raise ApiError(
                409, f"The partner is {partner.status}; no key of it opens anything.", "Set it active first."
            )
        row = await make_key(session, partner, token_hash(key), caller.person_id)
    response.headers["Cache-Control"] = "no-store"
    return NewPartnerKey(id=partner.slug, key_id=row.id, key=key)


@router.get("")
async def list_keys(
    partner_id: str, services: Work, _caller: DirectoryKeeper, response: Response
) -> PartnerKeyList:
    """List every key that a partner's system got."""
    async with services.database.transaction() as session:
        partner = (await found_partner(session, partner_id)).partner
        holders = await partner_keys(session, partner.slug)
    response.headers["Cache-Control"] = "no-store"
    return PartnerKeyList(
        keys=[
            PartnerKeyView(
                key_id=key.id,
                created_at=key.created_at,
                last_used_at=key.last_used_at,
                revoked_at=key.revoked_at,
            )
            for _, key in holders
        ]
    )


@router.delete("/{key_id}")
async def revoke_key(
    partner_id: str, key_id: UUID, services: Work, caller: DirectoryKeeper
) -> PartnerKeyRevoked:
    """Revoke a key of a partner's system: it opens nothing from this moment on."""
    async with services.database.transaction() as session:
        partner = (await found_partner(session, partner_id)).partner
        if not await revoke_partner_key(session, key_id, caller.person_id, partner_id=partner.id):
            raise ApiError(404, "There is no live key with this id.", "List the keys of the partner.")
    return PartnerKeyRevoked(id=partner.slug, key_id=key_id)
