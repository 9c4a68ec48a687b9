"""Files that came with responses: taken by what they are, kept encrypted, handed out with a record."""

import asyncio
from typing import Annotated, Any
from urllib.parse import unquote
from uuid import UUID, uuid4

from fastapi import APIRouter, Header, Request, Response

from models.problems import InvalidInput, Problem
from models.records import EventKind
from models.response_vocabulary import (
    LARGEST_ATTACHMENT_BYTES,
    LONGEST_FILE_NAME,
    MEDIA_TYPES,
    MOST_ATTACHMENTS,
    AttachmentType,
)
from models.responses import ResponseAttachment
from security.attachments import type_of
from security.sealed_places import attachment_name_place, attachment_place
from storage import records, responses
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.errors import ApiError
from web.response_schemas import AttachmentView
from web.responses import Why, attachment_view, response_found
from web.services import Services, Work

router = APIRouter(prefix="/actions/{reference}/responses/{response_id}/attachments", tags=["responses"])

_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}
_ALLOWED = "PDF, PNG, JPEG, WebP, a Word or LibreOffice text without macros, or plain text in UTF-8"


@router.post("", status_code=201)
async def attach(
    reference: str,
    response_id: UUID,
    services: Work,
    caller: Coordinator,
    request: Request,
    file_name: Annotated[str | None, Header(description="Its name, percent-encoded. It is sealed.")] = None,
) -> AttachmentView:
    """Put a file beside a response: the body is the file, of at most 5 MiB.

    What it is, is told by its content: PDF, PNG, JPEG, WebP, a Word or LibreOffice text, or plain text.
    """
    content = await request.body()
    kind = await asyncio.to_thread(_checked, content)
    attachment = _sealed(services, response_id, caller.person_id, kind, content, file_name)
    async with services.database.transaction() as session:
        action = await found(session, reference)
        await response_found(session, action, response_id)
        kept = await responses.attach(session, action.id, attachment, MOST_ATTACHMENTS)
    if not kept:
        told = f"It has {MOST_ATTACHMENTS} files, and no more are kept: join some of them into one."
        raise ApiError(409, "The response has too many files.", told)
    return attachment_view(attachment)


@router.get("/{attachment_id}", response_class=Response, responses=_FILES)
async def fetch(
    reference: str, response_id: UUID, attachment_id: UUID, services: Work, caller: CaseReader, why: Why
) -> Response:
    """Hand out a file that came with a response. Each call is an event of the audit trail."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        await response_found(session, action, response_id)
        attachment = await responses.attachment_with_content(session, response_id, attachment_id)
        if attachment is None:
            raise ApiError(404, "There is no such file.", "List them: starter.py responses list REF.")
        detail = {"fields": ["response_attachment"], "why": why, "attachment_id": str(attachment_id)}
        await records.record(session, action.id, EventKind.PRIVATE_READ, caller.person_id, detail)
    place = attachment_place(attachment.id)
    content = await asyncio.to_thread(services.cipher.open_bytes, attachment.sealed_content, context=place)
    headers = {
        "Content-Disposition": f'attachment; filename="{attachment.id}.{attachment.kind}"',
        "Cache-Control": "no-store",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type=MEDIA_TYPES[attachment.kind], headers=headers)


def _checked(content: bytes) -> AttachmentType:
    """Tell what a file is.

    Raises:
        InvalidInput: it is too large, or of no type that is kept.
    """
    if len(content) > LARGEST_ATTACHMENT_BYTES:
        raise InvalidInput([Problem(field="file", rule="must have at most 5 MiB", remedy="Make it smaller.")])
    kind = type_of(content)
    if kind is None:
        rule = "is of no type that is kept, by its content"
        raise InvalidInput([Problem(field="file", rule=rule, remedy=f"Send {_ALLOWED}.")])
    return kind


def _sealed(
    services: Services,
    response_id: UUID,
    person_id: UUID,
    kind: AttachmentType,
    content: bytes,
    file_name: str | None,
) -> ResponseAttachment:
    attachment_id = uuid4()
    name = _clean_name(file_name) or f"file.{kind}"
    return ResponseAttachment(
        id=attachment_id,
        response_id=response_id,
        kind=kind,
        size=len(content),
        sealed_content=services.cipher.seal_bytes(content, context=attachment_place(attachment_id)),
        sealed_name=services.cipher.seal(name, context=attachment_name_place(attachment_id)),
        added_by=person_id,
    )


def _clean_name(file_name: str | None) -> str:
    """Read a percent-encoded name: its last part, printable, not too long."""
    last = unquote(file_name or "", errors="replace").replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in last if one.isprintable()).strip()[:LONGEST_FILE_NAME]
