"""What stands before each callback: limits of size and pace, and one answer for all that fails."""

from typing import Final

import structlog
from fastapi import Request, Response

from web.callbacks.known import Callbacks
from web.errors import ApiError

_log = structlog.get_logger(__name__)

LARGEST_CALL_BYTES: Final = 256 * 1024
COMPARE: Final = "compare the secret with the provider's"


async def read_body(request: Request) -> bytes:
    """Read a body of bounded size, or answer 413."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_CALL_BYTES:
            raise ApiError(413, "The body is too large.", "Send at most 256 KiB.")
    return body


async def read_start(request: Request) -> bytes:
    """Read the start of a body, and let the rest pass by."""
    start = b""
    async for chunk in request.stream():
        start += chunk[: LARGEST_CALL_BYTES - len(start)]
    return start


def let_in(callbacks: Callbacks, provider: str, *, authentic: bool, remedy: str = COMPARE) -> None:
    """Let an authentic call pass at its pace, and answer 401 or 429 to everything else.

    Where no secret is set, the answer is the same as to a wrong one.
    """
    if authentic and callbacks.accepted.allows():
        return
    if authentic or not callbacks.rejected.allows():
        raise ApiError(429, "There are too many calls.", "Call again in a moment.")
    _log.warning("callback.rejected", provider=provider, remedy=remedy)
    raise ApiError(401, "The call is not signed as it must be.", "Sign it with the secret that was agreed.")


def unreadable(provider: str) -> ApiError:
    """Say loudly that an authentic call says nothing that we understand."""
    _log.error("callback.unreadable", provider=provider)
    return ApiError(422, "The call cannot be read.", "Send it as docs/operations.md says.")


def unrecognised(provider: str, code: str) -> None:
    """Say loudly that a code stands in no table: it counts as a bounce that says nothing of the address."""
    plain = "".join(letter for letter in code[:20] if letter.isascii() and letter.isalnum())
    _log.error("callback.unrecognised_code", provider=provider, code=plain)


def taken() -> Response:
    """Answer what every call gets that is understood, whether anybody knows what it speaks of or not."""
    return Response(status_code=204)
