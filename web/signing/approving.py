"""The page on which an approver reads the statement and confirms her organisation's signature or not."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from models.proposals import Proposal, ProposalState
from models.vocabulary import Answer, SignatureVisibility
from storage import proposals
from storage.answers import GivenAnswer, answer
from storage.sign_links import OpenedLink
from storage.sign_on import closing_time
from web.pages import APPROVALS
from web.services import Work
from web.signing.access import approver_opened_by
from web.signing.forms import DECLINE, Problems, SignForm, problems_of_answer
from web.signing.side import SidePage
from web.signing.statement import statement_context

router = APIRouter(include_in_schema=False)

PAGE: Final = APPROVALS + "{proposal_id}"

NOTHING_FILLED_IN = SignForm()


@router.api_route(PAGE, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(proposal_id: str, request: Request, services: Work) -> HTMLResponse:
    """Show the statement and who asks. Looking never changes anything, whoever looks."""
    page = SidePage(services, request, "approve")
    async with services.database.reading() as session:
        opened = await approver_opened_by(session, request, proposal_id)
        return await _shown(session, page, request, *opened) if opened else page.unusable()


@router.post(PAGE, response_class=HTMLResponse)
async def give_answer(
    proposal_id: str, request: Request, services: Work, form: Annotated[SignForm, Form()]
) -> Response:
    """Take what an approver decided: her organisation has signed when the page says thank you."""
    page = SidePage(services, request, "approve")
    async with services.database.transaction() as session:
        opened = await approver_opened_by(session, request, proposal_id, lock=True)
        if opened is None:
            return page.unusable()
        link, proposal = opened
        if proposal.state is not ProposalState.OPEN or not link.takes_answers:
            return await _shown(session, page, request, link, proposal)
        problems = _problems(page, link, form)
        if problems:
            return await _shown(session, page, request, link, proposal, form, problems)
        await _decide(session, link, proposal, form)
    services.feed.anything.set()
    return page.again(link, "")


def _problems(page: SidePage, link: OpenedLink, form: SignForm) -> dict[str, str]:
    problems = problems_of_answer(form)
    if form.digest_read != link.version.digest:
        problems["digest"] = "digest_changed"
    elif not page.is_ours(link, form.form_token, link.version.digest):
        problems["form_token"] = "form_expired"  # noqa: S105 - a code, not a secret
    return problems


async def _decide(session: AsyncSession, link: OpenedLink, proposal: Proposal, form: SignForm) -> None:
    """Sign for her organisation, or end the proposal: her no to the contact is no answer of all."""
    if form.answer == DECLINE:
        await proposals.decline(session, link.action.id, link.document.id, proposal, form.signer_name)
        return
    given = GivenAnswer(
        Answer.SIGNED,
        SignatureVisibility(form.visibility),
        form.signer_name,
        form.signer_role,
        follows=link.answer.id if link.answer else None,
        proposal_id=proposal.id,
    )
    await answer(session, link, given)


async def _shown(
    session: AsyncSession,
    page: SidePage,
    request: Request,
    link: OpenedLink,
    proposal: Proposal,
    form: SignForm = NOTHING_FILLED_IN,
    problems: Problems | None = None,
) -> HTMLResponse:
    if proposal.state is not ProposalState.OPEN:
        context: dict[str, object] = {
            "state": proposal.state.value,
            "ended_at": proposal.ended_at,
            "proposer_name": proposal.proposer_name,
        }
        return page.show(link, context, {}, "approval_ended")
    if not link.takes_answers:
        return page.waiting(link)
    asking = _asking(proposal, link, form, changed=proposal.digest != link.version.digest)
    token = {"form_token": page.form_token(link, link.version.digest)}
    statement = await statement_context(session, request, link, page.language(link))
    return page.show(link, {**statement, **asking, **token}, problems or {})


def _asking(proposal: Proposal, link: OpenedLink, form: SignForm, *, changed: bool) -> dict[str, object]:
    return {
        "recipient_name": proposal.approver_name,
        "proposer_name": proposal.proposer_name,
        "proposer_role": proposal.proposer_role,
        "closes_at": closing_time(link.document),
        "is_late": link.is_late,
        "text_changed": changed,
        "values": {"visibility": proposal.visibility.value, **form.written},
    }
