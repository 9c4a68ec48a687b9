"""Errors as problem details (RFC 9457); none of them repeats what was sent."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from models.lifecycle import Refusal
from models.problems import InvalidInput, Problem, path_of
from storage.database import UNAVAILABLE
from web.gateway import DecisionRefusedError, TemporalUnavailableError
from web.pages import FOLDERS, error_page
from web.schemas import ProblemDetails

_log = structlog.get_logger(__name__)

PROBLEM_JSON = "application/problem+json"

_REMEDIES = {
    Refusal.ALREADY_ENDED: (
        "The action has ended; start a new one where there is new danger, or reopen a closed one:"
        " starter.py reopen REF FILE."
    ),
    Refusal.ALREADY_ON_HOLD: "The action is on hold already; nothing leaves.",
    Refusal.NOT_ON_HOLD: "The action is not on hold; there is nothing to resume.",
    Refusal.ON_HOLD: "The action is on hold; resume it first.",
    Refusal.NOT_ASKED_ANEW: (
        "Facts changed: record the yes or no of who decides now to each use that was allowed before:"
        " starter.py facts list REF, consents add REF."
    ),
    Refusal.ATTESTATIONS_MISSING: (
        "More people other than the author must confirm facts and consent of the current text first:"
        " starter.py attest REF."
    ),
    Refusal.SOURCES_MISSING: "The case has fewer sources than its urgency needs: starter.py sources add REF.",
    Refusal.APPROVAL_MISSING: (
        "Somebody other than its author must approve a text: starter.py documents approve REF N."
    ),
    Refusal.EDITORIAL_MISSING: (
        "Somebody other than its author must confirm that the change is an editorial one:"
        " starter.py documents confirm-editorial REF N; or write the version anew without marking it."
    ),
    Refusal.ALREADY_VERIFIED: "The case went on from verification; put it on hold or have it stopped.",
    Refusal.NOT_RETURNED: "The case was not returned; there is nothing to complete.",
    Refusal.RETURNED: "The case was returned; complete it first: starter.py complete REF.",
    Refusal.ALREADY_WITHDRAWN: "The action was withdrawn before; nothing leaves.",
    Refusal.NOT_CLOSED: "Only a closed, dormant or expired action can be reopened.",
    Refusal.NO_WINDOW: "Partners cannot sign now: the window was not opened yet, or has ended.",
    Refusal.CLOSES_IN_THE_PAST: (
        "Name a moment that is still to come; to close the window now: starter.py sign-on end REF N."
    ),
    Refusal.NOT_FOLLOWED_UP: "Its time begins when it is released; extend it after that.",
    Refusal.EXPIRES_NO_LATER: "Name a moment after the one at which it expires now, at most 20 years ahead.",
    Refusal.TOO_LATE: "The workflow heard of it too late, after you had been told so; decide again.",
    Refusal.ALREADY_RELEASED: "The document was released already.",
}


class ApiError(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, title: str, detail: str, *, refusal: Refusal | None = None) -> None:
        super().__init__(title)
        self.problem = ProblemDetails(status=status, title=title, detail=detail, refusal=refusal)


def refused(refusal: Refusal) -> ApiError:
    """Say why a decision was refused, and what to do."""
    return ApiError(409, "The decision was refused.", remedy_of(refusal), refusal=refusal)


def remedy_of(refusal: Refusal) -> str:
    """Say what to do about a refusal."""
    return _REMEDIES[refusal]


def unknown_action() -> ApiError:
    """Say that a reference names nothing."""
    return ApiError(404, "There is no such action.", "Look the reference up: starter.py list.")


def unknown_person() -> ApiError:
    """Say that a case has fewer people at risk."""
    return ApiError(
        404, "There is no such person in this case.", "Count from 0: starter.py consents list REF."
    )


class _Told(NamedTuple):
    """An error as it is told to whoever called."""

    problem: ProblemDetails
    headers: Mapping[str, str] = {}


def _api_error(error: ApiError) -> _Told:
    return _Told(
        error.problem, {"WWW-Authenticate": "Bearer"} if error.problem.status == _UNAUTHENTICATED else {}
    )


def _unavailable(what: str) -> _Told:
    problem = ProblemDetails(
        status=503,
        title=f"{what} does not answer.",
        detail="Look whether your request took effect, and try again in a moment.",
    )
    return _Told(problem, {"Retry-After": "2"})


def _invalid(problems: tuple[Problem, ...]) -> _Told:
    return _Told(
        ProblemDetails(
            status=422,
            title="The input has problems; nothing was stored.",
            detail="Correct each field as its remedy says, and send it again.",
            problems=problems,
        )
    )


def _described(error: RequestValidationError) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            field=path_of(details["loc"]),
            # What pydantic says of an identifier that it cannot read quotes it.
            rule="is not valid" if details["type"] == "uuid_parsing" else str(details["msg"]),
            remedy="Correct it as /docs describes.",
        )
        for details in error.errors()
    )


def _http_error(error: HTTPException) -> _Told:
    detail = _DETAILS.get(error.status_code, "See /docs.")
    problem = ProblemDetails(status=error.status_code, title=error.detail, detail=detail)
    return _Told(problem, error.headers or {})


_UNAUTHENTICATED = 401

_DETAILS = {
    400: "Send JSON in UTF-8.",
    413: "Send at most 8 MiB; contacts one a line (/docs), 64 MiB.",
}

_ANSWERS: dict[type[Exception], Callable[[Any], _Told]] = {
    ApiError: _api_error,
    InvalidInput: lambda error: _invalid(error.problems),
    RequestValidationError: lambda error: _invalid(_described(error)),
    DecisionRefusedError: lambda error: _api_error(refused(error.refusal)),
    TemporalUnavailableError: lambda _: _unavailable("The workflow engine"),
    HTTPException: _http_error,
    **{kind: lambda _: _unavailable("The database") for kind in UNAVAILABLE},
}


def answer_errors(app: FastAPI) -> None:
    """Have every error answered: by a page where people have a link, as problem details everywhere else."""
    for kind, tell in _ANSWERS.items():
        app.add_exception_handler(kind, _handler(tell))
    app.add_exception_handler(Exception, _answer_unexpected)


def _handler(tell: Callable[[Any], _Told]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        return _answer(request, tell(error))

    return handle


async def _answer_unexpected(request: Request, error: Exception) -> Response:
    _log.error("request.failed", exc_info=error)
    problem = ProblemDetails(
        status=500, title="Something went wrong here.", detail="The operator's log has the place."
    )
    return _answer(request, _Told(problem))


def _answer(request: Request, told: _Told) -> Response:
    if request.scope["path"].startswith(FOLDERS):
        response: Response = error_page(request, told.problem.status)
    else:
        content = told.problem.model_dump(mode="json", exclude_none=True)
        response = JSONResponse(content, told.problem.status, media_type=PROBLEM_JSON)
    response.headers.update(told.headers)
    return response
