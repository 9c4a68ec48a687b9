"""One request to a provider over HTTP that has no idempotency key: asked twice, it would send twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final, NamedTuple

import httpx
import structlog

from channels.base import ChannelError, Extent, Failure, InDoubtError, PermanentError, TransientError
from channels.http import EXCHANGE_SECONDS, limited, retry_after

_log = structlog.get_logger(__name__)

_WHOLE_REQUEST_WRITTEN: Final = "http11.send_request_body.complete"


class Answer(NamedTuple):
    """What a provider answered: its status, up to 64 KiB of its body, and the wait of `Retry-After`.

    The body is empty where the connection broke behind the status.
    """

    status: int
    body: bytes
    wait: timedelta | None


Verdict = Callable[[timedelta | None], ChannelError]
"""What an answer means for the message, given the wait that came with it."""


def again(wait: timedelta | None) -> ChannelError:
    """Say that the provider did not take it now."""
    return TransientError(Failure.BUSY, wait, extent=Extent.PROVIDER if wait is None else Extent.EVERYTHING)


def slower(wait: timedelta | None) -> ChannelError:
    """Say that the provider wants to be given nothing for a time."""
    return TransientError(Failure.BUSY, wait, extent=Extent.EVERYTHING)


def operator(_wait: timedelta | None) -> ChannelError:
    """Say that the provider takes nothing from us until the operator has acted, and then does."""
    return TransientError(Failure.UNAUTHORISED)


def no_such_address(_wait: timedelta | None) -> ChannelError:
    """Say that nothing can ever be sent there."""
    return PermanentError(Failure.NO_SUCH_ADDRESS, suppress=True)


def opted_out(_wait: timedelta | None) -> ChannelError:
    """Say that whoever reads there wants nothing from us."""
    return PermanentError(Failure.OPTED_OUT, suppress=True)


def refused(_wait: timedelta | None) -> ChannelError:
    """Say that this message is never taken; others to that address may be."""
    return PermanentError(Failure.MESSAGE_REFUSED)


def in_doubt(_wait: timedelta | None) -> ChannelError:
    """Say that the provider failed, perhaps behind the point from which it sends."""
    return InDoubtError(Failure.PROVIDER_BROKE)


STATUSES: Final[dict[int, Verdict]] = {
    400: refused,
    401: operator,
    402: operator,
    403: operator,
    404: operator,
    408: again,
    422: refused,
    425: again,
    429: slower,
    503: again,
}
"""What a status (RFC 9110) means where an answer holds no code of the provider's."""


def judge(provider: str, code: object, verdict: Verdict | None, answer: Answer) -> ChannelError:
    """Turn an answer into an error: by the provider's code, else by its status; neither known is loud."""
    status = answer.status
    by_status = in_doubt if status >= httpx.codes.INTERNAL_SERVER_ERROR else None
    if code is None:
        verdict = STATUSES.get(status, by_status)
    if verdict is None:
        _log.error("sms.unrecognised_answer", provider=provider, status=status, code=plain_code(code))
        unclear = status >= httpx.codes.INTERNAL_SERVER_ERROR
        return InDoubtError(Failure.UNRECOGNISED) if unclear else PermanentError(Failure.UNRECOGNISED)
    if verdict is operator:
        remedy = "look up the code in the provider's documentation; messages wait meanwhile"
        _log.error("sms.refuses_us", provider=provider, status=status, code=plain_code(code), remedy=remedy)
    return verdict(answer.wait)


def plain_code(code: object) -> str | None:
    """Write a code into a log: a number, or nothing of what else stands in its place."""
    return str(code)[:10] if isinstance(code, int) or (isinstance(code, str) and code.isdigit()) else None


@asynccontextmanager
async def _answering(client: httpx.AsyncClient, request: httpx.Request) -> AsyncIterator[httpx.Response]:
    response = await client.send(request, stream=True)
    try:
        yield response
    finally:
        await response.aclose()


async def post_once(client: httpx.AsyncClient, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """POST once and return whatever is answered.

    A provider acts on no request of which it lacks a part: only what breaks behind the last byte is in doubt.

    Raises:
        TransientError: the connection broke before the whole request was written.
        InDoubtError: it broke, or nothing came, behind that and before there was an answer.
        PermanentError: the address of the provider is none.
    """
    written, answer = False, None

    async def watch(event: str, _details: dict[str, Any]) -> None:
        nonlocal written
        written = written or event == _WHOLE_REQUEST_WRITTEN

    try:
        async with (
            asyncio.timeout(EXCHANGE_SECONDS),
            client.stream(
                "POST", url, content=body, headers=headers, extensions={"trace": watch}
            ) as response,
        ):
            answer = Answer(response.status_code, b"", retry_after(response.headers.get("Retry-After")))
            return answer._replace(body=await limited(response))
    except (httpx.TransportError, TimeoutError):
        if answer is not None:
            return answer
        if written:
            raise InDoubtError(Failure.CONNECTION_LOST_AT_THE_END) from None
        raise TransientError(Failure.UNREACHABLE) from None
    except httpx.InvalidURL:
        raise PermanentError(Failure.MESSAGE_REFUSED) from None
