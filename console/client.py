"""HTTP to the API: keys, retries that cannot double anything, and what each answer means."""

import ipaddress
import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from types import TracebackType
from typing import Final, NamedTuple, Self
from urllib.parse import quote

import httpx

from console.answers import ProblemDetails, read
from console.errors import BadInputError, RefusedError, UnreachableError

API_PATH: Final = "/api/v1"
RETRY_PAUSES: Final = (0.5, 1.0, 2.0)
"""Seconds before the second, third and fourth try."""
POLL_GRACE_SECONDS: Final = 15.0
"""How much longer than asked a long poll may take."""
TIMEOUT: Final = httpx.Timeout(120.0, connect=5.0)
"""Reading waits as long as the import of a large directory may take."""
LONG_TIMEOUT: Final = httpx.Timeout(900.0, connect=5.0)
"""For the largest lists of contacts, on the smallest machines."""

_SERVER_ERROR, _REDIRECT = 500, 300
_UNAUTHORISED, _INVALID = 401, 422
PDF: Final = "application/pdf"
_JSON, _PROBLEM_JSON = "application/json", "application/problem+json"
_LINES, _BYTES = "application/x-ndjson", "application/octet-stream"
_ADDRESS_REMEDY = "Write https://host, or http:// for this machine only: the key goes with every request."

Parameters = Mapping[str, str | int | float]


class Fetched(NamedTuple):
    """A file, and the digest of what it says where it has one."""

    content: bytes
    digest: str


class ApiClient:
    """One connection to the API. Every answer is its JSON as text; every other outcome is a ConsoleError.

    `notice` is told before each repetition.
    """

    def __init__(self, address: str, key: str | None, *, notice: Callable[[str], None]) -> None:
        base = _base_address(address)
        self._notice = notice
        self._server = f"{base.host}:{base.port}" if base.port else base.host
        self._http = httpx.Client(
            base_url=base,
            headers={"Authorization": f"Bearer {_clean_key(key)}", "Accept": _JSON},
            timeout=TIMEOUT,
            trust_env=not _is_loopback(base.host),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, parameters: Parameters | None = None) -> str:
        """Read."""
        return self._patiently(self._http.build_request("GET", path, params=parameters), repeatable=True)

    def fetch(
        self, path: str, parameters: dict[str, str] | None = None, *, kinds: Collection[str] = (PDF,)
    ) -> bytes:
        """Read a file, by default a PDF; never repeated, since each reading is written down."""
        return self.fetch_file(path, parameters, kinds=kinds).content

    def fetch_file(
        self, path: str, parameters: dict[str, str] | None = None, *, kinds: Collection[str]
    ) -> Fetched:
        """Read a file with the digest of what it says; never repeated either."""
        headers = {"Accept": ", ".join(kinds)}
        answer = self._answered(self._http.build_request("GET", path, params=parameters, headers=headers))
        if answer.is_success and _kind_of(answer) in kinds:
            return Fetched(answer.content, answer.headers.get("Acuerpa-Digest", ""))
        self._meaning(answer)
        raise UnreachableError(f"{self._server} answers, but not as Acuerpa does: check --api-url.")

    def post(
        self, path: str, body: object = None, *, idempotency_key: str | None = None, repeatable: bool = False
    ) -> str:
        """Change something; sent again only where it cannot have arrived, or where doing it twice is once."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        if content is not None:
            headers["Content-Type"] = _JSON
        request = self._http.build_request("POST", path, content=content, headers=headers)
        return self._patiently(request, repeatable=repeatable or idempotency_key is not None)

    def post_lines(self, path: str, head: object, entries: Iterable[object]) -> str:
        """Change something by a long list, one entry a line; sent again, since doing it twice is once."""
        content = b"".join(json.dumps(one).encode() + b"\n" for one in (head, *entries))
        request = self._http.build_request(
            "POST", path, content=content, headers={"Content-Type": _LINES}, timeout=LONG_TIMEOUT
        )
        return self._patiently(request, repeatable=True)

    def post_file(self, path: str, content: bytes, name: str) -> str:
        """Hand a file in, with its name; sent again only where it cannot have arrived."""
        headers = {"Content-Type": _BYTES, "File-Name": quote(name)}
        request = self._http.build_request("POST", path, content=content, headers=headers)
        return self._patiently(request, repeatable=False)

    def put(self, path: str, content: bytes) -> str:
        """Replace something by bytes; doing it twice is once."""
        return self._patiently(self._http.build_request("PUT", path, content=content), repeatable=True)

    def put_json(self, path: str, body: object) -> str:
        """Set something to a tree; doing it twice is once."""
        content = json.dumps(body, ensure_ascii=False).encode()
        request = self._http.build_request("PUT", path, content=content, headers={"Content-Type": _JSON})
        return self._patiently(request, repeatable=True)

    def patch(self, path: str, body: object) -> str:
        """Set something; sent again as often as need be, since setting it twice is once."""
        content = json.dumps(body, ensure_ascii=False).encode()
        request = self._http.build_request("PATCH", path, content=content, headers={"Content-Type": _JSON})
        return self._patiently(request, repeatable=True)

    def delete(self, path: str) -> str:
        """Take something away; doing it twice is once."""
        return self._patiently(self._http.build_request("DELETE", path), repeatable=True)

    def poll(self, path: str, *, seen: int, wait: int) -> str:
        """Read at the next change after revision `seen`, or after `wait` seconds; never repeated."""
        timeout = httpx.Timeout(wait + POLL_GRACE_SECONDS, connect=5.0)
        parameters = {"seen": seen, "wait": wait}
        return self._once(self._http.build_request("GET", path, params=parameters, timeout=timeout))

    def _patiently(self, request: httpx.Request, *, repeatable: bool) -> str:
        pauses = iter(RETRY_PAUSES)
        while True:
            try:
                return self._once(request)
            except UnreachableError as error:
                pause = next(pauses, None)
                if pause is None or not (repeatable or error.unsent):
                    raise
                self._notice(f"{error} Trying again in {pause:g} s.")
            time.sleep(pause)

    def _once(self, request: httpx.Request) -> str:
        return self._meaning(self._answered(request))

    def _answered(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._http.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise UnreachableError(f"The server {self._server} cannot be reached.", unsent=True) from None
        except httpx.TimeoutException:
            raise UnreachableError(f"The server {self._server} did not answer in time.") from None
        except httpx.RequestError:
            raise UnreachableError(f"The connection to {self._server} broke.") from None

    def _meaning(self, response: httpx.Response) -> str:
        kind = _kind_of(response)
        if response.is_success and kind == _JSON:
            return response.text
        if kind == _PROBLEM_JSON:
            raise _problem(response)
        if response.status_code >= _SERVER_ERROR:
            raise UnreachableError(
                f"The server {self._server} cannot work now (HTTP {response.status_code})."
            )
        raise UnreachableError(
            f"{self._server} answers, but not as Acuerpa does (HTTP {response.status_code}): "
            "check --api-url or ACUERPA_API_URL."
        )


def _kind_of(response: httpx.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _problem(response: httpx.Response) -> BadInputError | RefusedError | UnreachableError:
    details = read(ProblemDetails, response.text)
    message = f"{details.title} {details.detail}".strip()
    if response.status_code >= _SERVER_ERROR:
        return UnreachableError(message, answer=response.text)
    if response.status_code == _INVALID:
        return BadInputError(message, problems=details.problems, answer=response.text)
    if response.status_code == _UNAUTHORISED:
        message += " This script takes the key from ACUERPA_API_KEY or --api-key."
    return RefusedError(message, answer=response.text)


def _base_address(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address.strip().rstrip("/").removesuffix(API_PATH) + API_PATH)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL()
    safe = url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host))
    if not safe or not url.host or url.userinfo or url.query or url.fragment:
        raise BadInputError(f"--api-url or ACUERPA_API_URL is not a safe address. {_ADDRESS_REMEDY}")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _clean_key(key: str | None) -> str:
    stripped = (key or "").strip()
    if not stripped:
        raise BadInputError("No API key. Set ACUERPA_API_KEY to the key that your operator gave you.")
    if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise BadInputError("ACUERPA_API_KEY is not a key. Copy it again, whole and without spaces.")
    return stripped
