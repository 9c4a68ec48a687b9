"""Letters to targets: printed by a coordinator, who posts them and says when."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import ConfigDict, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.messages import DeliveryState
from models.outbox import Delivery
from models.records import Addressee, EventKind
from models.scalars import latest_day_anywhere
from models.vocabulary import Channel
from storage.action_lock import share_action
from storage.documents import current_versions
from storage.letters import TargetLetter, letters_of, posted, take
from storage.records import record, request_nudge
from templates.letter.press import file_name
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.document_views import unknown_document
from web.documents import Number
from web.errors import ApiError
from web.letter_printing import set_letter
from web.schemas import Request, Schema
from web.services import Work

router = APIRouter(prefix="/actions/{reference}/documents/{number}/letters", tags=["letters"])

Target = Annotated[int, Path(ge=0, le=999, description="Its place in the case; the first is 0.")]

_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}


class LetterView(Schema):
    """A target to which a document was released, and how its letter stands."""

    target: int
    office: str
    language: str
    channel: Channel = Field(description="How the document goes to it; `letter` where somebody posts it.")
    state: DeliveryState
    printed_at: datetime | None
    posted_on: date | None


class LetterList(Schema):
    """The targets of a document."""

    letters: list[LetterView]


class Posting(Request):
    """When a letter was posted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2026-11-20", "tracking": "MX 123 456"}]}
    )

    on: date
    tracking: Annotated[str | None, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9 ./-]+$")] = None


@router.get("")
async def listed(reference: str, number: Number, services: Work, _caller: CaseReader) -> LetterList:
    """List the targets to which a document was released, and what became of their letters."""
    async with services.database.transaction() as session:
        letters = await _letters(session, await found(session, reference), number)
    return LetterList(letters=[_view(one) for one in letters])


@router.get("/{target}.pdf", response_class=Response, responses=_PDF)
async def printed(
    reference: str, number: Number, target: Target, services: Work, caller: Coordinator
) -> Response:
    """Print the letter to a target, if the gate allows it at this moment. The audit trail tells it."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        await share_action(session, action.id)
        letter = await _letter(session, action, number, target)
        delivery = await _taken(session, action, letter)
        content, paper = await set_letter(session, services, action, delivery)
        detail = {"document": number, "target": target, "delivery_id": str(delivery.id)}
        await record(session, action.id, EventKind.LETTER_PRINTED, caller.person_id, detail)
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(content)}"',
        "Cache-Control": "no-store",
    }
    return Response(paper.pdf, media_type="application/pdf", headers=headers)


@router.post("/{target}/posted")
async def post(
    reference: str, number: Number, target: Target, posting: Posting, services: Work, caller: Coordinator
) -> LetterView:
    """Write down that a printed letter was posted, and on which day; said twice, the first day stays."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        await share_action(session, action.id)
        letter = await _letter(session, action, number, target)
        if letter.posted_on is None:
            _refuse_impossible(letter, posting.on)
            await posted(session, action.id, letter, posting.on, posting.tracking)
            detail = {"document": number, "target": target, "posted_on": posting.on.isoformat()}
            await record(session, action.id, EventKind.LETTER_POSTED, caller.person_id, detail)
            await request_nudge(session, action.id, Addressee.ACTION)  # a reply clock starts
            letter = await _letter(session, action, number, target)
    return _view(letter)


async def _letters(session: AsyncSession, action: UrgentAction, number: int) -> list[TargetLetter]:
    documents = {one.document.number: one.document.id for one in await current_versions(session, action.id)}
    if number not in documents:
        raise unknown_document()
    return await letters_of(session, documents[number])


async def _letter(session: AsyncSession, action: UrgentAction, number: int, target: int) -> TargetLetter:
    wanted = [one for one in await _letters(session, action, number) if one.target == target]
    if not wanted:
        raise ApiError(
            404,
            "This document was released to no such target.",
            "Look the targets up: starter.py letters REF; a document goes to them by its release.",
        )
    return wanted[0]


async def _taken(session: AsyncSession, action: UrgentAction, letter: TargetLetter) -> Delivery:
    if letter.posted_on is not None:
        raise ApiError(
            409, "This letter was posted.", "Keep the file that was printed; it is not made again."
        )
    delivery = await take(session, action.id, letter)
    if delivery is None:
        raise ApiError(
            409,
            "This letter may not leave now.",
            "The action is on hold or has ended, or the text, its approvals or a consent changed since the"
            " release: look at it by starter.py show REF.",
        )
    return delivery


def _refuse_impossible(letter: TargetLetter, on: date) -> None:
    if not letter.is_letter or letter.printed_at is None:
        raise ApiError(
            409, "This letter was not printed.", "Print it first: starter.py letters REF --out FOLDER."
        )
    if on > latest_day_anywhere():
        raise ApiError(422, "`on` must not be in the future.", "Write the day on which it was posted.")


def _view(letter: TargetLetter) -> LetterView:
    told = {name: value for name, value in letter._asdict().items() if name in LetterView.model_fields}
    return LetterView(**told)
