"""What a coordinators' screen shows of an action, and the links that lead to it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from models.documents import Document
from models.records import EventKind
from models.screens import ScreenLink
from models.sign_on_messages import SignOnStatus
from storage.documents import current_versions
from storage.records import record
from storage.sign_on import sign_on_of, sign_on_status
from storage.signatures import PublicSignature, signed_by


class OpenedScreen(NamedTuple):
    """What a link opens."""

    link: ScreenLink
    action: UrgentAction


class Signing(NamedTuple):
    """How far the signing of a document has come, without anybody's name but those signed in public."""

    document: Document
    status: SignOnStatus
    signatories: list[PublicSignature]
    quorum: int
    organisations: int
    """For how many the signatures stand, with the members of collectives; each counted once."""


async def make_screen_link(
    session: AsyncSession, action: UrgentAction, token_hash: bytes, person_id: UUID, expires_at: datetime
) -> ScreenLink:
    """Make a link to the screen of an action."""
    made = ScreenLink(action_id=action.id, token_hash=token_hash, made_by=person_id, expires_at=expires_at)
    session.add(made)
    detail = {"screen_link_id": str(made.id)}
    await record(session, action.id, EventKind.SCREEN_LINKED, person_id, detail)
    return made


async def revoke_screen_links(session: AsyncSession, action: UrgentAction, person_id: UUID) -> int:
    """Revoke every link to the screen of an action, and return how many opened it until now."""
    revoked = await session.execute(
        update(ScreenLink)
        .where(
            col(ScreenLink.action_id) == action.id,
            col(ScreenLink.revoked_at).is_(None),
            col(ScreenLink.expires_at) > now(),
        )
        .values(revoked_at=now())
        .returning(col(ScreenLink.id))
    )
    count = len(list(revoked.scalars()))
    if count:
        await record(session, action.id, EventKind.SCREENS_REVOKED, person_id, {"count": count})
    return count


async def opened_screen(session: AsyncSession, token_hash: bytes) -> OpenedScreen | None:
    """Find what a token opens."""
    found = await session.exec(
        select(ScreenLink, UrgentAction)
        .join(UrgentAction, col(UrgentAction.id) == ScreenLink.action_id)
        .where(
            ScreenLink.token_hash == token_hash,
            col(ScreenLink.revoked_at).is_(None),
            col(ScreenLink.expires_at) > now(),
        )
    )
    row = found.one_or_none()
    return OpenedScreen(*row) if row else None


async def signing_of(session: AsyncSession, action: UrgentAction) -> Signing | None:
    """Read how the newest document stands that partners may sign, or could; None before there is one."""
    versions = await current_versions(session, action.id)
    opened = [one for one in versions if one.document.sign_on_opened_at is not None]
    asked = sign_on_of(action, opened[-1].document) if opened else None
    if asked is None:
        return None
    document, version = opened[-1]
    signed = await signed_by(session, document.id, version.digest)
    status = await sign_on_status(session, document.id)
    return Signing(document, status, signed.named, asked["quorum"], signed.organisations.total)
