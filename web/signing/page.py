"""What the page of an invitation shows."""

from typing import NamedTuple

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from models.partners import Signature
from storage.documents import texts_of, version_with
from storage.sign_links import OpenedLink
from storage.sign_on import closing_time
from web.forms import form_token, is_ours
from web.pages import rendered, rendered_in_mould, wanted_language
from web.services import Services
from web.signing.access import path_of
from web.signing.changes import changes_since
from web.signing.forms import CONFIRM, WITHDRAW, Problems, SignForm
from web.signing.statement import signed_so_far, statement_as_approved, text_to_read

NOTHING_FILLED_IN = SignForm()
NO_PROBLEMS: Problems = {}


class Prepared(NamedTuple):
    """What a page is to show, with nothing left to be asked of the database.

    `own` are the words that it has for this reader alone, `signed` is who has signed the text so far.
    """

    page: str
    link: OpenedLink
    context: dict[str, object]
    own: dict[str, str]
    signed: dict[str, object]
    problems: Problems = NO_PROBLEMS
    form: SignForm = NOTHING_FILLED_IN

    @property
    def fits_a_mould(self) -> bool:
        """Tell whether it is a page as hundreds open it at once: to sign, or of thanks for a signature."""
        link = self.link
        thanked = link.has_signed and not link.may_sign
        return (link.answer is None or thanked) and not self.problems and self.form == NOTHING_FILLED_IN


class SignPage:
    """What one request answers."""

    def __init__(self, services: Services, request: Request, language: str | None) -> None:
        self._services = services
        self._request = request
        self._wanted_language = language

    def unusable(self) -> HTMLResponse:
        """Say the same of every link that opens nothing, whatever the reason."""
        return self._render("unusable", None, {}, status=404)

    async def prepared(
        self,
        session: AsyncSession,
        link: OpenedLink,
        form: SignForm = NOTHING_FILLED_IN,
        problems: Problems = NO_PROBLEMS,
    ) -> Prepared:
        """Read what a link opens now: what was answered, and the text where it can be signed."""
        if link.answer is None and not link.may_sign:
            return Prepared("waiting", link, {"changing": not link.demands_stand}, {}, {})
        context: dict[str, object] = {
            "index": f"{link.action.reference}/{link.document.number}",
            "time_zone": self._services.time_zone,
            "may_sign": link.may_sign,
            "has_signed": link.has_signed,
            "questions_answered": link.invitation.questions_answered,
        }
        own = {"partner_name": link.partner.name, "page_path": path_of(self._services, link)}
        signed: dict[str, object] = {}
        if link.answer:
            context |= self._answer(link, link.answer)
            own |= self._own_answer(link, link.answer)
        if link.may_sign:
            context |= await self._statement(session, link)
            context["changes"] = await self._changes(session, link, form, problems)
            own |= self._own_invitation(link)
            signed = await signed_so_far(session, self._request, link)
        page = "answered" if link.answer else "sign"
        return Prepared(page, link, context, own, signed, problems, form)

    def shown(self, prepared: Prepared) -> HTMLResponse:
        """Set what was read; nobody waits for a lock or a connection meanwhile."""
        page, link, context, own, signed, problems, form = prepared
        if prepared.fits_a_mould:
            language, kept = self._language(link), self._kept(link)
            part = self._services.renderer.kept_part("_signed", language, signed) if signed else ""
            own = {**own, "signed": Markup(part)}  # noqa: S704 - a page of ours, which escapes what it shows
            return rendered_in_mould(self._services, page, language, context, own, kept=kept)
        everything = {**context, **own, **signed, "problems": problems, "values": form.written}
        return self._render(page, link, everything, status=422 if problems else 200)

    def is_ours(self, link: OpenedLink, form: SignForm) -> bool:
        """Tell whether a form came from our page, for this invitation, the answer and the text it names."""
        beside = form.answer if form.answer in {WITHDRAW, CONFIRM} else ""
        made_for = self._made_for(link, form.digest_read, beside)
        return is_ours(self._request, self._services, form.form_token, *made_for)

    def _answer(self, link: OpenedLink, given: Signature) -> dict[str, object]:
        """Tell the answer that counts, and nothing of the case: since then it may have ended."""
        return {
            "answer": given.answer.value,
            "visibility": given.visibility.value,
            "late": given.late,
            "answered_digest": given.digest.hex(),
            "for_earlier_text": link.may_sign and link.signed_digest is not None,
            "may_withdraw": link.may_withdraw,
            "doubted": link.is_doubted,
        }

    def _own_answer(self, link: OpenedLink, given: Signature) -> dict[str, str]:
        moment, zone = given.answered_at, self._services.time_zone
        return {
            "answered_on": self._services.renderer.moment(self._language(link), moment, zone),
            "follows": given.id.hex,
            "withdraw_token": form_token(self._services, *self._made_for(link, given.digest, WITHDRAW)),
            "confirm_token": form_token(self._services, *self._made_for(link, given.digest, CONFIRM)),
            "given_by": ", ".join(one for one in (given.signer_name, given.signer_role) if one),
        }

    async def _statement(self, session: AsyncSession, link: OpenedLink) -> dict[str, object]:
        return {
            **await statement_as_approved(session, self._request, link, self._language(link)),
            "closes_at": closing_time(link.document),
            "is_late": link.is_late,
        }

    def _own_invitation(self, link: OpenedLink) -> dict[str, str]:
        made_for = self._made_for(link, link.version.digest)
        return {"recipient_name": link.contact.name, "form_token": form_token(self._services, *made_for)}

    async def _changes(
        self, session: AsyncSession, link: OpenedLink, form: SignForm, problems: Problems
    ) -> dict[str, object] | None:
        """Tell what changed since she signed, or since the page that she posted; None where nothing has."""
        read = form.digest_read if "digest" in problems else link.signed_digest
        before = await version_with(session, link.document.id, read) if read else None
        if before is None:
            return None
        after = await text_to_read(session, self._request, link, self._language(link))
        changes = changes_since((await texts_of(session, before.id)).get(after.language), after)
        return {"in_this_language": changes, "language": after.language}

    def _made_for(self, link: OpenedLink, digest: bytes, beside: str = "") -> tuple[bytes, ...]:
        return link.invitation.id.bytes, digest, beside.encode()

    def _language(self, link: OpenedLink | None) -> str:
        otherwise = link.contact.language if link else self._services.renderer.default_language
        return wanted_language(self._services, self._wanted_language, otherwise)

    def _render(
        self, page: str, link: OpenedLink | None, context: dict[str, object], *, status: int = 200
    ) -> HTMLResponse:
        kept = self._kept(link) if link else None
        return rendered(self._services, page, self._language(link), context, status=status, kept=kept)

    def _kept(self, link: OpenedLink) -> dict[str, str] | None:
        chosen = self._request.query_params.get("text")
        return {"text": chosen} if chosen in link.languages else None
