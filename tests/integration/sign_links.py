"""Sign links of an opened sign-on, as a message would carry them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.messages import Purpose
from models.outbox import Delivery
from models.partners import Invitation, Partner, Signature
from models.vocabulary import Answer, SignatureVisibility
from security.tokens import new_token, token_hash
from storage import answers, sign_links
from storage.answers import GivenAnswer
from storage.sign_links import OpenedLink
from tests.integration.outbox_cases import Case

SIGNED = GivenAnswer(Answer.SIGNED, SignatureVisibility.PUBLIC, "Ana", "Directora")
DECLINED = GivenAnswer(Answer.DECLINED, SignatureVisibility.PUBLIC, "Ana")


async def sign_link(case: Case, slug: str, lasts: timedelta = timedelta(days=90)) -> str:
    """Issue a link to a partner and return its token; the sign-on must be open."""
    await case.freeze(Purpose.INVITATION)
    return await _issued(case, slug, lasts)


async def reissued_link(case: Case, slug: str) -> str:
    """Issue a link to a partner whose links were revoked, and that waits for another."""
    await case.freeze(Purpose.SIGN_LINK)
    return await _issued(case, slug)


async def _issued(case: Case, slug: str, lasts: timedelta = timedelta(days=90)) -> str:
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
        await sign_links.issue_link(session, invitation_id, delivery_id, token_hash(token), now() + lasts)
    return token


@asynccontextmanager
async def opened(case: Case, token: str) -> AsyncIterator[tuple[AsyncSession, OpenedLink]]:
    """Open a link as a partner's POST does."""
    async with case.database.transaction() as session:
        link = await sign_links.opened_link(session, token_hash(token), lock=True)
        assert link
        yield session, link


async def answered(case: Case, slug: str, given: GivenAnswer = SIGNED) -> Signature:
    """Have a partner answer by a link of its own, over whatever it answered before."""
    async with opened(case, await sign_link(case, slug)) as (session, link):
        follows = link.answer.id if link.answer else None
        return await answers.answer(session, link, given._replace(follows=follows))
