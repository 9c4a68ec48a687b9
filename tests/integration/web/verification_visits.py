"""A verifier's browser on her verification link."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from uuid import UUID

import httpx

from tests.integration import verifiers
from tests.integration.outbox_cases import Case
from tests.integration.verification_links import ask, on_duty, verification_link
from tests.integration.web.sign_visits import FROM_THE_PAGE, hidden_fields
from tests.integration.web.site import Site

PIN, WRONG = verifiers.PIN.get_secret_value(), verifiers.WRONG.get_secret_value()
EVERYTHING = ("facts", "consent", "text:es", "text:en")
Value = str | Sequence[str] | None


@dataclass(frozen=True)
class VerificationVisit:
    """One verification link, opened by whoever has it."""

    site: Site
    case: Case
    person_id: UUID
    token: str
    browser: httpx.AsyncClient

    @property
    def path(self) -> str:
        return f"/v/{self.token}"

    async def type_pin(self, pin: str | None = PIN, **changes: Value) -> httpx.Response:
        """Open the page and post a PIN; a field that is changed to None is left out."""
        return await self.post({**hidden_fields(await self.browser.get(self.path)), "pin": pin, **changes})

    async def fields(self) -> dict[str, str]:
        """Type the right PIN and return the hidden fields of the case's page."""
        shown = await self.type_pin()
        assert shown.status_code == 200, shown.text
        return hidden_fields(shown)

    async def answer(self, answer: str = "attest", **changes: Value) -> httpx.Response:
        """Read the case and post an answer; an attestation confirms everything if it says nothing else."""
        confirms = EVERYTHING if answer == "attest" else None
        form: dict[str, Value] = {**await self.fields(), "answer": answer, "confirms": confirms, **changes}
        return await self.post(form)

    async def post(self, form: dict[str, Value], **headers: str) -> httpx.Response:
        """Post a form as the page does."""
        filled = {name: value for name, value in form.items() if value is not None}
        return await self.browser.post(self.path, data=filled, headers={**FROM_THE_PAGE, **headers})


async def visit_of(site: Site, case: Case, person_id: UUID, browser: httpx.AsyncClient) -> VerificationVisit:
    """Open a link of somebody who was asked."""
    token = await verification_link(site.services.database, case.action.id, person_id)
    return VerificationVisit(site, case, person_id, token, browser)


async def two_asked(site: Site, case: Case, browser: httpx.AsyncClient) -> list[VerificationVisit]:
    """Put two verifiers on duty, and ask them."""
    services = site.services
    people = [await on_duty(services.database, services.pins, place) for place in (1, 2)]
    await ask(services.database, case.action.id)
    return [await visit_of(site, case, person_id, browser) for person_id in people]


def problems_in(page: httpx.Response) -> list[str]:
    """Return the fields that a page names in its list of problems."""
    return re.findall(r'<li><a href="#(\w+)">', page.text)


def words_of(page: httpx.Response) -> str:
    """Return what a page says, without its markup and style."""
    return unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", page.text, flags=re.DOTALL))
