"""PostgreSQL is stopped and started again, and the action goes on where it was."""

from collections import Counter
from collections.abc import Iterator

import pytest

from local.postgres import EmbeddedPostgres
from tests.acceptance.cases import addresses_of, case, mailbox_of, partner, press, sign_on
from tests.acceptance.network import Network
from tests.conftest import own_postgres

pytestmark = pytest.mark.asyncio(loop_scope="module")

JOURNALISTS = press(300)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of our own, since we stop it."""
    with own_postgres() as own:
        yield own


@pytest.fixture(scope="module")
def given() -> dict[str, str]:
    """Have a release make more batches than are under way at once."""
    return {"ACUERPA_BATCH_SIZE": "40"}


async def test_a_sign_on_outlives_a_restart_of_the_database(network: Network) -> None:
    names = ["una", "dos", "tres"]
    await network.coordinator.import_partners([partner(name) for name in names])
    plan = sign_on(names, quorum=2, remind_after=["PT4S"])
    reference = await network.attested(case(sign_on=plan, audiences=["signatories"], expires_after="PT1S"))
    await network.mailbox.has(3, reference, "invitation")
    await network.partners.sign(reference, mailbox_of("una"))

    await _stop(network)
    refused = await network.partners.http.get(await network.partners.link(reference, mailbox_of("dos")))
    assert refused.status_code == 503
    await network.stack.start("postgres")

    await network.partners.answer(await network.partners.link(reference, mailbox_of("dos"), "reminder"))
    await network.coordinator.reaches(reference, "closed")
    copies = network.mailbox.copies
    assert await copies(reference, "invitation") == Counter(map(mailbox_of, names))
    assert await copies(reference, "reminder") == Counter(map(mailbox_of, ["dos", "tres"]))
    assert await copies(reference, "statement") == Counter(map(mailbox_of, ["una", "dos"]))


async def test_a_release_outlives_a_restart_of_the_database(network: Network) -> None:
    await network.coordinator.import_contacts(JOURNALISTS)
    reference = await network.released(case(audiences=["press"], expires_after="PT1S"))
    await network.mailbox.has(30, reference)

    await _stop(network)
    assert 30 <= await network.mailbox.arrived(reference) < len(JOURNALISTS)
    await network.stack.start("postgres")

    await network.coordinator.reaches(reference, "closed")
    assert await network.mailbox.copies(reference, "statement") == Counter(addresses_of(JOURNALISTS))
    assert {one["state"] for one in await network.coordinator.deliveries(reference)} == {"sent"}


async def _stop(network: Network) -> None:
    await network.stack.stop("postgres")
    assert not network.stack.services["postgres"].running
