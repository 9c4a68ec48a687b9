"""What targets answered: written down by coordinators, corrected by another entry, opened with a record."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Target
from models.records import EventKind
from models.response_file import ResponseEntry
from models.response_vocabulary import FINAL
from models.responses import ResponseAttachment, TargetResponse
from models.scalars import LATEST_DAY, latest_day_anywhere
from models.strict_model import parse
from models.submissions import Submission
from models.vocabulary import ReadingReason
from security.fields import FieldCipher
from security.sealed_places import attachment_name_place, response_place
from storage import people, records, responses
from storage.responses import Logged
from storage.submissions import draft_with
from storage.targets import target_at
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.errors import ApiError
from web.milestone_rows import follow_pledge
from web.response_schemas import (
    AttachmentView,
    OpenedAttachment,
    OpenedResponse,
    ResponseList,
    ResponseView,
)
from web.services import Services, Work

router = APIRouter(prefix="/actions/{reference}/responses", tags=["responses"])

Why = Annotated[ReadingReason, Query(description="What it is read for, as the audit trail will say.")]

_READ = ["response_note", "response_attachment_names"]
_EXAMPLE = {
    "target": 0,
    "kind": "pledge",
    "channel": "letter",
    "received_on": "2026-11-02",
    "pledged_for": "2027-01-15",
    "note": "Oficio 123: prometen medidas de protección.",
}


@router.post("", status_code=201)
async def log(
    reference: str, services: Work, caller: Coordinator, tree: Annotated[Any, Body(examples=[_EXAMPLE])]
) -> ResponseView:
    """Write down what a target answered, or what came to a submission: a final answer stops the clock.

    What it said is sealed.
    """
    entry = parse(ResponseEntry, tree, {LATEST_DAY: latest_day_anywhere()})
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        logged = await write_response(session, services, action, entry, caller.person_id)
        view = (await _views(session, action, [logged]))[0]
    services.feed.anything.set()
    return view


@router.get("")
async def list_responses(reference: str, services: Work, _caller: CaseReader) -> ResponseList:
    """List what targets answered, without what is sealed of it."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        views = await _views(session, action, await responses.responses_of(session, action.id))
    return ResponseList(reference=reference, responses=views)


@router.get("/{response_id}")
async def open_response(
    reference: str, response_id: UUID, services: Work, caller: CaseReader, response: Response, why: Why
) -> OpenedResponse:
    """Open what a target answered, in the coordinator's words. Each call is an event of the audit trail."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        logged = await response_found(session, action, response_id)
        detail = {"fields": _READ, "why": why, "response_id": str(response_id)}
        await records.record(session, action.id, EventKind.PRIVATE_READ, caller.person_id, detail)
        view = _opened(services.cipher, logged)
    response.headers["Cache-Control"] = "no-store"
    return view


def answerer(to: Target | Submission, language: str) -> dict[str, Any]:
    """Tell who answers, or should."""
    if isinstance(to, Submission):
        return {"submission": to.digest.hex(), "mechanism": to.mechanism}
    return {"target": to.position, "office": to.office(language), "mechanism": to.mechanism}


async def response_found(session: AsyncSession, action: UrgentAction, response_id: UUID) -> Logged:
    """Return a response of an action, or answer 404."""
    logged = await responses.response_of(session, action.id, response_id)
    if logged is None:
        raise ApiError(404, "There is no such response.", "List them: starter.py responses list REF.")
    return logged


def attachment_view(attachment: ResponseAttachment) -> AttachmentView:
    """Show a file without its name and content."""
    return AttachmentView(
        id=attachment.id, kind=attachment.kind, size=attachment.size, added_at=attachment.added_at
    )


async def write_response(
    session: AsyncSession,
    services: Services,
    action: UrgentAction,
    entry: ResponseEntry,
    person_id: UUID,
    by_link: UUID | None = None,
) -> Logged:
    """Write a response down; its action must be locked. `by_link` is the id of one that a page has made.

    Raises:
        ApiError: there is no such target or submission, or what it corrects was corrected before.
    """
    to = await _answered(session, action, entry)
    if entry.corrects:
        await _refuse_corrected(session, action, entry.corrects)
    response_id = by_link or uuid4()
    place = response_place(response_id)
    response = TargetResponse(
        id=response_id,
        action_id=action.id,
        target_id=to.id if isinstance(to, Target) else None,
        submission_id=None if isinstance(to, Target) else to.id,
        kind=entry.kind,
        channel=entry.channel,
        received_on=entry.received_on,
        pledged_for=entry.pledged_for,
        sealed_note=services.cipher.seal(entry.note, context=place) if entry.note else None,
        recorded_by=person_id,
        corrects=entry.corrects,
    )
    await responses.log(session, response, to, by_link=by_link is not None)
    known = await follow_pledge(session, services, response)
    return Logged(response, to, None, [], known.milestone.number if known else None)


async def _answered(session: AsyncSession, action: UrgentAction, entry: ResponseEntry) -> Target | Submission:
    """Return what was answered: a target's letter, or a submission that was sent."""
    if entry.target is not None:
        target = await target_at(session, action.id, entry.target)
        if target is None:
            raise ApiError(
                404, "There is no such target in this case.", "Count from 0, in the order of the case."
            )
        return target
    submission = await draft_with(session, action.id, bytes.fromhex(entry.submission or ""))
    if submission is None or submission.sent_at is None:
        raise ApiError(
            404,
            "No such submission was sent.",
            "Say first that you sent it: starter.py submissions sent REF MECHANISM DIGEST.",
        )
    return submission


async def _refuse_corrected(session: AsyncSession, action: UrgentAction, response_id: UUID) -> None:
    """Refuse a second correction of one response: it would leave two that count in its place."""
    before = await response_found(session, action, response_id)
    if before.corrected_by:
        raise ApiError(
            409,
            "This response was corrected before.",
            f"Correct the one that counts in its place: {before.corrected_by}.",
        )


async def _views(session: AsyncSession, action: UrgentAction, listed: list[Logged]) -> list[ResponseView]:
    names = await people.names_of(session, {one.response.recorded_by for one in listed})
    return [_view(action, one, names) for one in listed]


def _view(action: UrgentAction, logged: Logged, names: Mapping[UUID, str]) -> ResponseView:
    response, to = logged.response, logged.to
    first, *_ = action.languages
    return ResponseView(
        id=response.id,
        **answerer(to, first),
        kind=response.kind,
        final=response.kind in FINAL,
        channel=response.channel,
        received_on=response.received_on,
        pledged_for=response.pledged_for,
        milestone=logged.milestone,
        recorded_by=names[response.recorded_by],
        recorded_at=response.recorded_at,
        corrects=response.corrects,
        corrected_by=logged.corrected_by,
        has_note=response.sealed_note is not None,
        attachments=[attachment_view(one) for one in logged.attachments],
    )


def _opened(cipher: FieldCipher, logged: Logged) -> OpenedResponse:
    response = logged.response
    note = response.sealed_note
    return OpenedResponse(
        id=response.id,
        note=cipher.open(note, context=response_place(response.id)) if note else None,
        attachments=[
            OpenedAttachment(
                **attachment_view(one).model_dump(),
                name=cipher.open(one.sealed_name, context=attachment_name_place(one.id)),
            )
            for one in logged.attachments
        ],
    )
