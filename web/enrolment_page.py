"""The page behind an enrolment link: a verifier chooses the PIN by which she shows that it is she.

It names nobody and says nothing of what the PIN is for: who opens the link in her place learns neither.
"""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import SecretStr

from security.pins import problem_of
from security.tokens import token_hash
from storage.verifiers import OpenEnrolment, open_enrolment, set_pin
from web.forms import NO_PIN, FormToken, TypedPin, form_token, is_ours
from web.pages import ENROLMENTS, rendered, wanted_language
from web.services import Services, Work

router = APIRouter(include_in_schema=False)

LINK = ENROLMENTS + "{token}"
_MADE_FOR = b"enrolment"


class PinForm(NamedTuple):
    """The form as it was posted."""

    pin: SecretStr
    pin_again: SecretStr
    form_token: str


async def pin_form(
    pin: TypedPin = NO_PIN, pin_again: TypedPin = NO_PIN, form_token: FormToken = ""
) -> PinForm:
    """Read the posted form; missing fields are empty, and judged with the others."""
    return PinForm(pin, pin_again, form_token)


@router.api_route(LINK, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(token: str, request: Request, services: Work, lang: str | None = None) -> HTMLResponse:
    """Show the form. Looking never changes anything, whoever looks."""
    page = _Page(services, request, lang, token)
    async with services.database.transaction() as session:
        opened = await open_enrolment(session, token_hash(token))
    return page.form(opened, {}) if opened else page.unusable()


@router.post(LINK, response_class=HTMLResponse)
async def choose(
    token: str,
    request: Request,
    services: Work,
    form: Annotated[PinForm, Depends(pin_form)],
    lang: str | None = None,
) -> HTMLResponse:
    """Set the PIN, once: the link opens nothing any more when the page says thank you."""
    page = _Page(services, request, lang, token)
    async with services.database.transaction() as session:
        opened = await open_enrolment(session, token_hash(token), lock=True)
        if opened is None:
            return page.unusable()
        problems = page.problems_of(form)
        if problems:
            return page.form(opened, problems)
        set_pin(opened, await services.pins.hash(opened.person.id, form.pin))
    return page.thanks(opened)


class _Page:
    """What one request on an enrolment link answers."""

    def __init__(self, services: Services, request: Request, language: str | None, token: str) -> None:
        self._services = services
        self._request = request
        self._wanted_language = language
        self._made_for = (token_hash(token), _MADE_FOR)

    def form(self, opened: OpenEnrolment, problems: dict[str, str]) -> HTMLResponse:
        """Show the form, without what was typed."""
        context = {
            "expires_at": opened.enrolment.expires_at,
            "time_zone": opened.person.time_zone,
            "form_token": form_token(self._services, *self._made_for),
            "problems": problems,
        }
        return self._render("enrol", opened, context, status=422 if problems else 200)

    def thanks(self, opened: OpenEnrolment) -> HTMLResponse:
        """Say that the PIN is set."""
        return self._render("enrolled", opened, {})

    def unusable(self) -> HTMLResponse:
        """Say the same of every link that opens nothing, whatever the reason."""
        return self._render("enrol_unusable", None, {}, status=404)

    def problems_of(self, form: PinForm) -> dict[str, str]:
        """Name what keeps a form from counting, by field."""
        problems = {}
        problem = problem_of(form.pin)
        if problem:
            problems["pin"] = problem.value
        elif form.pin_again != form.pin:
            problems["pin_again"] = "pin_differs"
        if not is_ours(self._request, self._services, form.form_token, *self._made_for):
            problems["form_token"] = "form_expired"  # noqa: S105 - a code, not a secret
        return problems

    def _render(
        self, page: str, opened: OpenEnrolment | None, context: dict[str, object], *, status: int = 200
    ) -> HTMLResponse:
        otherwise = opened.person.language if opened else self._services.renderer.default_language
        language = wanted_language(self._services, self._wanted_language, otherwise)
        return rendered(self._services, page, language, context, status=status)
