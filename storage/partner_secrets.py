"""Replacing the secret of a partner's system, which for a while may check with the one before as well."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.partner_vocabulary import PartnerEventKind
from models.partners import Partner
from storage.partners import note


def is_being_replaced(partner: Partner) -> bool:
    """Tell whether messages are signed with the secret before as well."""
    return partner.former_secret_until is not None and partner.former_secret_until > now()


async def replace_secret(
    session: AsyncSession,
    partner: Partner,
    sealed: bytes,
    sealed_former: bytes,
    until: datetime,
    person_id: UUID,
) -> None:
    """Sign with a new secret, and until a date with the one before as well."""
    partner.sealed_api_secret, partner.sealed_former_secret = sealed, sealed_former
    partner.former_secret_until = until
    partner.updated_at = now()
    detail = {"until": until.isoformat()}
    await note(session, partner.id, PartnerEventKind.SECRET_REPLACED, person_id=person_id, detail=detail)


async def end_former_secret(session: AsyncSession, partner: Partner, person_id: UUID) -> bool:
    """Sign with the new secret alone from now on; False where that is so already."""
    if not is_being_replaced(partner):
        return False
    partner.former_secret_until = partner.updated_at = now()
    await note(session, partner.id, PartnerEventKind.FORMER_SECRET_ENDED, person_id=person_id)
    return True
