"""The sign-on window of a document: seeing, moving and ending it, and inviting one more partner.

When a window closes is the workflow's to decide, as a release is: docs/decisions/006.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from models.documents import Document
from models.lifecycle import Refusal
from models.messages import DocumentRef
from models.partner_vocabulary import PartnerStatus
from models.problems import InvalidInput, Problem
from storage.directory import partner_by_slug
from storage.inviting import invite_partner, missed_partners
from storage.sign_on import sign_on_status
from storage.windows import document_by_number, ref_of
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.document_views import unknown_document
from web.errors import ApiError, refused
from web.services import Services, Work
from web.window_schemas import (
    InvitationRequest,
    InvitedView,
    MissedPartnerView,
    WindowRequest,
    WindowView,
)

router = APIRouter(prefix="/actions/{reference}/documents/{number}/sign-on", tags=["sign-on"])

Number = Annotated[int, Path(ge=1, le=9_999)]

FURTHEST = timedelta(days=366)
"""How far ahead a window may close."""


@router.get("")
async def show(reference: str, number: Number, services: Work, _caller: CaseReader) -> WindowView:
    """Show the window of a document, and which partners nothing reached."""
    return await _view(services, reference, number)


@router.patch("")
async def move(
    reference: str, number: Number, change: WindowRequest, services: Work, caller: Coordinator
) -> WindowView:
    """Have the window close at another moment, later or earlier; reminders stay where they are."""
    _refuse_wrong_moment(change)
    ref = await _open_window(services, reference, number)
    await services.gateway.change_window(ref, caller.person_id, change.closes_at)
    return await _view(services, reference, number)


@router.post("/end")
async def end(reference: str, number: Number, services: Work, caller: Coordinator) -> WindowView:
    """End the window now; the action goes on as at its deadline."""
    ref = await _open_window(services, reference, number)
    await services.gateway.end_window(ref, caller.person_id)
    return await _view(services, reference, number)


@router.post("/invitations")
async def invite(
    reference: str, number: Number, invitation: InvitationRequest, services: Work, caller: Coordinator
) -> InvitedView:
    """Have one more partner asked while the window is open; one that nothing reached is asked again."""
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        document = await _open_document(session, action, number)
        partner = await partner_by_slug(session, invitation.partner)
        if partner is None:
            raise ApiError(
                404, "There is no such partner.", "Import it first: starter.py partners import FILE."
            )
        if partner.status is not PartnerStatus.ACTIVE:
            raise ApiError(
                409,
                f"The partner is {partner.status}: only active ones are invited.",
                "Have it active first: starter.py partners status ID active.",
            )
        is_new = await invite_partner(session, ref_of(action, document), partner, caller.person_id)
    return InvitedView(index=f"{action.reference}/{number}", partner=partner.slug, is_new=is_new)


def _refuse_wrong_moment(change: WindowRequest) -> None:
    if change.closes_at <= now():
        raise refused(Refusal.CLOSES_IN_THE_PAST)
    if change.closes_at > now() + FURTHEST:
        problem = Problem(
            field="closes_at", rule="is more than a year away", remedy="Name a moment within a year."
        )
        raise InvalidInput((problem,))


async def _open_window(services: Services, reference: str, number: int) -> DocumentRef:
    async with services.database.transaction() as session:
        action = await found(session, reference)
        return ref_of(action, await _open_document(session, action, number))


async def _open_document(session: AsyncSession, action: UrgentAction, number: int) -> Document:
    document = await document_by_number(session, action.id, number)
    if document is None:
        raise unknown_document()
    over = action.closed_at or action.stopped_at or action.rejected_at
    if over:
        raise refused(Refusal.ALREADY_ENDED)
    if document.sign_on_opened_at is None or document.sign_on_ended_at is not None:
        raise refused(Refusal.NO_WINDOW)
    return document


async def _view(services: Services, reference: str, number: int) -> WindowView:
    async with services.database.transaction() as session:
        action = await found(session, reference)
        document = await document_by_number(session, action.id, number)
        if document is None:
            raise unknown_document()
        status = await sign_on_status(session, document.id)
        missed = await missed_partners(session, document.id)
    return WindowView(
        index=f"{action.reference}/{number}",
        opened_at=document.sign_on_opened_at,
        closes_at=document.sign_on_closes_at,
        ended_at=document.sign_on_ended_at,
        invited=status.invited,
        signed=status.signed,
        answered=status.answered,
        not_reached=[
            MissedPartnerView(partner=one.name, country=one.country, lost=one.lost) for one in missed
        ],
    )
