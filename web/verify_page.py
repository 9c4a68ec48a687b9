"""The page behind a verification link: a verifier types her PIN, reads the case, and answers, once.

Before the PIN the page says nothing of any case; looking at it changes nothing. After it, the page carries
a sealed proof of the PIN: there is no cookie, and nothing is kept on the server.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from models.people import PinOutcome
from storage.decisions import tell
from storage.verification import acknowledge, revoke_links_of
from storage.verifiers import check_pin
from web.pages import VERIFICATIONS
from web.services import Services, Work
from web.verify_answers import Answering
from web.verify_case import read_case
from web.verify_forms import Proof, VerifyForm, new_ending, problems_of_pin
from web.verify_view import Filled, VerifyPage

router = APIRouter(include_in_schema=False)

LINK = VERIFICATIONS + "{token}"
PIN_STEP = "pin"


@router.api_route(LINK, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(token: str, request: Request, services: Work, lang: str | None = None) -> HTMLResponse:
    """Ask for the PIN. Looking never changes anything, whoever looks."""
    page = VerifyPage(services, request, lang, token)
    async with services.database.transaction() as session:
        opened = await page.opened(session)
    return page.pin(opened, VerifyForm(), {}) if opened else page.unusable()


@router.post(LINK, response_class=HTMLResponse)
async def give(
    token: str,
    request: Request,
    services: Work,
    form: Annotated[VerifyForm, Form()],
    lang: str | None = None,
) -> HTMLResponse:
    """Take a PIN, or the answer of somebody whose PIN was right."""
    page = VerifyPage(services, request, lang, token)
    return await (_take_pin if form.step == PIN_STEP else _take_answer)(services, page, form)


async def _take_pin(services: Services, page: VerifyPage, form: VerifyForm) -> HTMLResponse:
    async with services.database.transaction() as session:
        opened = await page.opened(session)
    if opened is None:
        return page.unusable()
    problems = problems_of_pin(page.request, services, opened, form)
    if problems:
        return page.pin(opened, form, problems)
    outcome = await check_pin(services.database, opened.person.id, services.pins.judge(form.pin))
    if outcome is PinOutcome.RIGHT:
        return await _open(services, page, form)
    if outcome is PinOutcome.WRONG:
        return page.pin(opened, form, {"pin": "pin_wrong"})
    if outcome is PinOutcome.SHUT:
        async with services.database.transaction() as session:
            await revoke_links_of(session, opened.person.id)
    return page.refused(opened, outcome)


async def _open(services: Services, page: VerifyPage, form: VerifyForm) -> HTMLResponse:
    """Show the case to somebody whose PIN was right; from now on it is taken."""
    async with services.database.transaction() as session:
        opened = await page.opened(session, lock=True)
        if opened is None:
            return page.unusable()
        if await acknowledge(session, opened):
            await tell(session, opened.action.id)
        case = await read_case(session, services.cipher, opened)
        shown = await page.case(session, case, Filled(new_ending(), form.written))
    services.feed.anything.set()
    return shown


async def _take_answer(services: Services, page: VerifyPage, form: VerifyForm) -> HTMLResponse:
    """Take an answer in one transaction; without a proof that holds, ask for the PIN first."""
    async with services.database.transaction() as session:
        opened = await page.opened(session, lock=True)
        if opened is None:
            return page.unusable()
        proof = Proof(form.digest, form.seen, form.expires)
        if not proof.holds(page.request, services, opened, form.form_token):
            return page.pin(opened, form, {"form_token": "pin_again"})
        outcome = await Answering(page, session, opened, form).outcome()
    services.feed.anything.set()
    return outcome
