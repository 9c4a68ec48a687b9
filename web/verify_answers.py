"""What a verifier answers to a case that she has read: the rules are those of the API."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from models.attestations import ObjectionKind
from models.lifecycle import Decision
from storage import decisions
from storage.consents import revoke_consents
from storage.verification import OpenedRequest
from web.blanks import blanks_of
from web.decisions import objection_row
from web.leaks import FoundLeak, unnamed_in
from web.schemas import AttestationRequest
from web.verify_case import CaseShown, read_case
from web.verify_forms import Problems, VerifyForm, reason_of
from web.verify_view import Filled, VerifyPage
from web.versions import confirmed_version

SHOW: Final = "show"
"""Asks for the page again, in another language."""

_OBJECTIONS: Final = MappingProxyType(
    {Decision.RETURN: (ObjectionKind.RETURNED, "missing"), Decision.REJECT: (ObjectionKind.REJECTED, "why")}
)
"""What an objection is, and the field that its reason is written in."""


class Answering:
    """One posted answer, in the transaction that has the action alone."""

    def __init__(
        self, page: VerifyPage, session: AsyncSession, opened: OpenedRequest, form: VerifyForm
    ) -> None:
        self._page = page
        self._session = session
        self._opened = opened
        self._form = form

    async def outcome(self) -> HTMLResponse:
        """Carry the answer out and say so; or show the case again, with what keeps it from counting."""
        case, form = await self._case(), self._form
        if form.answer == Decision.REVOKE:
            return await self._revoke(case)
        if (form.digest, form.seen) != (case.digest, case.seen):
            return await self._again(case, {"digest": "case_changed"}, ticked=())
        if form.answer == SHOW:
            return await self._again(case, {})
        decision = next((one for one in (Decision.ATTEST, *_OBJECTIONS) if one == form.answer), None)
        if decision not in case.answers:
            return await self._again(case, {"answer": "answer_not_possible"})
        return await (self._attest(case) if decision is Decision.ATTEST else self._object(case, decision))

    async def _attest(self, case: CaseShown) -> HTMLResponse:
        session, action = self._session, self._opened.action
        chosen = [one for one in case.confirmable if one in self._form.confirms]
        if case.is_hers:
            return await self._again(case, {"answer": "answer_not_possible"})
        if not chosen or len(chosen) != len(set(self._form.confirms)):
            return await self._again(case, {"confirms": "confirms_missing"})
        attestation = AttestationRequest(
            digest=case.digest, confirms=chosen, consent_revision=action.consent_revision
        )
        version, confirms = await confirmed_version(session, action, attestation)
        if await blanks_of(session, version):
            return await self._again(case, {"confirms": "text_has_blanks"})
        leaks = await unnamed_in(session, self._page.services, action, version, confirms)
        if leaks:
            return await self._again(case, {"confirms": "text_names_somebody"}, leaks=leaks)
        await decisions.attest(session, action, version, self._opened.person.id, confirms)
        return self._page.thanks(self._opened, Decision.ATTEST)

    async def _object(self, case: CaseShown, decision: Decision) -> HTMLResponse:
        action, (kind, field) = self._opened.action, _OBJECTIONS[decision]
        written: str = getattr(self._form, field)
        reason = reason_of(written)
        if reason is None:
            return await self._again(case, {field: "reason_invalid" if written.strip() else f"{field}_empty"})
        row = objection_row(self._page.services, action, kind, self._opened.person.id, reason)
        await decisions.object_to(self._session, action, row)
        return self._page.thanks(self._opened, decision)

    async def _revoke(self, case: CaseShown) -> HTMLResponse:
        """Take consents back whatever else has changed: only what widens must have been read as it is."""
        session, action = self._session, self._opened.action
        chosen, given = sorted(set(self._form.revoke)), case.behind.given
        if not chosen or not given.keys() >= set(chosen):
            return await self._again(case, {"revoke": "revoke_missing"}, ticked=())
        for person, use in map(given.__getitem__, chosen):
            await revoke_consents(session, action, [person], [use], self._opened.person.id)
        await decisions.tell(session, action.id)
        filled = Filled(self._form.expires, self._form.written, revoked=True)
        return await self._page.case(session, await self._case(), filled)

    async def _case(self) -> CaseShown:
        return await read_case(self._session, self._page.services.cipher, self._opened)

    async def _again(
        self,
        case: CaseShown,
        problems: Problems,
        *,
        ticked: Sequence[str] | None = None,
        leaks: Sequence[FoundLeak] = (),
    ) -> HTMLResponse:
        form = self._form
        kept = [*form.confirms, *form.revoke] if ticked is None else ticked
        return await self._page.case(
            self._session, case, Filled(form.expires, form.written, kept, problems, leaks)
        )
