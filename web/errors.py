"""Errors as problem details (RFC 9457); none of them repeats what was sent."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from models.lifecycle import Refusal
from models.problems import InvalidInput, Problem
from storage.database import UNAVAILABLE
from web.gateway import DecisionRefusedError, TemporalUnavailableError
from web.schemas import ProblemDetails

_log = structlog.get_logger(__name__)

PROBLEM_JSON = "application/problem+json"

_REMEDIES = {
    Refusal.ALREADY_ENDED: "The action has ended; start a new one where there is new danger.",
    Refusal.ALREADY_ON_HOLD: "The action is on hold already; nothing leaves.",
    Refusal.NOT_ON_HOLD: "The action is not on hold; there is nothing to resume.",
    Refusal.ON_HOLD: "The action is on hold; resume it first.",
    Refusal.ATTESTATIONS_MISSING: (
        "Two people other than the author must attest the current text first: starter.py attest REF."
    ),
    Refusal.ALREADY_RELEASED: "The document was released already.",
}


class ApiError(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, title: str, detail: str, *, refusal: Refusal | None = None) -> None:
        super().__init__(title)
        self.problem = ProblemDetails(status=status, title=title, detail=detail, refusal=refusal)


def refused(refusal: Refusal) -> ApiError:
    """Say why a decision was refused, and what to do."""
    return ApiError(409, "The decision was refused.", _REMEDIES[refusal], refusal=refusal)


def unknown_action() -> ApiError:
    """Say that a reference names nothing."""
    return ApiError(404, "There is no such action.", "Look the reference up: starter.py list.")


def _answer(problem: ProblemDetails, headers: dict[str, str] | None = None) -> JSONResponse:
    content = problem.model_dump(mode="json", exclude_none=True)
    return JSONResponse(content, problem.status, headers=headers, media_type=PROBLEM_JSON)


def _unavailable(what: str) -> JSONResponse:
    problem = ProblemDetails(
        status=503, title=f"{what} does not answer.", detail="Nothing was changed. Try again in a moment."
    )
    return _answer(problem, {"Retry-After": "2"})


def _invalid(problems: tuple[Problem, ...]) -> JSONResponse:
    return _answer(
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
            field=".".join(str(part) for part in details["loc"]),
            rule=str(details["msg"]),
            remedy="Correct it as /docs describes.",
        )
        for details in error.errors()
    )


_ANSWERS: dict[type[Exception], Callable[[Any], JSONResponse]] = {
    ApiError: lambda error: _answer(error.problem),
    InvalidInput: lambda error: _invalid(error.problems),
    RequestValidationError: lambda error: _invalid(_described(error)),
    DecisionRefusedError: lambda error: _answer(refused(error.refusal).problem),
    TemporalUnavailableError: lambda _: _unavailable("The workflow engine"),
    HTTPException: lambda error: _answer(
        ProblemDetails(status=error.status_code, title=error.detail, detail="See /docs."), error.headers
    ),
    **{kind: lambda _: _unavailable("The database") for kind in UNAVAILABLE},
}


def answer_errors(app: FastAPI) -> None:
    """Have every error answered as problem details."""
    for kind, answer in _ANSWERS.items():
        app.add_exception_handler(kind, _handler(answer))
    app.add_exception_handler(Exception, _answer_unexpected)


def _handler(
    answer: Callable[[Any], JSONResponse],
) -> Callable[[Request, Exception], Awaitable[JSONResponse]]:
    async def handle(_request: Request, error: Exception) -> JSONResponse:
        return answer(error)

    return handle


async def _answer_unexpected(_request: Request, error: Exception) -> JSONResponse:
    _log.error("request.failed", exc_info=error)
    return _answer(
        ProblemDetails(
            status=500, title="Something went wrong here.", detail="The operator's log has the place."
        )
    )
