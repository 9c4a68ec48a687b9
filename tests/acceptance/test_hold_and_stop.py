"""A coordinator holds or stops while a release of some hundred messages runs."""

from collections import Counter

import pytest

from tests.acceptance.cases import addresses_of, case, press
from tests.acceptance.crashes import repeated
from tests.acceptance.network import Network

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONNECTIONS = 4
JOURNALISTS = press(400)


@pytest.fixture(scope="module")
def given() -> dict[str, str]:
    return {"ACUERPA_EMAIL_CONNECTIONS": str(CONNECTIONS), "ACUERPA_BATCH_SIZE": "100"}


async def test_after_a_stop_is_answered_nothing_leaves_but_what_is_in_flight(network: Network) -> None:
    await network.coordinator.import_contacts(JOURNALISTS)
    reference = await network.released(case(audiences=["press"]))
    await network.mailbox.has(30, reference)

    answer = await network.coordinator.decide(reference, "stop")
    arrived = await network.mailbox.arrived(reference)
    assert answer["phase"] == "stopped"
    assert 30 <= arrived < len(JOURNALISTS) - CONNECTIONS

    await _ends(network, reference)
    states = Counter(one["state"] for one in await network.coordinator.deliveries(reference))
    copies = await network.mailbox.copies(reference, "statement")
    assert copies.total() <= arrived + CONNECTIONS
    assert repeated(copies) == []
    assert states == {"sent": copies.total(), "cancelled": len(JOURNALISTS) - copies.total()}


async def test_a_hold_keeps_the_rest_back_and_a_resume_sends_it_once(network: Network) -> None:
    await network.coordinator.import_contacts(JOURNALISTS)
    reference = await network.released(case(audiences=["press"], expires_after="PT1S"))
    await network.mailbox.has(30, reference)

    answer = await network.coordinator.decide(reference, "hold")
    arrived = await network.mailbox.arrived(reference)
    assert answer["on_hold"]
    held = await network.coordinator.wait_until(reference, _nothing_in_flight)
    assert held["phase"] == "releasing"
    assert arrived <= await network.mailbox.arrived(reference) <= arrived + CONNECTIONS
    assert arrived + CONNECTIONS < len(JOURNALISTS)

    await network.coordinator.decide(reference, "resume")
    await network.coordinator.reaches(reference, "closed")
    assert await network.mailbox.copies(reference, "statement") == Counter(addresses_of(JOURNALISTS))
    assert {one["state"] for one in await network.coordinator.deliveries(reference)} == {"sent"}


def _nothing_in_flight(action: dict[str, object]) -> bool:
    dispatches = action["dispatches"]
    assert isinstance(dispatches, list)
    return all("sending" not in states for one in dispatches for states in one["channels"].values())


async def _ends(network: Network, reference: str) -> None:
    """Wait until the workflow itself has come to its end, after which nothing can leave."""
    while True:
        action = await network.coordinator.action(reference)
        events = await network.coordinator.events(reference)
        if any((one["kind"], one["detail"].get("phase")) == ("phase_changed", "stopped") for one in events):
            return
        await network.coordinator.action(reference, seen=action["revision"], wait=2)
