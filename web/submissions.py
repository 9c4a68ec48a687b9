"""Submissions to mechanisms: drafted here, sent by a person, who says so."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, ConfigDict

from models.columns import now
from models.drafts import Draft
from models.mechanisms import DraftFormat, Mechanism
from models.records import EventKind
from models.scalars import Language
from models.submissions import Submission
from security.naming import guard_over
from storage.action_lock import share_action
from storage.records import announce, record
from storage.submissions import draft_with, keep_draft, mark_sent, submissions_of
from templates.submission.filling import FORMS, filled
from templates.submission.writing import MEDIA_TYPES, DraftWriter, WrittenDraft, file_name
from templates.typesetting import UnsettableError
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.errors import ApiError
from web.schemas import Digest, Request, Schema
from web.services import Services, Work
from web.submission_cases import Material, material_of

router = APIRouter(prefix="/actions/{reference}/submissions", tags=["submissions"])

_DRAFT: Final = "submission"
"""What fingerprints of drafts are of, so that none is that of an address."""

_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}}}


class SubmissionView(Schema):
    """A draft, and whether it was sent; `missing` are fields to fill in, `left_out` people by position."""

    mechanism: Mechanism
    language: str
    digest: str
    missing: list[str]
    left_out: list[int]
    drafted_at: datetime
    sent_at: datetime | None


class SubmissionList(Schema):
    """The drafts of an action, the newest first."""

    submissions: list[SubmissionView]


class Sending(Request):
    """Which draft was sent to which mechanism, and when; by default now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"mechanism": "iachr", "digest": "9f" * 32, "sent_at": "2026-11-21T18:00:00Z"}]
        }
    )

    mechanism: Mechanism
    digest: Digest
    sent_at: AwareDatetime | None = None


@router.get("")
async def listed(reference: str, services: Work, _caller: CaseReader) -> SubmissionList:
    """List the drafts that were drawn for mechanisms, and which were sent."""
    async with services.database.transaction() as session:
        rows = await submissions_of(session, (await found(session, reference)).id)
    return SubmissionList(submissions=[_view(one) for one in rows])


@router.get("/{mechanism}.{kind}", response_class=Response, responses=_FILES)
async def drafted(
    reference: str,
    mechanism: Mechanism,
    kind: Annotated[DraftFormat, Path(description="`pdf`, `docx` or `md`.")],
    services: Work,
    caller: Coordinator,
    language: Annotated[
        Language | None, Query(description="One of the case's; by default its first.")
    ] = None,
) -> Response:
    """Draw a draft for a mechanism. It names those who allow it; the audit trail tells of it."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        await share_action(session, action.id)
        await session.refresh(action)
        _require_fitting(mechanism, action.concerns)
        material = await material_of(session, services, action, caller, language)
        draft = filled(mechanism, material.case, services.renderer.default_language)
        written = await asyncio.to_thread(_written, services, draft, kind)
        await asyncio.to_thread(_refuse_leaks, services, material, draft, written)
        row = _row(services, action.id, draft, material, caller)
        await keep_draft(session, row)
        detail = {
            "mechanism": mechanism,
            "format": kind,
            "language": draft.language,
            "digest": row.digest.hex(),
            "people": len(material.named),
        }
        await record(session, action.id, EventKind.SUBMISSION_DRAFTED, caller.person_id, detail)
        await announce(session, action.id)
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(draft, kind)}"',
        "Cache-Control": "no-store",
        "Acuerpa-Digest": row.digest.hex(),
    }
    return Response(written.content, media_type=MEDIA_TYPES[kind], headers=headers)


@router.post("")
async def sent(reference: str, sending: Sending, services: Work, caller: Coordinator) -> SubmissionView:
    """Write down that a draft was sent; said twice, the first time stays. Also after the action ended."""
    at = sending.sent_at or now()
    async with services.database.transaction() as session:
        action = await found(session, reference)
        await share_action(session, action.id)
        draft = await draft_with(session, action.id, bytes.fromhex(sending.digest))
        if draft is None or draft.mechanism is not sending.mechanism:
            raise ApiError(
                404,
                "No such draft was drawn for this mechanism.",
                "Look the digest up: starter.py submissions list REF.",
            )
        if draft.sent_at is None:
            _refuse_impossible(draft, at)
            await mark_sent(session, draft, at, caller.person_id)
    services.feed.anything.set()
    return _view(draft)


def _require_fitting(mechanism: Mechanism, concerns: list[str]) -> None:
    only_for = FORMS[mechanism].only_for
    if only_for and only_for.isdisjoint(concerns):
        raise ApiError(
            409,
            "This form is for another kind of case.",
            f"It needs one of these concerns: {', '.join(sorted(only_for))}.",
        )


def _written(services: Services, draft: Draft, kind: DraftFormat) -> WrittenDraft:
    renderer = services.renderer
    writer = DraftWriter(services.press.typesetter, renderer.network_name, renderer.default_language)
    try:
        return writer.written(draft, kind)
    except UnsettableError:
        raise ApiError(
            409,
            "This draft is written in an alphabet for which there is no font.",
            "Ask for docx or md, or the operator to set ACUERPA_LETTER_FONTS.",
        ) from None


def _refuse_leaks(services: Services, material: Material, draft: Draft, written: WrittenDraft) -> None:
    """Have the leak guard read the finished draft, and each text as it was written."""
    others = [services.renderer.network_name, *(office for office, _ in material.case.written_to)]
    guard = guard_over(material.people, material.named, others=others)
    texts = [part for one in draft.fields() for part in (*one.lines, one.prose) if part]
    leaks = list(guard.leaks(written.text, markup=False))
    leaks += [leak for part in texts for leak in guard.leaks(part, markup=True)]
    if not leaks:
        return
    why = {one.position: one.why for one in material.left_out}
    told = (
        f"people_at_risk.{leak.person}: her {leak.kind}, {why.get(leak.person, 'private')}" for leak in leaks
    )
    raise ApiError(
        409,
        "This draft would say what somebody did not allow to be said to a mechanism.",
        f"It holds {'; '.join(sorted(set(told)))}. Ask her for `mechanisms`: starter.py consents add REF;"
        " or write a version without it: starter.py documents version REF N.",
    )


def _refuse_impossible(draft: Submission, at: datetime) -> None:
    if at > now():
        raise ApiError(422, "`sent_at` must not be in the future.", "Write when it was sent.")
    if at < draft.drafted_at:
        raise ApiError(
            422, "`sent_at` must not be before the draft was drawn.", "Name the draft that was sent then."
        )


def _row(
    services: Services, action_id: UUID, draft: Draft, material: Material, caller: Coordinator
) -> Submission:
    # With a plain digest, whoever has the public text and a copy of the database could try out names.
    digest = services.fingerprint.of(_DRAFT, draft.said())
    return Submission(
        action_id=action_id,
        mechanism=draft.mechanism,
        language=draft.language,
        digest=digest,
        missing=[one.key for one in draft.missing()],
        left_out=[one.position for one in material.left_out],
        drafted_by=caller.person_id,
    )


def _view(row: Submission) -> SubmissionView:
    told = {name: value for name, value in row.model_dump().items() if name in SubmissionView.model_fields}
    return SubmissionView(**{**told, "digest": row.digest.hex()})
