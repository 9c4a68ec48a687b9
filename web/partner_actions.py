"""What partners did for a case: listed, opened with a record, and counted for the next text."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from models.partner_actions import PartnerActionKind
from models.records import EventKind
from storage import records
from storage.partner_actions import Acted, partner_actions_of, tally_of
from templates.catalogs import best_language
from web.actions import found
from web.authentication import CaseReader
from web.responses import Why
from web.schemas import Schema
from web.services import Services, Work
from web.signing.acting import note_text

router = APIRouter(prefix="/actions/{reference}/partner-actions", tags=["partner actions"])


class PartnerActionView(Schema):
    """What a partner did, without what is sealed of it."""

    id: UUID
    partner: str | None = Field(description="Nobody, where the organisation's name is withheld.")
    partner_name: str | None
    document: int
    kind: PartnerActionKind
    target: int
    office: str
    on: date
    reported_at: datetime
    withdrawn_at: datetime | None
    has_note: bool


class TallyText(Schema):
    """The tally in words, as Markdown without a name: to be put into the next text by whoever writes it."""

    headline: str
    body: str


class Tally(Schema):
    """How many organisations did what, as long as their signatures stand."""

    organisations: dict[PartnerActionKind, int]
    texts: dict[str, TallyText] = Field(description="By language of the case, where we speak it.")


class PartnerActionList(Schema):
    """What partners reported about an action, oldest first, and how much that is."""

    reference: str
    actions: list[PartnerActionView]
    tally: Tally


class OpenedPartnerAction(Schema):
    """What is sealed of a report."""

    id: UUID
    note: str


class OpenedPartnerActions(Schema):
    """What partners wrote of what they did."""

    actions: list[OpenedPartnerAction]


@router.get("")
async def listed(reference: str, services: Work, _caller: CaseReader) -> PartnerActionList:
    """List what partners did, and count it in words that the next text may hold.

    Nothing of it goes out by itself: who writes the next version puts it in, so that it is read, approved and
    sent as it stands there.
    """
    async with services.database.transaction() as session:
        action = await found(session, reference)
        acted = await partner_actions_of(session, action.id)
        counted = dict(await tally_of(session, action.id))
    first, *_ = action.languages
    texts = {one: _in_words(services, one, counted) for one in action.languages if counted and _spoken(one)}
    tally = Tally(organisations=counted, texts=texts)
    views = [_view(one, first) for one in acted]
    return PartnerActionList(reference=reference, actions=views, tally=tally)


@router.get("/notes")
async def opened(
    reference: str, services: Work, caller: CaseReader, response: Response, why: Why
) -> OpenedPartnerActions:
    """Open what partners wrote of what they did. Each call is an event of the audit trail."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        acted = await partner_actions_of(session, action.id)
        detail = {"fields": ["partner_action_notes"], "why": why}
        await records.record(session, action.id, EventKind.PRIVATE_READ, caller.person_id, detail)
    notes = [(one.done.id, note_text(services.cipher, one.done)) for one in acted]
    response.headers["Cache-Control"] = "no-store"
    return OpenedPartnerActions(
        actions=[OpenedPartnerAction(id=id_, note=note) for id_, note in notes if note]
    )


def _spoken(language: str) -> bool:
    """Tell whether we can say it in a language: in another one it would stand there as a stranger."""
    return best_language(language, "").partition("-")[0] == language.partition("-")[0]


def _in_words(services: Services, language: str, counted: dict[PartnerActionKind, int]) -> TallyText:
    context = {kind.value: counted.get(kind, 0) for kind in PartnerActionKind}
    said = services.renderer.notice("partner_actions", language, context)
    return TallyText(headline=said.headline, body=said.body)


def _view(acted: Acted, language: str) -> PartnerActionView:
    done = acted.done
    return PartnerActionView(
        id=done.id,
        partner=acted.partner.slug if acted.partner else None,
        partner_name=acted.partner.name if acted.partner else None,
        document=acted.document.number,
        kind=done.kind,
        target=acted.target.position,
        office=acted.target.office(language),
        on=done.done_on,
        reported_at=done.reported_at,
        withdrawn_at=done.withdrawn_at,
        has_note=done.sealed_note is not None,
    )
