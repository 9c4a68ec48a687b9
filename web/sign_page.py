"""The page behind a sign link: a partner reads the statement, and signs or declines."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from models.partners import Signature
from models.vocabulary import Answer, SignatureVisibility
from security.tokens import token_hash
from storage.documents import texts_of
from storage.sign_on import (
    OpenedLink,
    answer,
    closing_time,
    opened_link,
    public_signatures,
    unnamed_signatures,
)
from web.forms import FormToken, form_token, is_ours
from web.pages import SIGN_LINKS, rendered, switch, wanted_language
from web.services import Services, Work

router = APIRouter(include_in_schema=False)

LINK = SIGN_LINKS + "{token}"
LONGEST_FIELD = 200


class SignForm(NamedTuple):
    """The form as it was posted."""

    answer: str
    signer_name: str
    signer_role: str
    visibility: str
    digest: str
    form_token: str


def sign_form(
    answer: Annotated[str, Form()] = "",
    signer_name: Annotated[str, Form()] = "",
    signer_role: Annotated[str, Form()] = "",
    visibility: Annotated[str, Form()] = "",
    digest: Annotated[str, Form()] = "",
    form_token: FormToken = "",
) -> SignForm:
    """Read the posted form; missing fields are empty, and judged with the others."""
    return SignForm(answer, signer_name.strip(), signer_role.strip(), visibility, digest, form_token)


@router.api_route(LINK, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(token: str, request: Request, services: Work, lang: str | None = None) -> HTMLResponse:
    """Show the statement. Looking never changes anything, whoever looks."""
    async with services.database.transaction() as session:
        link = await opened_link(session, token_hash(token))
        return await _Page(services, request, lang, token).of(session, link)


@router.post(LINK, response_class=HTMLResponse)
async def give_answer(
    token: str,
    request: Request,
    services: Work,
    form: Annotated[SignForm, Depends(sign_form)],
    lang: str | None = None,
) -> HTMLResponse:
    """Take a partner's answer, once: the answer is safe when the page says thank you."""
    page = _Page(services, request, lang, token)
    async with services.database.transaction() as session:
        link = await opened_link(session, token_hash(token), lock=True)
        if link is None or link.answer or not link.takes_answers:
            return await page.of(session, link)
        problems = page.problems_of(link, form)
        if problems:
            return await page.form(session, link, form, problems)
        given = await answer(
            session,
            link,
            Answer.SIGNED if form.answer == "sign" else Answer.DECLINED,
            SignatureVisibility(form.visibility),
            form.signer_name or None,
            form.signer_role or None,
        )
        thanks = page.answered(link, given)
    services.feed.anything.set()
    return thanks


class _Page:
    """What one request on a sign link answers."""

    def __init__(self, services: Services, request: Request, language: str | None, token: str) -> None:
        self._services = services
        self._request = request
        self._wanted_language = language
        self._token = token

    async def of(self, session: AsyncSession, link: OpenedLink | None) -> HTMLResponse:
        """Show what a link opens now."""
        if link is None:
            return self._render("unusable", None, {}, status=404)
        if link.answer:
            return self.answered(link, link.answer)
        if not link.takes_answers:
            return self._render("waiting", link, {})
        return await self.form(session, link, SignForm("", "", "", "", "", ""), {})

    async def form(
        self, session: AsyncSession, link: OpenedLink, form: SignForm, problems: dict[str, str]
    ) -> HTMLResponse:
        """Show the statement with the form, as far as it was filled in."""
        texts = await texts_of(session, link.version.id)
        approved = {language: texts[language] for language in link.languages}
        text = next(approved[one] for one in self._text_languages(link) if one in approved)
        signed = link.document.id, link.version.digest
        context = {
            **text.model_dump(include={"summary", "body", "background", "demands"}),
            "title": text.headline,
            "statement_language": text.language,
            "text_languages": switch("text", approved, {"lang": self._language(link)}),
            "index": _index(link),
            "partner_name": link.partner.name,
            "recipient_name": link.contact.name,
            "closes_at": closing_time(link.document),
            "time_zone": self._services.time_zone,
            "digest": link.version.digest.hex(),
            "form_token": form_token(self._services, *self._made_for(link)),
            "signatories": [one._asdict() for one in await public_signatures(session, *signed)],
            "unnamed_signatories": await unnamed_signatures(session, *signed),
            "problems": problems,
            "values": {name: value for name, value in form._asdict().items() if value},
        }
        return self._render("sign", link, context, status=422 if problems else 200)

    def answered(self, link: OpenedLink, given: Signature) -> HTMLResponse:
        """Thank for the answer that counts, and say nothing of the case: since then it may have ended."""
        context: dict[str, object] = {
            "index": _index(link),
            "partner_name": link.partner.name,
            "answer": given.answer.value,
            "answered_at": given.answered_at,
            "time_zone": self._services.time_zone,
            "withheld": given.visibility is SignatureVisibility.WITHHELD,
            "digest": given.digest.hex(),
        }
        return self._render("answered", link, context)

    def problems_of(self, link: OpenedLink, form: SignForm) -> dict[str, str]:
        """Name what keeps a form from counting, by field."""
        problems = {}
        if form.answer not in {"sign", "decline"}:
            problems["answer"] = "answer_invalid"
        for field in ("signer_name", "signer_role"):
            problems.update(_typed_problem(field, getattr(form, field), needed=form.answer == "sign"))
        if form.visibility not in set(SignatureVisibility):
            problems["visibility"] = "visibility_invalid"
        if form.digest != link.version.digest.hex():
            problems["digest"] = "digest_changed"
        elif not is_ours(self._request, self._services, form.form_token, *self._made_for(link)):
            problems["form_token"] = "form_expired"  # noqa: S105 - a code, not a secret
        return problems

    def _made_for(self, link: OpenedLink) -> tuple[bytes, bytes]:
        return token_hash(self._token), link.version.digest

    def _language(self, link: OpenedLink | None) -> str:
        otherwise = link.contact.language if link else self._services.renderer.default_language
        return wanted_language(self._services, self._wanted_language, otherwise)

    def _text_languages(self, link: OpenedLink) -> tuple[str, ...]:
        """List the languages in which the statement would be read, the best first."""
        return (self._request.query_params.get("text", ""), self._language(link), *link.languages)

    def _render(
        self, page: str, link: OpenedLink | None, context: dict[str, object], *, status: int = 200
    ) -> HTMLResponse:
        chosen = self._request.query_params.get("text")
        kept = {"text": chosen} if link and chosen in link.languages else None
        return rendered(self._services, page, self._language(link), context, status=status, kept=kept)


def _index(link: OpenedLink) -> str:
    return f"{link.action.reference}/{link.document.number}"


def _typed_problem(field: str, value: str, *, needed: bool) -> dict[str, str]:
    if not value:
        return {field: f"{field}_missing"} if needed else {}
    if len(value) > LONGEST_FIELD or not value.isprintable():
        return {field: f"{field}_invalid"}
    return {}
