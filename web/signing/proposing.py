"""The page on which a contact asks somebody in her organisation to confirm its signature."""

from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict
from sqlmodel.ext.asyncio.session import AsyncSession

from models.proposals import Proposal, ProposalState
from models.vocabulary import Channel, SignatureVisibility
from storage import proposals
from storage.sign_links import OpenedLink
from templates.catalogs import native_name
from web.pages import SIGN_PAGES
from web.services import Services, Work
from web.signing.access import opened_by
from web.signing.forms import Problems
from web.signing.side import SidePage
from web.signing.typed import Line, email_of, line_problem, name_problem

router = APIRouter(include_in_schema=False)

PART: Final = "/approver"
PAGE: Final = SIGN_PAGES + "{invitation_id}" + PART

ASK, TAKE_BACK = "ask", "take_back"


class ProposalForm(BaseModel):
    """A form as it was posted; missing fields are empty, and judged with the others."""

    model_config = ConfigDict(frozen=True)

    step: str = ""
    proposer_name: Line = ""
    proposer_role: Line = ""
    visibility: str = ""
    approver_name: Line = ""
    approver_email: Line = ""
    approver_language: str = ""
    ended_by: Line = ""
    form_token: str = ""

    @property
    def written(self) -> dict[str, str]:
        """Return what the page shows again after a mistake."""
        kept = self.model_dump(exclude={"step", "form_token"})
        return {field: value for field, value in kept.items() if value}


NOTHING_FILLED_IN = ProposalForm()


@router.api_route(PAGE, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(invitation_id: str, request: Request, services: Work) -> HTMLResponse:
    """Show the form, or who was asked. Looking never changes anything."""
    page = SidePage(services, request, "approver")
    async with services.database.reading() as session:
        link = await opened_by(session, request, invitation_id)
        return await _shown(session, page, services, link) if link else page.unusable()


@router.post(PAGE, response_class=HTMLResponse)
async def post(
    invitation_id: str, request: Request, services: Work, form: Annotated[ProposalForm, Form()]
) -> Response:
    """Ask an approver, or ask her no more: the page that follows says which."""
    page = SidePage(services, request, "approver")
    async with services.database.transaction() as session:
        link = await opened_by(session, request, invitation_id, lock=True)
        if link is None:
            return page.unusable()
        if form.step == TAKE_BACK:
            problems = await _take_back(session, page, link, form)
        else:
            problems = await _ask(session, services, page, link, form)
        if problems:
            return await _shown(session, page, services, link, form, problems)
    services.feed.anything.set()
    return page.again(link, PART)


async def _ask(
    session: AsyncSession, services: Services, page: SidePage, link: OpenedLink, form: ProposalForm
) -> Problems:
    if not await _may_ask(session, link):
        return {}
    email = email_of(form.approver_email)
    problems = _problems_of(services, form) | _address_problem(services, link, email)
    if not page.is_ours(link, form.form_token, link.version.digest):
        problems["form_token"] = "form_expired"  # noqa: S105 - a code, not a secret
    if problems or email is None:
        return problems
    wanted = Proposal(
        id=uuid4(),
        invitation_id=link.invitation.id,
        digest=link.version.digest,
        visibility=SignatureVisibility(form.visibility),
        proposer_name=form.proposer_name,
        proposer_role=form.proposer_role,
        approver_name=form.approver_name,
        approver_email=email,
        approver_fingerprint=services.fingerprint.of(Channel.EMAIL, email),
        approver_language=form.approver_language,
    )
    await proposals.propose(session, link.action.id, link.document.id, wanted)
    return {}


async def _may_ask(session: AsyncSession, link: OpenedLink) -> bool:
    known = await proposals.proposals_of(session, link.invitation.id)
    is_asked = any(one.state is ProposalState.OPEN for one in known)
    return link.may_sign and not is_asked and len(known) < proposals.MOST_APPROVERS


def _problems_of(services: Services, form: ProposalForm) -> dict[str, str]:
    problems = name_problem("proposer_name", form.proposer_name, "own_name")
    problems |= line_problem("proposer_role", form.proposer_role, "own_role")
    problems |= name_problem("approver_name", form.approver_name, "approver_name")
    if form.visibility not in set(SignatureVisibility):
        problems["visibility"] = "visibility_invalid"
    if form.approver_language not in services.renderer.languages():
        problems["approver_language"] = "language_missing"
    return problems


def _address_problem(services: Services, link: OpenedLink, email: str | None) -> dict[str, str]:
    if email is None:
        return {"approver_email": "email_invalid"}
    if services.fingerprint.of(Channel.EMAIL, email) == link.contact.fingerprint:
        return {"approver_email": "email_your_own"}
    return {}


async def _take_back(session: AsyncSession, page: SidePage, link: OpenedLink, form: ProposalForm) -> Problems:
    known = await proposals.proposals_of(session, link.invitation.id)
    asked = next((one for one in known if one.state is ProposalState.OPEN), None)
    if asked is None:
        return {}
    problems = line_problem("ended_by", form.ended_by, "own_name")
    if not page.is_ours(link, form.form_token, asked.id.bytes):
        problems["form_token"] = "form_expired"  # noqa: S105 - a code, not a secret
    if not problems:
        await proposals.end(session, link.action.id, asked, ProposalState.TAKEN_BACK, form.ended_by)
    return problems


async def _shown(
    session: AsyncSession,
    page: SidePage,
    services: Services,
    link: OpenedLink,
    form: ProposalForm = NOTHING_FILLED_IN,
    problems: Problems | None = None,
) -> HTMLResponse:
    known = await proposals.proposals_of(session, link.invitation.id)
    asked = next((one for one in known if one.state is ProposalState.OPEN), None)
    if not known and not link.may_sign:
        return page.waiting(link)
    made_for = asked.id.bytes if asked else link.version.digest
    context: dict[str, object] = {
        "asked": [_view(one) for one in known],
        "is_asked": asked is not None,
        "may_ask": link.may_sign,
        "left": proposals.MOST_APPROVERS - len(known),
        "languages_to_choose": [(code, native_name(code)) for code in services.renderer.languages()],
        "form_token": page.form_token(link, made_for),
        "values": {"approver_language": page.language(link), **form.written},
    }
    return page.show(link, context, problems or {})


def _view(proposal: Proposal) -> dict[str, object]:
    return {
        "approver_name": proposal.approver_name,
        "approver_email": proposal.approver_email,
        "state": proposal.state.value,
        "proposed_at": proposal.proposed_at,
    }
