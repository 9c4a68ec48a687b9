"""A verifier's browser on her enrolment link."""

from dataclasses import dataclass
from uuid import UUID

import httpx
from pydantic import SecretStr

from models.people import PinOutcome
from storage.verifiers import check_pin
from tests.integration.web.sign_visits import FROM_THE_PAGE, hidden_fields
from tests.integration.web.site import Site

PIN = "493817"


@dataclass(frozen=True)
class EnrolmentVisit:
    """One enrolment link, opened by whoever has it."""

    site: Site
    person_id: UUID
    token: str
    browser: httpx.AsyncClient

    @property
    def path(self) -> str:
        return f"/e/{self.token}"

    async def fields(self) -> dict[str, str]:
        """Open the page and return its hidden fields."""
        return hidden_fields(await self.browser.get(self.path))

    async def choose(self, pin: str | None = PIN, **changes: str | None) -> httpx.Response:
        """Open the page and post it with a PIN typed twice; a field that is changed to None is left out."""
        form = {**await self.fields(), "pin": pin, "pin_again": pin, **changes}
        filled = {name: value for name, value in form.items() if value is not None}
        return await self.browser.post(self.path, data=filled, headers=FROM_THE_PAGE)

    async def outcome_of(self, pin: str = PIN) -> PinOutcome:
        """Tell what the engine says to a PIN of hers."""
        services = self.site.services
        return await check_pin(services.database, self.person_id, services.pins.judge(SecretStr(pin)))
