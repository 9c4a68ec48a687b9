"""What the page of an invitation shows."""

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from models.partners import Signature
from models.vocabulary import SignatureVisibility
from storage.documents import texts_of
from storage.questions import count_answers
from storage.sign_links import OpenedLink
from storage.sign_on import closing_time
from storage.signatures import public_signatures, unnamed_signatures
from web.forms import form_token, is_ours
from web.pages import rendered, switch, wanted_language
from web.services import Services
from web.signing.access import path_of
from web.signing.forms import Problems, SignForm


class SignPage:
    """What one request answers."""

    def __init__(self, services: Services, request: Request, language: str | None) -> None:
        self._services = services
        self._request = request
        self._wanted_language = language

    def unusable(self) -> HTMLResponse:
        """Say the same of every link that opens nothing, whatever the reason."""
        return self._render("unusable", None, {}, status=404)

    async def of(self, session: AsyncSession, link: OpenedLink) -> HTMLResponse:
        """Show what a link opens now."""
        if link.answer:
            return self.answered(link, link.answer)
        if not link.takes_answers:
            return self._render("waiting", link, {})
        return await self.form(session, link, SignForm(), {})

    async def form(
        self, session: AsyncSession, link: OpenedLink, form: SignForm, problems: Problems
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
            "text_languages": switch("text", link.languages, {"lang": self._language(link)}),
            "index": _index(link),
            "partner_name": link.partner.name,
            "recipient_name": link.contact.name,
            "page_path": path_of(self._services, link),
            "answers_waiting": await count_answers(session, link.invitation.id),
            "closes_at": closing_time(link.document),
            "time_zone": self._services.time_zone,
            "digest": link.version.digest.hex(),
            "form_token": self._form_token(link),
            "signatories": [one._asdict() for one in await public_signatures(session, *signed)],
            "unnamed_signatories": await unnamed_signatures(session, *signed),
            "problems": problems,
            "values": form.written,
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

    def is_ours(self, link: OpenedLink, form: SignForm) -> bool:
        """Tell whether a form came from our page, for this link and the text that it names."""
        return is_ours(self._request, self._services, form.form_token, *self._made_for(link))

    def _form_token(self, link: OpenedLink) -> str:
        return form_token(self._services, *self._made_for(link))

    def _made_for(self, link: OpenedLink) -> tuple[bytes, bytes]:
        return link.invitation.id.bytes, link.version.digest

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
