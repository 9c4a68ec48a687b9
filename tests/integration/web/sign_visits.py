"""A partner's browser on her sign link."""

import re
from dataclasses import dataclass

import httpx

from tests.integration.outbox_cases import Case
from tests.integration.web.site import PUBLIC_URL

FILLED_IN = {"signer_name": "Amparo Ficticia Ruiz", "signer_role": "Coordinadora", "visibility": "public"}
FROM_THE_PAGE = {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"}
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
        page = (await self.browser.get(self.path)).text
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', page))

    async def answer(self, answer: str = "sign", **changes: str | None) -> httpx.Response:
        """Open the page and post it, filled in; a field that is changed to None is left out."""
        form = {**FILLED_IN, **await self.fields(), "answer": answer, **changes}
        filled = {name: value for name, value in form.items() if value is not None}
        return await self.browser.post(self.path, data=filled, headers=FROM_THE_PAGE)


def without_nonce(page: httpx.Response) -> tuple[int, str]:
    """Return a page as it is but for its nonce."""
    return page.status_code, NONCE.sub("", page.text)
