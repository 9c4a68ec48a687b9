"""What the page of a check-in shows: its number and the four answers, and nothing of the case."""

from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from models.vocabulary import News
from storage.check_in_answers import OpenedCheckIn
from web.forms import form_token, is_ours
from web.pages import CHECK_IN_PAGES, rendered, wanted_language
from web.services import Services
from web.signing.access import seen_path

CONFIRMED: Final = "close_confirmed"
"""What the second tap on closing says: the first one changes nothing."""


RESPONSE: Final = "/response"
"""What follows the path of a link's page where a response is written down."""


def page_path(services: Services, opened: OpenedCheckIn) -> str:
    """Return the path of a link's page, as browsers see it."""
    return seen_path(services, f"{CHECK_IN_PAGES}{opened.link.id}")


class NewsForm(BaseModel):
    """A form as it was posted."""

    model_config = ConfigDict(frozen=True)

    said: str = ""
    form_token: str = ""


class CheckInPage:
    """What one request answers."""

    def __init__(self, services: Services, request: Request, language: str | None) -> None:
        self.services = services
        self._request = request
        self._wanted_language = language

    def unusable(self) -> HTMLResponse:
        """Say the same of every link that opens nothing, whatever the reason."""
        return self._render("unusable", self.services.renderer.default_language, {}, status=404)

    def of(self, opened: OpenedCheckIn, *, closing: bool = False, expired: bool = False) -> HTMLResponse:
        """Show the answers to choose from, the question whether to close, or what was answered."""
        context: dict[str, object] = {
            "index": f"{opened.action.reference}/{opened.document.number}",
            "number": opened.link.number,
            "news": opened.answer.news.value if opened.answer else None,
            "answered_at": opened.answer.answered_at if opened.answer else None,
            "time_zone": opened.person.time_zone,
            "closing": closing,
            "response_path": page_path(self.services, opened) + RESPONSE,
            "expired": expired,
            "form_token": form_token(self.services, *_made_for(opened, closing=closing)),
        }
        return self._render("check_in", opened.person.language, context, status=422 if expired else 200)

    def is_ours(self, opened: OpenedCheckIn, form: NewsForm) -> bool:
        """Tell whether a form came from our page, for this check-in; a confirmation, from the second page."""
        known = form.said in {*News, CONFIRMED}
        made_for = _made_for(opened, closing=form.said == CONFIRMED)
        return known and is_ours(self._request, self.services, form.form_token, *made_for)

    def _render(
        self, page: str, otherwise: str, context: dict[str, object], *, status: int = 200
    ) -> HTMLResponse:
        language = wanted_language(self.services, self._wanted_language, otherwise)
        return rendered(self.services, page, language, context, status=status)


def _made_for(opened: OpenedCheckIn, *, closing: bool) -> tuple[bytes, ...]:
    return b"check-in", opened.link.id.bytes, b"close" if closing else b"answer"
