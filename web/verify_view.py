"""The pages that a verification link leads to."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from models.documents import DocumentText
from models.people import PinOutcome
from models.records import EventKind
from models.vocabulary import ReadingReason
from security.tokens import token_hash
from storage.documents import approved_languages
from storage.duplicates import duplicates_of
from storage.records import record
from storage.standing import attested
from storage.verification import OpenedRequest, opened_request
from web.leaks import FoundLeak
from web.pages import rendered, wanted_language
from web.services import Services
from web.verify_case import CaseShown, Opened, objections_to
from web.verify_editorial import editorial_change
from web.verify_forms import Problems, Proof, VerifyForm, ending_of, pin_token


class Filled(NamedTuple):
    """What a case page shows of its form: until when it holds, what was filled in, and what came of it."""

    expires: str
    values: Mapping[str, str] = MappingProxyType({})
    ticked: Collection[str] = ()
    problems: Problems = MappingProxyType({})
    leaks: Sequence[FoundLeak] = ()
    revoked: bool = False


class VerifyPage:
    """What one request on a verification link answers."""

    def __init__(self, services: Services, request: Request, language: str | None, token: str) -> None:
        self.services = services
        self.request = request
        self._wanted_language = language
        self._token_hash = token_hash(token)

    async def opened(self, session: AsyncSession, *, lock: bool = False) -> OpenedRequest | None:
        """Find what the link opens, if it still opens anything."""
        opened = await opened_request(session, self._token_hash, lock=lock)
        return opened if opened and opened.is_usable else None

    def pin(self, opened: OpenedRequest, form: VerifyForm, problems: Problems) -> HTMLResponse:
        """Ask for the PIN, and say nothing of any case; what she wrote before is kept."""
        context = {
            "form_token": pin_token(self.services, opened),
            "values": form.written,
            "problems": problems,
        }
        return self._render("verify_pin", opened, context, status=422 if problems else 200)

    def refused(self, opened: OpenedRequest, outcome: PinOutcome) -> HTMLResponse:
        """Say why no PIN is looked at."""
        status = 429 if outcome is PinOutcome.LOCKED else 403
        return self._render("verify_refused", opened, {"outcome": outcome.value}, status=status)

    def unusable(self) -> HTMLResponse:
        """Say the same of every link that opens nothing, whatever the reason."""
        return self._render("verify_unusable", None, {}, status=404)

    def thanks(self, opened: OpenedRequest, answer: str) -> HTMLResponse:
        """Say that the answer counts, and nothing of the case."""
        return self._render("verify_answered", opened, {"answer": answer})

    async def case(self, session: AsyncSession, case: CaseShown, filled: Filled) -> HTMLResponse:
        """Show the case and its form, and write down that it was read."""
        action, person = case.opened.action, case.opened.person
        objections = await objections_to(session, self.services.cipher, case)
        private = [*case.behind.private, *(["objections"] if objections else [])]
        if private:
            detail = {"fields": private, "why": ReadingReason.ATTESTING}
            await record(session, action.id, EventKind.PRIVATE_READ, person.id, detail)
        context = {
            **self._about(case),
            **self._form(case, filled),
            "texts": await self._texts(session, case),
            "attested": (await attested(session, action, case.current.version))._asdict(),
            "alike": [one._asdict() for one in await duplicates_of(session, action.id)],
            "objections": objections,
            "editorial": await editorial_change(session, case),
        }
        page = "verify_notice" if case.is_notice else "verify_case"
        return self._render(page, case.opened, context, status=422 if filled.problems else 200)

    def _about(self, case: CaseShown) -> dict[str, object]:
        action = case.opened.action
        fields = {"urgency", "concerns", "country", "region", "occurred_on", "title", "reference"}
        return {
            **action.model_dump(mode="json", include=fields),
            **case.behind.tree,
            "index": f"{action.reference}/{case.current.document.number}",
            "case_language": action.languages[0],
            "time_zone": case.opened.person.time_zone,
        }

    def _form(self, case: CaseShown, filled: Filled) -> dict[str, object]:
        proof = Proof(case.digest, case.seen, filled.expires)
        return {
            **filled._asdict(),
            **proof._asdict(),
            "leaks": [_place_of(leak) for leak in filled.leaks],
            "form_token": proof.seal(self.services, case.opened),
            "until": ending_of(filled.expires),
            "answers": [one.value for one in case.answers],
            "is_hers": case.is_hers,
            "confirmable": case.confirmable,
            "revocable": _revocable(case),
        }

    async def _texts(self, session: AsyncSession, case: CaseShown) -> list[Opened]:
        """Show every text, the one in the language of the page first."""
        approved = await approved_languages(session, case.opened.action, case.current.version)
        language = self._language(case.opened)
        return [
            {**_text(text), "approved": text.language in approved}
            for text in sorted(case.texts, key=lambda text: text.language != language)
        ]

    def _language(self, opened: OpenedRequest | None) -> str:
        otherwise = opened.person.language if opened else self.services.renderer.default_language
        return wanted_language(self.services, self._wanted_language, otherwise)

    def _render(
        self, page: str, opened: OpenedRequest | None, context: Mapping[str, object], *, status: int = 200
    ) -> HTMLResponse:
        return rendered(self.services, page, self._language(opened), context, status=status)


def _text(text: DocumentText) -> Opened:
    return text.model_dump(include={"language", "headline", "summary", "body", "background", "demands"})


def _revocable(case: CaseShown) -> list[Opened]:
    return [
        {"name": consent["name"], "use": consent["use"], "shown_as": person["shown_as"], "number": number}
        for number, person in enumerate(case.behind.tree.get("people", []), 1)
        for consent in person["consents"]
        if consent["state"] not in {"refused", "revoked"}
    ]


def _place_of(leak: FoundLeak) -> Opened:
    """Say where a leak stands; `number` is that of a demand, counted from 1."""
    _, language, part, *rest = leak.field.split(".")
    return {
        "language": language,
        "part": part,
        "number": int(rest[0]) + 1 if rest else None,
        "kind": leak.kind.value,
        "line": leak.line,
    }
