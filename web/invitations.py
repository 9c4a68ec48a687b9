"""The links of invitations: who has one, revoking them, and sending another."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.lifecycle import ENDED, Refusal
from storage.directory import partner_by_slug
from storage.invitations import Invited, invited, reissue_link, revoke_links
from storage.standing import phase_of
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.errors import ApiError, refused
from web.partners import refuse_compromised
from web.services import Work
from web.sign_on_schemas import InvitationList, InvitationView

router = APIRouter(prefix="/actions/{reference}/invitations", tags=["invitations"])

PartnerId = Annotated[str, Path(max_length=64, description="The partner's stable id.")]
Number = Annotated[
    int | None,
    Query(ge=1, le=9_999, description="Which document; else the newest that it was invited to."),
]


@router.get("")
async def invitations(reference: str, services: Work, _caller: CaseReader) -> InvitationList:
    """List the invited partners and whether a link of theirs opens the page. Answers are listed elsewhere."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        return await _listed(session, action)


@router.post("/{partner}/link", status_code=202)
async def reissue(
    reference: str, partner: PartnerId, services: Work, caller: Coordinator, document: Number = None
) -> InvitationList:
    """Revoke the partner's links to a document and send it a new one, also after the window or an answer.

    Its links to other documents stay as they are, live or revoked. On hold the message waits. What is
    answered is the partner's invitations.
    """
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        if phase_of(action) in ENDED:
            raise refused(Refusal.ALREADY_ENDED)
        await _refuse_compromised(session, partner)
        if "\0" in partner or not await reissue_link(session, action, partner, caller.person_id, document):
            raise _never_invited()
        listed = await _listed(session, action, partner)
    services.feed.anything.set()
    return listed


@router.delete("/{partner}/link")
async def revoke(reference: str, partner: PartnerId, services: Work, caller: CaseReader) -> InvitationList:
    """Revoke the partner's links to all documents, and send it nothing, until one is reissued.

    Nor do later documents send it a link by themselves. Its answers stay. What is answered is the partner's
    invitations.
    """
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        if "\0" in partner or not await revoke_links(session, action, partner, caller.person_id):
            raise _never_invited()
        return await _listed(session, action, partner)


async def _refuse_compromised(session: AsyncSession, slug: str) -> None:
    known = None if "\0" in slug else await partner_by_slug(session, slug)
    if known:
        refuse_compromised(known)


async def _listed(session: AsyncSession, action: UrgentAction, slug: str | None = None) -> InvitationList:
    """Show invitations; those of one partner where it is named."""
    everybody = await invited(session, action.id)
    return InvitationList(
        reference=action.reference,
        invitations=[_view(one) for one in everybody if slug in {None, one.partner.slug}],
    )


def _view(one: Invited) -> InvitationView:
    return InvitationView(
        document=one.document.number,
        id=one.partner.slug,
        partner=one.partner.name,
        country=one.partner.country,
        invited_at=one.invitation.invited_at,
        link=one.link,
        expires_at=one.expires_at,
    )


def _never_invited() -> ApiError:
    return ApiError(
        404, "This partner was not invited.", "Look up its id and documents: starter.py invitations list REF."
    )
