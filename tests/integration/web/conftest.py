"""A running site, and the people who call it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.vocabulary import Role
from tests.integration import verifiers
from tests.integration.outbox_cases import Case, make_case
from tests.integration.sign_links import sign_link
from tests.integration.web.enrolment_visits import EnrolmentVisit
from tests.integration.web.sign_visits import Visit
from tests.integration.web.site import Caller, Site, running_site, services_over
from tests.integration.web.verification_visits import VerificationVisit, two_asked


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """The application over a fresh database, while Temporal is away."""
    async with running_site(await services_over(database_url, tmp_path)) as running:
        yield running


@pytest.fixture
async def coordinator(site: Site) -> AsyncIterator[Caller]:
    """The coordinator who hands cases in."""
    caller = await site.caller(Role.COORDINATOR)
    async with caller.client:
        yield caller


@pytest.fixture
async def verifier(site: Site) -> AsyncIterator[Caller]:
    """One verifier."""
    caller = await site.caller(Role.VERIFIER)
    async with caller.client:
        yield caller


@pytest.fixture
async def case(site: Site) -> Case:
    """A case that partners may sign; its author is the only coordinator."""
    made = await make_case(site.services.database)
    await made.open_sign_on()
    return made


@pytest.fixture
async def visit(site: Site, case: Case) -> AsyncIterator[Visit]:
    """The sign link of the Casa de las Mujeres El Manantial."""
    token = await sign_link(case, "casa-manantial")
    async with site.client() as browser:
        yield Visit(case, token, browser)


@pytest.fixture
async def enrolment(site: Site) -> AsyncIterator[EnrolmentVisit]:
    """The enrolment link of a verifier who has no PIN yet."""
    database = site.services.database
    person_id = await verifiers.verifier(database)
    token = await verifiers.enrolment_link(database, person_id)
    async with site.client() as browser:
        yield EnrolmentVisit(site, person_id, token, browser)


@pytest.fixture
async def asked(site: Site) -> AsyncIterator[list[VerificationVisit]]:
    """The links of the two verifiers who are asked about a case that nobody has attested."""
    case = await make_case(site.services.database, attested=False)
    async with site.client() as browser:
        yield await two_asked(site, case, browser)


@pytest.fixture
def verification(asked: list[VerificationVisit]) -> VerificationVisit:
    """The link of one of them."""
    return asked[0]
