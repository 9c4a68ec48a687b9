"""The worker is killed in each phase, and the action goes on where it was."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from models.columns import now
from tests.acceptance.cases import TARGETS, case, mailbox_of, partner, press, sign_on
from tests.acceptance.crashes import kill, repeated, restart_after_kill, starts_of_worker
from tests.acceptance.network import COORDINATOR, Network
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONNECTIONS = 4
JOURNALISTS = press(400)


async def _is_past(moment: datetime) -> bool:
    return now() > moment


@pytest.fixture(scope="module")
def given() -> dict[str, str]:
    return {"ACUERPA_EMAIL_CONNECTIONS": str(CONNECTIONS), "ACUERPA_BATCH_SIZE": "100"}


async def test_an_attestation_given_while_the_worker_is_dead_counts_when_it_is_back(network: Network) -> None:
    names = ["una", "dos"]
    await network.coordinator.import_partners([partner(name) for name in names])
    reference = await network.coordinator.hand_in(case(sign_on=sign_on(names, quorum=2)))
    first, second = network.verifiers
    await first.attest(reference)
    await network.coordinator.reaches(reference, "verifying")
    starts = starts_of_worker(network.stack)

    killed = await kill(network.stack, "worker")
    decided = await second.attest(reference)
    assert (decided["attestations"]["count"], decided["workflow_informed"]) == (2, False)
    await restart_after_kill(network.stack, "worker", killed)

    await network.mailbox.has(2, reference, "invitation")
    assert starts_of_worker(network.stack) == starts + 1
    await network.coordinator.decide(reference, "stop")
    assert await network.mailbox.copies(reference, "invitation") == Counter(map(mailbox_of, names))


async def test_a_signature_given_while_the_worker_is_dead_counts_and_is_not_reminded(
    network: Network,
) -> None:
    names = ["tres", "cuatro", "cinco"]
    await network.coordinator.import_partners([partner(name) for name in names])
    plan = sign_on(names, quorum=2, remind_after=["PT3S"])
    reference = await network.attested(case(sign_on=plan, audiences=["signatories"], expires_after="PT1S"))
    await network.mailbox.has(3, reference, "invitation")

    killed = await kill(network.stack, "worker")
    await network.partners.sign(reference, mailbox_of("tres"))
    await restart_after_kill(network.stack, "worker", killed)

    await network.mailbox.has(2, reference, "reminder")
    reminder = await network.partners.link(reference, mailbox_of("cuatro"), "reminder")
    await network.partners.answer(reminder)
    await network.coordinator.reaches(reference, "closed")
    copies = network.mailbox.copies
    assert await copies(reference, "invitation") == Counter(map(mailbox_of, names))
    assert await copies(reference, "reminder") == Counter(map(mailbox_of, ["cuatro", "cinco"]))
    assert await copies(reference, "statement") == Counter(map(mailbox_of, ["tres", "cuatro"]))


async def test_a_release_cut_in_the_middle_reaches_everybody_and_nobody_twice(network: Network) -> None:
    await network.coordinator.import_contacts(JOURNALISTS)
    reference = await network.released(case(audiences=["press"]))
    await network.mailbox.has(60, reference)

    killed = await kill(network.stack, "worker")
    assert 60 <= await network.mailbox.arrived(reference) < len(JOURNALISTS)
    await restart_after_kill(network.stack, "worker", killed)

    await network.coordinator.reaches(reference, "following_up")
    deliveries = await network.coordinator.deliveries(reference)
    sent = {one["id"] for one in deliveries if one["state"] == "sent"}
    unknown = {one["id"] for one in deliveries if one["state"] == "unknown"}
    copies = Counter(one.delivery_id for one in await network.mailbox.mails(reference))
    assert len(sent | unknown) == len(deliveries) == len(JOURNALISTS)
    assert len(unknown) <= CONNECTIONS
    assert {copies[one] for one in sent} == {1}
    assert {copies[one] for one in unknown} <= {0, 1}
    assert repeated(await network.mailbox.copies(reference, "statement")) == []
    await network.coordinator.decide(reference, "close")


async def test_a_check_in_due_while_the_worker_is_dead_comes_once_it_is_back(network: Network) -> None:
    reference = await network.released(case(audiences=["targets"], check_ins=["PT1S", "PT20S"]))
    second_is_due = now() + timedelta(seconds=20)
    await network.mailbox.has(1, reference, "check-in")

    killed = await kill(network.stack, "worker")
    assert now() < second_is_due
    await until(lambda: _is_past(second_is_due), seconds=30)
    await restart_after_kill(network.stack, "worker", killed)

    await network.mailbox.has(2, reference, "check-in")
    await network.coordinator.decide(reference, "close")
    await network.coordinator.reaches(reference, "closed")
    check_ins = [mail for mail in await network.mailbox.mails(reference) if mail.kind == "check-in"]
    assert [(mail.to, mail.subject) for mail in check_ins] == [
        (COORDINATOR, f"{reference}: seguimiento 1, ¿hay novedades?"),
        (COORDINATOR, f"{reference}: seguimiento 2, ¿hay novedades?"),
    ]
    assert await network.mailbox.copies(reference, "statement") == Counter(TARGETS)
