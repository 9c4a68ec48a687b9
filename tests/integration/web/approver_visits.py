"""The browsers of a contact who asks for a confirmation, and of the approver who is asked."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from tests.integration.web.sign_visits import FROM_THE_PAGE, Visit, hidden_fields

ASKS = {
    "step": "ask",
    "proposer_name": "Amparo Ficticia Ruiz",
    "proposer_role": "Coordinadora",
    "visibility": "public",
    "approver_name": "Zoraida Inventada",
    "approver_email": "zoraida@manantial.example",
    "approver_language": "en",
}
CONFIRMS = {
    "answer": "sign",
    "signer_name": "Zoraida Inventada",
    "signer_role": "Directora",
    "visibility": "public",
}


@dataclass(frozen=True)
class SideVisit:
    """One page beside that of an invitation, which its link has opened."""

    browser: httpx.AsyncClient
    path: str

    async def read(self, **parameters: str) -> httpx.Response:
        """Look at the page."""
        return await self.browser.get(self.path, params=parameters)

    async def post(
        self, fields: Mapping[str, str | None], headers: Mapping[str, str] = FROM_THE_PAGE
    ) -> httpx.Response:
        """Open the page and post it, filled in; a field that is None is left out."""
        filled = {**hidden_fields(await self.read()), **fields}
        sent = {name: value for name, value in filled.items() if value is not None}
        return await self.browser.post(self.path, data=sent, headers=headers, follow_redirects=True)


async def beside(visit: Visit, part: str) -> SideVisit:
    """Follow a contact's link, and go to a page beside the one that it leads to."""
    return SideVisit(visit.browser, f"{await visit.path()}/{part}")


async def approving(browser: httpx.AsyncClient, token: str) -> SideVisit:
    """Follow an approver's link."""
    moved = await browser.get(f"/s/{token}")
    assert moved.status_code == 303
    return SideVisit(browser, moved.headers["Location"])
