"""What the channels over HTTP share: one request, and its answer as a verdict."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import structlog

from channels.base import Extent, Failure, PermanentError, TransientError
from channels.pinned import AddressRefusedError

_log = structlog.get_logger(__name__)

_LONGEST_WAIT = timedelta(hours=1)
_ANSWER_LIMIT_BYTES = 64 * 1024
_SENT_LIMIT_BYTES = 4 * 1024 * 1024
EXCHANGE_SECONDS = 60.0
# Too Early, Too Many Requests, Service Unavailable (RFC 8470, RFC 6585, RFC 9110): the provider did nothing.
_NOT_TAKEN = {425, 429, 503}


def http_client(connections: int, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Make a client that keeps its connections open and follows no redirects."""
    return httpx.AsyncClient(
        transport=transport,
        timeout=httpx.Timeout(20),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        follow_redirects=False,
        trust_env=False,
        # Read as it comes: a small compressed answer could be a very large one.
        headers={"Accept-Encoding": "identity"},
    )


async def post(client: httpx.AsyncClient, url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """POST once and return the answer's body, up to 64 KiB of it.

    Only for providers that take our delivery id as idempotency key: a broken connection is worth another try.

    Raises:
        TransientError: no answer, 408, 425, 429 or 5xx, with the wait that `Retry-After` asks for; 401, 403.
            In doubt where the provider may have taken it: once connected, unless the answer says otherwise.
        PermanentError: any other refusal; 404 and 410 say that the address does not exist. Or what would be
            sent is larger than anybody should have to take, or it would go where nothing may be sent to.
    """
    if len(body) > _SENT_LIMIT_BYTES:
        raise PermanentError(Failure.NOT_RENDERABLE)
    try:
        async with (
            asyncio.timeout(EXCHANGE_SECONDS),
            client.stream("POST", url, content=body, headers=headers) as response,
        ):
            answer = await limited(response)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        raise TransientError(Failure.UNREACHABLE) from None
    except (httpx.TransportError, TimeoutError):
        raise TransientError(Failure.UNREACHABLE, in_doubt=True) from None
    except (httpx.InvalidURL, AddressRefusedError):
        raise PermanentError(Failure.ADDRESS_REFUSED) from None
    if not response.is_success:
        raise _verdict(response)
    return answer


async def limited(response: httpx.Response) -> bytes:
    """Read an answer's body, up to 64 KiB of it."""
    answer = b""
    async for chunk in response.aiter_raw():
        answer += chunk
        if len(answer) > _ANSWER_LIMIT_BYTES:
            break
    return answer[:_ANSWER_LIMIT_BYTES]


def _verdict(response: httpx.Response) -> TransientError | PermanentError:
    status = response.status_code
    if status in {408, 425, 429} or response.is_server_error:
        wait = retry_after(response.headers.get("Retry-After"))
        pauses = status == httpx.codes.TOO_MANY_REQUESTS or wait is not None
        return TransientError(
            Failure.BUSY,
            wait,
            in_doubt=status not in _NOT_TAKEN,
            extent=Extent.EVERYTHING if pauses else Extent.PROVIDER,
        )
    if status in {401, 403}:
        _log.error("http.credentials_refused", status=status, remedy="check the provider's key")
        return TransientError(Failure.UNAUTHORISED)
    if status in {404, 410}:
        return PermanentError(Failure.NO_SUCH_ADDRESS, suppress=status == httpx.codes.GONE)
    if response.is_client_error:
        return PermanentError(Failure.MESSAGE_REFUSED)
    _log.error("http.unrecognised_answer", status=status)
    return PermanentError(Failure.UNRECOGNISED)


def retry_after(value: str | None) -> timedelta | None:
    """Read a Retry-After header (RFC 9110, section 10.2.3): seconds or a date; None where it is neither."""
    if value is None:
        return None
    try:
        wait = (
            timedelta(seconds=int(value))
            if value.isdigit()
            else parsedate_to_datetime(value) - datetime.now(UTC)
        )
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)
