"""The page by which a coordinator writes a response down, from a check-in or from word of a late answer.

It judges as the API does, by the same model; what it takes is a response like any other.
"""

from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict
from sqlmodel.ext.asyncio.session import AsyncSession

from models.documents import Target
from models.problems import InvalidInput
from models.response_file import ResponseEntry
from models.response_vocabulary import ResponseChannel, ResponseKind
from models.scalars import LATEST_DAY, latest_day_anywhere
from models.strict_model import parse
from models.submissions import Submission
from storage.action_lock import have_action_alone
from storage.check_in_answers import OpenedCheckIn, late_subject
from storage.responses import Logged, response_of
from storage.submissions import submissions_of
from storage.targets import targets_of
from web.check_in_page import opened_by
from web.check_in_view import RESPONSE, page_path
from web.forms import form_token, is_ours
from web.pages import CHECK_IN_PAGES, rendered, wanted_language
from web.responses import write_response
from web.services import Services, Work
from web.signing.forms import Problems
from web.signing.typed import Prose, prose_problem

router = APIRouter(include_in_schema=False)

PAGE = CHECK_IN_PAGES + "{link_id}" + RESPONSE
LONGEST_SUMMARY: Final = 1_000


class ResponseForm(BaseModel):
    """A form as it was posted. `entry` is the id that its response gets, so that a second click adds none."""

    model_config = ConfigDict(frozen=True)

    answerer: str = ""
    kind: str = ""
    channel: str = ""
    received_on: str = ""
    note: Prose = ""
    entry: str = ""
    form_token: str = ""


NOTHING_FILLED_IN = ResponseForm()


@router.api_route(PAGE, methods=["GET", "HEAD"], response_class=HTMLResponse)
async def read(link_id: str, request: Request, services: Work, lang: str | None = None) -> HTMLResponse:
    """Show the form, with whoever is late chosen. Looking never changes anything, whoever looks."""
    page = ResponsePage(services, request, lang)
    async with services.database.reading() as session:
        opened = await opened_by(session, request, link_id)
        return await page.of(session, opened) if opened else page.unusable()


@router.post(PAGE, response_class=HTMLResponse)
async def log(
    link_id: str,
    request: Request,
    services: Work,
    form: Annotated[ResponseForm, Form()],
    lang: str | None = None,
) -> HTMLResponse:
    """Write a response down, once: a reload or a second click shows what is there."""
    page = ResponsePage(services, request, lang)
    async with services.database.transaction() as session:
        opened = await opened_by(session, request, link_id)
        if opened is None:
            return page.unusable()
        await have_action_alone(session, opened.action.id)
        entry_id = _uuid(form.entry)
        if entry_id is None or not page.is_ours(opened, form, entry_id):
            return await page.of(session, opened, form, {"form_token": "form_expired"})
        logged = await response_of(session, opened.action.id, entry_id)
        if logged is None:
            entry = await _judged(session, opened, form)
            if not isinstance(entry, ResponseEntry):
                return await page.of(session, opened, form, entry)
            person_id = opened.person.id
            logged = await write_response(session, services, opened.action, entry, person_id, entry_id)
        shown = page.recorded(opened, logged)
    services.feed.anything.set()
    return shown


async def _judged(
    session: AsyncSession, opened: OpenedCheckIn, form: ResponseForm
) -> ResponseEntry | Problems:
    """Judge what was filled in by the rules of the API."""
    answerers = await _answerers(session, opened)
    problems = {} if form.answerer in answerers else {"answerer": "answerer_missing"}
    told = {"kind": form.kind, "channel": form.channel, "received_on": form.received_on}
    tree = {**told, **_named(answerers.get(form.answerer)), **({"note": form.note} if form.note else {})}
    entry: ResponseEntry | None = None
    try:
        entry = parse(ResponseEntry, tree, {LATEST_DAY: latest_day_anywhere()})
    except InvalidInput as invalid:
        wrong = (one.field for one in invalid.problems if one.field != "target")
        problems |= {field: f"response_{field}_invalid" for field in wrong}
    problems |= prose_problem("note", form.note, "response_note", LONGEST_SUMMARY)
    return problems if problems or entry is None else entry


def _named(answerer: Target | Submission | None) -> dict[str, object]:
    if isinstance(answerer, Submission):
        return {"submission": answerer.digest.hex()}
    return {"target": answerer.position} if answerer else {}


async def _answerers(session: AsyncSession, opened: OpenedCheckIn) -> dict[str, Target | Submission]:
    """Return who may have answered, by the ids that the form chooses by."""
    action_id = opened.action.id
    sent = [one for one in await submissions_of(session, action_id) if one.sent_at]
    answerers: list[Target | Submission] = [*await targets_of(session, action_id), *sent]
    return {str(one.id): one for one in answerers}


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


class ResponsePage:
    """What one request answers."""

    def __init__(self, services: Services, request: Request, language: str | None) -> None:
        self._services = services
        self._request = request
        self._wanted_language = language

    def unusable(self) -> HTMLResponse:
        """Say the same of every link that opens nothing, whatever the reason."""
        return self._render("unusable", self._services.renderer.default_language, {}, status=404)

    async def of(
        self,
        session: AsyncSession,
        opened: OpenedCheckIn,
        form: ResponseForm = NOTHING_FILLED_IN,
        problems: Problems | None = None,
    ) -> HTMLResponse:
        """Show the form, with what was written and what is wrong with it."""
        kept = None if "form_token" in (problems or {}) else _uuid(form.entry)
        entry_id = kept or uuid4()
        late = await late_subject(session, opened)
        values = form.model_dump(include={"kind", "channel", "received_on", "note"})
        context: dict[str, object] = {
            "recorded": None,
            "answerers": [
                (key, one.mechanism if isinstance(one, Submission) else None, self._office(opened, one))
                for key, one in (await _answerers(session, opened)).items()
            ],
            "kinds": [one.value for one in ResponseKind],
            "channels": [one.value for one in ResponseChannel],
            "latest": latest_day_anywhere().isoformat(),
            "values": {**values, "answerer": form.answerer or (str(late) if late else "")},
            "problems": problems or {},
            "entry": entry_id.hex,
            "form_token": form_token(self._services, *_made_for(opened, entry_id)),
        }
        return self._of(opened, context, status=422 if problems else 200)

    def recorded(self, opened: OpenedCheckIn, logged: Logged) -> HTMLResponse:
        """Show that a response is written down."""
        response = logged.response
        told: dict[str, object] = {
            "mechanism": logged.to.mechanism if isinstance(logged.to, Submission) else None,
            "office": self._office(opened, logged.to),
            "kind": response.kind.value,
            "received_on": response.received_on,
        }
        return self._of(opened, {"recorded": told, "problems": {}, "values": {}})

    def is_ours(self, opened: OpenedCheckIn, form: ResponseForm, entry_id: UUID) -> bool:
        """Tell whether a form came from our page, for this link and this entry."""
        made_for = _made_for(opened, entry_id)
        return is_ours(self._request, self._services, form.form_token, *made_for)

    def _office(self, opened: OpenedCheckIn, one: Target | Submission) -> str:
        return "" if isinstance(one, Submission) else one.office(self._language(opened))

    def _language(self, opened: OpenedCheckIn) -> str:
        return wanted_language(self._services, self._wanted_language, opened.person.language)

    def _of(self, opened: OpenedCheckIn, context: dict[str, object], *, status: int = 200) -> HTMLResponse:
        ours: dict[str, object] = {
            "index": f"{opened.action.reference}/{opened.document.number}",
            "back": page_path(self._services, opened) if opened.is_check_in else None,
        }
        return self._render("response", opened.person.language, {**ours, **context}, status=status)

    def _render(
        self, page: str, otherwise: str, context: dict[str, object], *, status: int = 200
    ) -> HTMLResponse:
        language = wanted_language(self._services, self._wanted_language, otherwise)
        return rendered(self._services, page, language, context, status=status)


def _made_for(opened: OpenedCheckIn, entry_id: UUID) -> tuple[bytes, ...]:
    return b"response", opened.link.id.bytes, entry_id.bytes
