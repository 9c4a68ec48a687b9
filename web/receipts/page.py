"""What the page of an answer shows: what was answered, and nothing of the case."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from storage.answer_links import OpenedAnswer
from web.forms import form_token, is_ours
from web.pages import rendered, wanted_language
from web.receipts.forms import ReceiptForm
from web.services import Services
from web.signing.forms import Problems

NOTHING_FILLED_IN = ReceiptForm()
NO_PROBLEMS: Problems = {}


class ReceiptPage:
    """What one request answers."""

    def __init__(self, services: Services, request: Request, language: str | None) -> None:
        self._services = services
        self._request = request
        self._wanted_language = language

    def unusable(self) -> HTMLResponse:
        """Say the same of every link that opens nothing, whatever the reason."""
        return self._render("unusable", None, {}, status=404)

    def of(
        self, opened: OpenedAnswer, form: ReceiptForm = NOTHING_FILLED_IN, problems: Problems = NO_PROBLEMS
    ) -> HTMLResponse:
        """Show the answer, and ask where it can still be taken back or confirmed."""
        given = opened.answer
        context: dict[str, object] = {
            "index": f"{opened.action.reference}/{opened.document.number}",
            "partner_name": opened.partner.name,
            "answer": given.answer.value,
            "disowned": given.disowned,
            "doubted": opened.is_doubted,
            "confirmed": given.confirmed_at is not None,
            "by_mandate": given.by_mandate_of is not None,
            "signer_name": given.signer_name,
            "signer_role": given.signer_role,
            "visibility": given.visibility.value,
            "answered_at": given.answered_at,
            "time_zone": opened.partner.time_zone or self._services.time_zone,
            "digest": given.digest.hex(),
            "about": given.id.hex,
            "form_token": form_token(self._services, *_made_for(opened)),
            "problems": problems,
            "values": {"told_by": form.told_by} if form.told_by else {},
        }
        return self._render("receipt", opened, context, status=422 if problems else 200)

    def is_ours(self, opened: OpenedAnswer, form: ReceiptForm) -> bool:
        """Tell whether a form came from our page, for this answer."""
        return is_ours(self._request, self._services, form.form_token, *_made_for(opened))

    def _render(
        self, page: str, opened: OpenedAnswer | None, context: dict[str, object], *, status: int = 200
    ) -> HTMLResponse:
        otherwise = opened.partner.languages[0] if opened else self._services.renderer.default_language
        language = wanted_language(self._services, self._wanted_language, otherwise)
        return rendered(self._services, page, language, context, status=status)


def _made_for(opened: OpenedAnswer) -> tuple[bytes, ...]:
    return b"receipt", opened.invitation.id.bytes, opened.answer.id.bytes
