"""What surrounds every request: a log line without secrets, a size limit, and safe headers."""

import time
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

_log = structlog.get_logger(__name__)

LARGEST_BODY_BYTES = 8 * 1024 * 1024
LARGEST_LIST_BYTES = 64 * 1024 * 1024
"""For contacts that come one a line: 100,000 of them have some 30 MiB."""

_LISTS = ("/api/v1/contacts", "/api/v1/contacts/check")
_LINES = b"application/x-ndjson"

_SAFE_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_UNFRAMED = (b"x-frame-options", b"DENY")
_FRAMED_BY_ANYBODY = b"frame-ancestors *"


class Surroundings:
    """An ASGI middleware; paths are logged as route templates, since a sign link's path is its secret."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, answer = time.perf_counter(), _Answer(send)
        with bound_contextvars(method=scope["method"]):
            await self._app(scope, _limited(receive, _largest(scope)), answer.send)
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            _log.info("request.served", route=_route(scope), status=answer.status, milliseconds=milliseconds)


class _Answer:
    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", []), *_SAFE_HEADERS]
            if not _is_made_for_frames(headers):
                headers.append(_UNFRAMED)
            message = {**message, "headers": headers}
        await self._send(message)


def _is_made_for_frames(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    policies = (value for name, value in headers if name.lower() == b"content-security-policy")
    return any(policy.endswith(_FRAMED_BY_ANYBODY) for policy in policies)


def _largest(scope: Scope) -> int:
    is_list = scope["path"] in _LISTS and any(
        name == b"content-type" and value.startswith(_LINES) for name, value in scope["headers"]
    )
    return LARGEST_LIST_BYTES if is_list else LARGEST_BODY_BYTES


def _limited(receive: Receive, most: int) -> Receive:
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            # FastAPI takes any other error of reading for a body that cannot be parsed.
            raise HTTPException(413, "The body is too large.")
        return message

    return limited


def _route(scope: MutableMapping[str, Any]) -> str:
    route = scope.get("route")
    return str(getattr(route, "path", "none"))
