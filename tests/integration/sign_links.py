"""Sign links of an opened sign-on, as a message would carry them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.messages import Purpose
from models.outbox import Delivery
from models.partners import Invitation, Partner
from security.tokens import new_token, token_hash
from storage import sign_on
from storage.sign_on import OpenedLink
from tests.integration.outbox_cases import Case


async def sign_link(case: Case, slug: str) -> str:
    """Issue a link to a partner and return its token; the sign-on must be open."""
    await case.freeze(Purpose.INVITATION)
    token = new_token()
    async with case.database.transaction() as session:
        found = await session.exec(
            select(Invitation.id, Delivery.id)
            .join(Partner, Partner.id == Invitation.partner_id)  # type: ignore[arg-type]
            .join(Delivery, Delivery.invitation_id == Invitation.id)  # type: ignore[arg-type]
            .where(Partner.slug == slug, Invitation.document_id == case.document.document_id)
        )
        invitation_id, delivery_id = found.first() or (None, None)
        assert invitation_id
        assert delivery_id
        await sign_on.issue_link(session, invitation_id, delivery_id, token_hash(token))
    return token


@asynccontextmanager
async def opened(case: Case, token: str) -> AsyncIterator[tuple[AsyncSession, OpenedLink]]:
    """Open a link as a partner's POST does."""
    async with case.database.transaction() as session:
        link = await sign_on.opened_link(session, token_hash(token), lock=True)
        assert link
        yield session, link
