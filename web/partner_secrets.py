"""Replacing the secrets by which partners' systems check what we send them."""

from datetime import timedelta

from fastapi import APIRouter, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.partners import Partner
from security.sealed_places import api_secret_place, former_secret_place
from security.tokens import new_webhook_secret
from storage import directory, partner_secrets
from web.authentication import DirectoryKeeper
from web.errors import ApiError
from web.partner_rows import opened_secret
from web.partner_schemas import FormerSecretView, SecretRequest, SecretView
from web.partners import found_partner
from web.services import Work

router = APIRouter(prefix="/partners/{partner_id}/secret", tags=["directory"])


@router.post("")
async def replace_secret(
    partner_id: str, services: Work, caller: DirectoryKeeper, wanted: SecretRequest, response: Response
) -> SecretView:
    """Replace the secret of a partner's system by a new one, which is shown this once.

    For the days of overlap each message carries two signatures, so that the partner may change over when it
    likes. Hand the new secret over on a safe channel.
    """
    secret, until = new_webhook_secret(), now() + timedelta(days=wanted.overlap_days)
    async with services.database.transaction() as session:
        partner, url, sealed = await _with_system(session, partner_id)
        if wanted.overlap_days and partner_secrets.is_being_replaced(partner):
            raise ApiError(
                409,
                "The secret is being replaced already.",
                "End that: starter.py partners end-rotation ID; or replace it with an overlap of 0 days.",
            )
        former = opened_secret(services.cipher, url, sealed)
        await partner_secrets.replace_secret(
            session,
            partner,
            services.cipher.seal(secret, context=api_secret_place(url)),
            services.cipher.seal(former, context=former_secret_place(url)),
            until,
            caller.person_id,
        )
    response.headers["Cache-Control"] = "no-store"
    return SecretView(id=partner.slug, secret=secret, former_until=until if wanted.overlap_days else None)


@router.delete("/former")
async def end_former(partner_id: str, services: Work, caller: DirectoryKeeper) -> FormerSecretView:
    """Sign with the new secret alone from now on, since the partner has changed over."""
    async with services.database.transaction() as session:
        partner, _, _ = await _with_system(session, partner_id)
        ended = await partner_secrets.end_former_secret(session, partner, caller.person_id)
    return FormerSecretView(id=partner.slug, ended=ended)


async def _with_system(session: AsyncSession, partner_id: str) -> tuple[Partner, str, bytes]:
    """Find a partner that has a system, while nobody else changes the directory."""
    await directory.have_directory_alone(session)
    partner = (await found_partner(session, partner_id)).partner
    if partner.api_url is None or partner.sealed_api_secret is None:
        raise ApiError(409, "The partner has no system of its own.", "Import it with `api` first.")
    return partner, partner.api_url, partner.sealed_api_secret
