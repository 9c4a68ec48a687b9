"""A partner's browser on her sign link."""

import re
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
    def path(self) -> str:
        return f"/s/{self.token}"

    async def fields(self) -> dict[str, str]:
        """Open the page and return its hidden fields."""
        return hidden_fields(await self.browser.get(self.path))

    async def answer(self, answer: str = "sign", **changes: str | None) -> httpx.Response:
        """Open the page and post it, filled in; a field that is changed to None is left out."""
        form = {**FILLED_IN, **await self.fields(), "answer": answer, **changes}
        filled = {name: value for name, value in form.items() if value is not None}
        return await self.browser.post(self.path, data=filled, headers=FROM_THE_PAGE)


def hidden_fields(page: httpx.Response) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', page.text))


def without_nonce(page: httpx.Response) -> tuple[int, str]:
    """Return a page as it is but for its nonce."""
    return page.status_code, NONCE.sub("", page.text)
