"""Mails that came in: read by people, who say whether one is a response of a target."""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import ConfigDict, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Target
from models.inbound import InboundMailRow
from models.inbound_mail import InboundState, MatchedBy, read_mail
from models.records import EventKind
from models.response_file import ResponseEntry
from models.response_vocabulary import ResponseChannel, ResponseKind
from models.scalars import Prose
from security.sealed_places import inbound_place
from storage import records
from storage.inbound import decide_mail, inbound_mail, inbound_of
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.errors import ApiError
from web.responses import Why, write_response
from web.schemas import Request, Schema
from web.services import Work

router = APIRouter(prefix="/actions/{reference}/inbound", tags=["inbound"])

InboundId = Annotated[UUID, Path(description="As the list of mails tells it.")]


class InboundView(Schema):
    """A mail that came in, without what it says."""

    id: UUID
    target: int | None = Field(description="Who may have sent it, as far as is known.")
    matched_by: MatchedBy
    automatic: bool = Field(description="Whether a machine wrote it, such as an absence note.")
    size: int
    received_at: datetime
    state: InboundState
    response_id: UUID | None


class InboundList(Schema):
    """The mails about an action, those that wait first."""

    reference: str
    mails: list[InboundView]


class OpenedMail(Schema):
    """What a mail says, as plain text, and what its attachments are called."""

    id: UUID
    sender: str
    subject: str
    text: str
    attachments: list[str]


class Confirmation(Request):
    """What kind of response a mail is, and of which target where that is not known."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "token", "target": 0}]})

    kind: ResponseKind
    target: int | None = Field(default=None, ge=0, le=999)
    note: Prose | None = None


@router.get("")
async def listed(reference: str, services: Work, _caller: CaseReader) -> InboundList:
    """List the mails that came in about an action, without what they say."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        mails = [await _view(session, one) for one in await inbound_of(session, action.id)]
    return InboundList(reference=reference, mails=mails)


@router.get("/{inbound_id}")
async def opened(
    reference: str, inbound_id: InboundId, services: Work, caller: CaseReader, response: Response, why: Why
) -> OpenedMail:
    """Open a mail. Each call is an event of the audit trail."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        row = await _found(session, action, inbound_id)
        detail = {"fields": ["inbound_mail"], "why": why, "inbound_id": str(inbound_id)}
        await records.record(session, action.id, EventKind.PRIVATE_READ, caller.person_id, detail)
    raw = services.cipher.open_bytes(row.sealed_mail, context=inbound_place(row.id))
    said = await asyncio.to_thread(read_mail, raw)
    response.headers["Cache-Control"] = "no-store"
    return OpenedMail(
        id=row.id,
        sender=said.sender,
        subject=said.subject,
        text=said.text,
        attachments=list(said.attachments),
    )


@router.post("/{inbound_id}/confirmed")
async def confirm(
    reference: str, inbound_id: InboundId, services: Work, caller: Coordinator, told: Confirmation
) -> InboundView:
    """Say that a mail is a response of a target: from now on it counts as such."""
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        row = await _waiting(session, action, inbound_id)
        number = told.target if told.target is not None else await _place(session, row)
        if number is None:
            raise ApiError(
                409, "Nobody knows which target sent it.", "Name the target, counted from 0 as in the case."
            )
        entry = ResponseEntry(
            target=number,
            kind=told.kind,
            channel=ResponseChannel.EMAIL,
            received_on=row.received_at.date(),
            note=told.note,
        )
        logged = await write_response(session, services, action, entry, caller.person_id)
        await decide_mail(session, row, InboundState.CONFIRMED, caller.person_id, logged.response.id)
        view = await _view(session, row)
    services.feed.anything.set()
    return view


@router.post("/{inbound_id}/dismissed")
async def dismiss(reference: str, inbound_id: InboundId, services: Work, caller: Coordinator) -> InboundView:
    """Say that a mail is no response of a target; it stays."""
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        row = await _waiting(session, action, inbound_id)
        await decide_mail(session, row, InboundState.DISMISSED, caller.person_id)
        return await _view(session, row)


async def _found(session: AsyncSession, action: UrgentAction, inbound_id: UUID) -> InboundMailRow:
    row = await inbound_mail(session, action.id, inbound_id)
    if row is None:
        raise ApiError(404, "There is no such mail.", "List them: starter.py inbound list REF.")
    return row


async def _waiting(session: AsyncSession, action: UrgentAction, inbound_id: UUID) -> InboundMailRow:
    row = await _found(session, action, inbound_id)
    if row.state is not InboundState.WAITING:
        raise ApiError(
            409,
            "Somebody has said before what this mail is.",
            "Correct the response: starter.py respond REF.",
        )
    return row


async def _place(session: AsyncSession, row: InboundMailRow) -> int | None:
    target = await session.get(Target, row.target_id) if row.target_id else None
    return target.position if target else None


async def _view(session: AsyncSession, row: InboundMailRow) -> InboundView:
    return InboundView(
        id=row.id,
        target=await _place(session, row),
        matched_by=row.matched_by,
        automatic=row.automatic,
        size=row.size,
        received_at=row.received_at,
        state=row.state,
        response_id=row.response_id,
    )
