"""The page on which a partner that has signed reports what it did itself, and takes a report back."""

from datetime import date, timedelta
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict
from sqlmodel.ext.asyncio.session import AsyncSession

from models.documents import Target
from models.partner_actions import LONGEST_NOTE, PartnerAction, PartnerActionKind
from models.scalars import latest_day_anywhere
from security.fields import FieldCipher
from security.sealed_places import partner_action_place
from storage.partner_actions import (
    Reported,
    may_report_more,
    report,
    reported_by,
    take_back,
)
from storage.sign_links import OpenedLink
from storage.targets import targets_of
from web.pages import SIGN_PAGES
from web.services import Work
from web.signing.access import opened_by
from web.signing.forms import Problems
from web.signing.side import SidePage
from web.signing.typed import Prose, prose_problem

router = APIRouter(include_in_schema=False)

PART: Final = "/actions"
PAGE: Final = SIGN_PAGES + "{invitation_id}" + PART
TAKE_BACK: Final = "take_back"

_ONE_DAY: Final = timedelta(days=1)


class ActionForm(BaseModel):
    """A form as it was posted: a report, or, with an id, one that is taken back."""

    model_config = ConfigDict(frozen=True)

    kind: str = ""
    done_on: str = ""
    target: str = ""
    note: Prose = ""
    take_back: str = ""
    form_token: str = ""

    @property
    def written(self) -> dict[str, str]:
        """Return what the page shows again after a mistake."""
        return {**self.model_dump(include={"kind", "done_on", "target", "note"})}


NOTHING_FILLED_IN = ActionForm()


@router.api_route(PAGE, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(invitation_id: str, request: Request, services: Work) -> HTMLResponse:
    """Show what was reported, and a form to report more. Looking never changes anything."""
    page = SidePage(services, request, "actions")
    async with services.database.reading() as session:
        link = await opened_by(session, request, invitation_id)
        return await _shown(session, page, link) if link else page.unusable()


@router.post(PAGE, response_class=HTMLResponse)
async def post(
    invitation_id: str, request: Request, services: Work, form: Annotated[ActionForm, Form()]
) -> Response:
    """Take a report, or take one back: it is kept when the page that follows shows it."""
    page = SidePage(services, request, "actions")
    async with services.database.transaction() as session:
        link = await opened_by(session, request, invitation_id, lock=True)
        if link is None:
            return page.unusable()
        if not link.may_report:
            return page.waiting(link)
        take = _taken_back if form.take_back else _reported
        problems = await take(session, page, services.cipher, link, form)
        if problems:
            return await _shown(session, page, link, form, problems)
    services.feed.anything.set()
    return page.again(link, PART)


async def _reported(
    session: AsyncSession, page: SidePage, cipher: FieldCipher, link: OpenedLink, form: ActionForm
) -> Problems:
    """Write a report down, or say what keeps it from counting."""
    offices = {str(one.position): one for one in await targets_of(session, link.action.id)}
    problems = _problems_of(link, form, offices)
    if not page.is_ours(link, form.form_token, link.version.digest):
        problems["form_token"] = "form_expired"  # noqa: S105 - a code, not a secret
    if problems:
        return problems
    known = await reported_by(session, link.invitation.id)
    if any(_is_repeated(cipher, one, form) for one in known):
        return {}
    if not await may_report_more(session, link.partner.id):
        return {"kind": "reports_enough"}
    place = uuid4()
    target = offices[form.target]
    done = PartnerAction(
        id=place,
        action_id=link.action.id,
        invitation_id=link.invitation.id,
        partner_id=link.partner.id,
        target_id=target.id,
        kind=PartnerActionKind(form.kind),
        done_on=date.fromisoformat(form.done_on),
        sealed_note=cipher.seal(form.note, context=partner_action_place(place)) if form.note else None,
    )
    await report(session, Reported(done, target))
    return {}


async def _taken_back(
    session: AsyncSession, page: SidePage, _cipher: FieldCipher, link: OpenedLink, form: ActionForm
) -> Problems:
    """Take a report back that this invitation made; one that is gone is gone."""
    known = await reported_by(session, link.invitation.id)
    named = next((one for one in known if str(one.done.id) == form.take_back), None)
    if named is None:
        return {}
    if not page.is_ours(link, form.form_token, TAKE_BACK.encode(), named.done.id.bytes):
        return {"form_token": "form_expired"}
    await take_back(session, named)
    return {}


def _problems_of(link: OpenedLink, form: ActionForm, offices: dict[str, Target]) -> dict[str, str]:
    problems = {}
    if form.kind not in set(PartnerActionKind):
        problems["kind"] = "action_kind_missing"
    if form.target not in offices:
        problems["target"] = "action_target_missing"
    if not _is_plausible(link, form.done_on):
        problems["done_on"] = "action_day_invalid"
    return problems | prose_problem("note", form.note, "action_note", LONGEST_NOTE)


def _is_plausible(link: OpenedLink, typed: str) -> bool:
    """Tell whether a day lies between the start of the case, wherever that was read, and today."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return False
    return link.action.created_at.date() - _ONE_DAY <= day <= latest_day_anywhere()


def _is_repeated(cipher: FieldCipher, known: Reported, form: ActionForm) -> bool:
    """Tell whether a form was posted once more, by a second click or a reload."""
    done = known.done
    same = (done.kind, done.done_on.isoformat(), str(known.target.position))
    return same == (form.kind, form.done_on, form.target) and (note_text(cipher, done) or "") == form.note


def note_text(cipher: FieldCipher, done: PartnerAction) -> str | None:
    """Open what a partner wrote of something that it did, if it did."""
    return cipher.open(done.sealed_note, context=partner_action_place(done.id)) if done.sealed_note else None


async def _shown(
    session: AsyncSession,
    page: SidePage,
    link: OpenedLink,
    form: ActionForm = NOTHING_FILLED_IN,
    problems: Problems | None = None,
) -> HTMLResponse:
    if not link.may_report:
        return page.waiting(link)
    language = page.language(link)
    context: dict[str, object] = {
        "reported": [
            {
                "kind": one.done.kind.value,
                "office": one.target.office(language),
                "done_on": one.done.done_on,
                "has_note": one.done.sealed_note is not None,
                "id": str(one.done.id),
                "form_token": page.form_token(link, TAKE_BACK.encode(), one.done.id.bytes),
            }
            for one in await reported_by(session, link.invitation.id)
        ],
        "offices": [
            (str(one.position), one.office(language)) for one in await targets_of(session, link.action.id)
        ],
        "form_token": page.form_token(link, link.version.digest),
        "latest": latest_day_anywhere().isoformat(),
        "values": form.written,
    }
    return page.show(link, context, problems or {})
