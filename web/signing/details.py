"""The page on which a contact corrects the details of her organisation; a coordinator decides."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict
from sqlmodel.ext.asyncio.session import AsyncSession

from models.partner_correction import PartnerCorrection, parse_correction
from models.problems import InvalidInput
from storage.partner_changes import has_open_change
from storage.sign_links import OpenedLink
from templates.catalogs import native_name
from web.pages import SIGN_PAGES
from web.partner_corrections import propose_correction
from web.services import Services, Work
from web.signing.access import opened_by
from web.signing.forms import Problems
from web.signing.side import SidePage
from web.signing.typed import Line

router = APIRouter(include_in_schema=False)

PART: Final = "/details"
PAGE: Final = SIGN_PAGES + "{invitation_id}" + PART

_FIELDS: Final = {
    "name": ("organisation", "organisation_invalid"),
    "website": ("website", "website_invalid"),
    "languages": ("languages", "languages_missing"),
    "registered_address": ("registered_address", "email_invalid"),
    "contact.name": ("contact_name", "own_name_missing"),
    "contact.email": ("contact_email", "email_invalid"),
    "contact.language": ("contact_language", "language_missing"),
}
"""For each field of a correction, that of the form, and the sentence for what is wrong with it."""


class DetailsForm(BaseModel):
    """A form as it was posted; a registered address that is left out stays as it is."""

    model_config = ConfigDict(frozen=True)

    organisation: Line = ""
    website: Line = ""
    languages: list[str] = []
    registered_address: Line = ""
    contact_name: Line = ""
    contact_email: Line = ""
    contact_language: str = ""
    form_token: str = ""

    def correction(self, registered_address: str) -> PartnerCorrection:
        """Return what is wanted, where the registered address is known.

        Raises:
            InvalidInput: with all problems.
        """
        tree = {
            "name": self.organisation,
            "website": self.website or None,
            "languages": self.languages,
            "registered_address": self.registered_address or registered_address,
            "contact": {
                "name": self.contact_name,
                "email": self.contact_email,
                "language": self.contact_language,
            },
        }
        return parse_correction({field: value for field, value in tree.items() if value is not None})


@router.api_route(PAGE, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(invitation_id: str, request: Request, services: Work) -> HTMLResponse:
    """Show what the directory says, to be corrected. Looking never changes anything."""
    page = SidePage(services, request, "details")
    async with services.database.reading() as session:
        link = await opened_by(session, request, invitation_id)
        return await _shown(session, page, services, link) if link else page.unusable()


@router.post(PAGE, response_class=HTMLResponse)
async def post(
    invitation_id: str, request: Request, services: Work, form: Annotated[DetailsForm, Form()]
) -> Response:
    """Take a correction: nothing changes before a coordinator approves it."""
    page = SidePage(services, request, "details")
    async with services.database.transaction() as session:
        link = await opened_by(session, request, invitation_id, lock=True)
        if link is None:
            return page.unusable()
        if may_correct(link):
            problems = await _propose(session, services, page, link, form)
            if problems:
                return await _shown(session, page, services, link, form, problems)
    return page.again(link, PART)


def may_correct(link: OpenedLink) -> bool:
    """Tell whether the contact may correct something: she has not left, and the action lives."""
    return link.is_alive and link.contact.gone_at is None


async def _propose(
    session: AsyncSession, services: Services, page: SidePage, link: OpenedLink, form: DetailsForm
) -> Problems:
    if not page.is_ours(link, form.form_token, link.contact.id.bytes):
        return {"form_token": "form_expired"}
    try:
        wanted = form.correction(link.partner.registered_address)
    except InvalidInput as error:
        return _problems_of(error)
    await propose_correction(session, services.cipher, link.partner.slug, link.contact.id, wanted)
    return {}


def _problems_of(error: InvalidInput) -> dict[str, str]:
    problems = {}
    for problem in error.problems:
        known = next(
            (told for field, told in _FIELDS.items() if f"{problem.field}.".startswith(f"{field}.")), None
        )
        field, sentence = known or ("form_token", "form_expired")
        problems[field] = sentence
    return problems


async def _shown(
    session: AsyncSession,
    page: SidePage,
    services: Services,
    link: OpenedLink,
    form: DetailsForm | None = None,
    problems: Problems | None = None,
) -> HTMLResponse:
    if not may_correct(link):
        return page.waiting(link)
    values = form.model_dump(exclude={"form_token"}) if form else _as_it_is(link)
    offered = dict.fromkeys([*services.renderer.languages(), *link.partner.languages, link.contact.language])
    context: dict[str, object] = {
        "waits": await has_open_change(session, link.contact.id),
        "languages_to_choose": [(code, native_name(code)) for code in offered],
        "form_token": page.form_token(link, link.contact.id.bytes),
        "ticked": values.pop("languages"),
        "values": values,
    }
    return page.show(link, context, problems or {})


def _as_it_is(link: OpenedLink) -> dict[str, Any]:
    """Return what stands in the directory, without the address that only the organisation should know.

    Her name is for her to type: a mail scanner, which clicks on everything and types nothing, sends nothing.
    """
    return {
        "organisation": link.partner.name,
        "website": link.partner.website or "",
        "languages": link.partner.languages,
        "registered_address": "",
        "contact_name": "",
        "contact_email": link.contact.email,
        "contact_language": link.contact.language,
    }
