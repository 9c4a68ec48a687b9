"""A partner's browser on her sign link."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from tests.integration.outbox_cases import Case
from tests.integration.web.site import PUBLIC_URL

FILLED_IN = {"signer_name": "Amparo Ficticia Ruiz", "signer_role": "Coordinadora", "visibility": "public"}
FROM_THE_PAGE = {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"}
SCANNERS = (
    "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0) SafeLinks",
    "Barracuda Sentinel (EE)",
    "Mimecast URL Protect",
    "Proofpoint URL Defense",
    "GoogleImageProxy",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0",
    "Slackbot-LinkExpanding 1.0",
    "curl/8.5.0",
    "",
)
ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://acuerpa.red.example"},
    {"Origin": f"{PUBLIC_URL}:8443"},
    {"Origin": f"{PUBLIC_URL}.evil.example"},
    {"Origin": "https://[half"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "cross-site"},
]
"""What a browser sends along with a form that another site made it post."""

NONCE = re.compile(r"nonce(?:=\"|-)[\w-]{22}")


@dataclass(frozen=True)
class Visit:
    """One open sign link."""

    case: Case
    token: str
    browser: httpx.AsyncClient

    @property
    def link(self) -> str:
        """What her mail says."""
        return f"/s/{self.token}"

    async def read(self, language: str | None = None) -> httpx.Response:
        """Follow the link to the page."""
        wanted = {"lang": language} if language else None
        return await self.browser.get(self.link, params=wanted, follow_redirects=True)

    async def path(self) -> str:
        """Follow the link and return the path of the page that it leads to."""
        moved = await self.browser.get(self.link)
        assert moved.status_code == 303
        return moved.headers["Location"]

    async def fields(self) -> dict[str, str]:
        """Open the page and return its hidden fields."""
        return hidden_fields(await self.read())

    async def answer(self, answer: str = "sign", **changes: str | None) -> httpx.Response:
        """Open the page and post it, filled in; a field that is changed to None is left out."""
        return await self.post({**await self.fields(), "answer": answer, **changes})

    async def withdraw(self, **changes: str | None) -> httpx.Response:
        """Open the page and take the signature back; a field that is changed to None is left out."""
        fields = hidden_fields(await self.read(), "withdraw")
        return await self.post({**fields, "answer": "withdraw", "withdrawn_by": "Amparo Ficticia", **changes})

    async def post(
        self, fields: Mapping[str, str | None], headers: Mapping[str, str] = FROM_THE_PAGE
    ) -> httpx.Response:
        """Post what a page had, filled in."""
        filled = {name: value for name, value in {**FILLED_IN, **fields}.items() if value is not None}
        return await self.browser.post(await self.path(), data=filled, headers=headers)


def hidden_fields(page: httpx.Response, form: str = "answer") -> dict[str, str]:
    """Return the hidden fields of one of a page's forms."""
    html = page.text.partition(f'id="{form}" method="post"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', html))


def forms_of(page: httpx.Response) -> list[str]:
    """Name the forms of a page."""
    return re.findall(r'<form class="card" id="(\w+)"', page.text)


async def visited_by_scanners(browser: httpx.AsyncClient, *paths: str) -> set[int]:
    """Open pages a hundred times as mail scanners do, and return what was answered."""
    return {
        (await browser.request(method, path, headers={"User-Agent": agent})).status_code
        for agent in SCANNERS
        for method in ("GET", "HEAD", "GET", "HEAD", "GET")
        for path in paths
    }


def garbage_like(token: str) -> list[str]:
    """List what is no token of ours, nearly a known one among it."""
    return ["x", "A" * 43, "%00", "..%00", "é" * 3000, "%ED%A0%80", token[:-1], token + "="]


def assert_is_kept_by_nobody(page: httpx.Response) -> None:
    """Check that a page lets nothing else in and is stored, indexed and passed on by nobody."""
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["X-Robots-Tag"] == "noindex"
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert all(part in policy for part in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"))
    assert policy.partition("'nonce-")[2].partition("'")[0] in page.text


def without_nonce(page: httpx.Response) -> tuple[int, str]:
    """Return a page as it is but for its nonce."""
    return page.status_code, NONCE.sub("", page.text)


async def assert_no_form_is_answered_by_a_page(
    browser: httpx.AsyncClient, path: str, field: str, typed: str, secret: str | None = None
) -> None:
    """Send what no page of ours posts; each answer is a page without the link and without what was typed.

    The secret is the end of the path, where it is not named.
    """
    halved = {"Content-Type": "multipart/form-data; boundary=x"}
    answers = {
        "json": await browser.post(path, json={field: typed}),
        "nothing": await browser.post(path),
        "file": await browser.post(path, files={field: ("a.txt", typed.encode())}),
        "broken": await browser.post(path, content=b"--x\r\nhalf", headers=halved),
        "many": await browser.post(path, data={f"field{number}": "x" for number in range(2000)}),
        "large": await browser.post(path, data={field: "4" * 9 * 1024 * 1024}),
        "method": await browser.delete(path),
        "deeper": await browser.get(f"{path}/more"),
        "root": await browser.get(path.rpartition("/")[0] + "/"),
    }
    for name, answer in answers.items():
        assert 400 <= answer.status_code < 500, name
        assert answer.headers["Content-Type"].startswith("text/html"), name
        assert answer.headers["Cache-Control"] == "no-store", name
        assert "Content-Security-Policy" in answer.headers, name
        assert (secret or path.rpartition("/")[2]) not in answer.text, name
        assert typed not in answer.text, name
    assert (answers["large"].status_code, answers["method"].status_code) == (413, 405)
