"""What the local web pages share: loopback only, no scripts but our own, no caching."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware.trustedhost import TrustedHostMiddleware

from local.ports import LOOPBACK

PAGES = Path(__file__).parent / "pages"
# A message's frame inherits this: a picture or script that it names is never fetched.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "img-src data:; form-action 'self'; base-uri 'self'; frame-ancestors 'self'"
)
LONGEST_WAIT_SECONDS = 60
STOP_SECONDS = 1

_environment = Environment(
    loader=FileSystemLoader(PAGES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages = Jinja2Templates(env=_environment)


def page(request: Request, name: str, values: dict[str, Any]) -> HTMLResponse:
    """Render one of our pages."""
    return _pages.TemplateResponse(request, name, values)


def local_app(title: str, **options: Any) -> FastAPI:
    """Return an application with its headers, host check, style sheet and health."""
    app = FastAPI(title=title, **options)
    # A page elsewhere cannot reach us by a name of its own that resolves to this machine.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost", "testserver"])
    app.middleware("http")(_add_headers)
    app.get("/health", include_in_schema=False)(_health)
    for asset in ("style.css", "live.js"):
        app.get(f"/{asset}", include_in_schema=False)(_file(asset))
    return app


def serve(app: FastAPI, port: int, **options: Any) -> None:
    """Serve until a signal ends it."""
    uvicorn.run(
        app,
        host=LOOPBACK,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        **options,
    )


async def _add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _health() -> dict[str, str]:
    return {"status": "ok"}


def _file(name: str) -> Callable[[], FileResponse]:
    def serve_file() -> FileResponse:
        return FileResponse(PAGES / name)

    return serve_file
