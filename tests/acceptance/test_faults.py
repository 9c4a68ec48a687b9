"""Providers fail in their ways, each proved to have happened; everybody gets what is due, once."""

from collections import Counter
from typing import Any

import pytest

from tests.acceptance.cases import TARGETS, addresses_of, case, mailbox_of, partner, press, sign_on
from tests.acceptance.network import Network

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "whsec_YW4gaW52ZW50ZWQgc2VjcmV0LCBkZW1vIG9ubHkgMDE="


async def test_what_providers_put_off_or_leave_in_doubt_arrives_once(network: Network) -> None:
    await _import_partner_with_a_system(network)
    await network.coordinator.import_contacts([*press(6), *_members("+12025550121", "+12025550122")])
    plan = sign_on(["sistema"], quorum=1)
    audiences = ["targets", "signatories", "press", "members"]
    reference = await network.attested(case(sign_on=plan, audiences=audiences, expires_after="PT1S"))
    link = await network.partners.link(reference, mailbox_of("sistema"))
    await network.mailbox.order_faults(
        {"verb": "rcpt", "code": 451, "address": "medio1@prensa.example"},
        {"verb": "data", "code": 452, "address": "medio2@prensa.example", "times": 2},
        {"verb": "mail", "code": 421},
    )
    await network.providers.order_faults(
        {"channel": "sms", "status": 503, "retry_after": 1, "times": 2},
        {"channel": "partner_api", "store_then_reset": True},
    )

    await network.partners.answer(link)
    await network.coordinator.reaches(reference, "closed")

    assert await network.mailbox.fired() == [1, 2, 1]
    assert await network.providers.fired() == [2, 1]
    mails = await network.mailbox.copies(reference, "statement")
    assert mails == Counter([*TARGETS, *addresses_of(press(6))])
    assert await network.providers.texts(reference) == Counter(["+12025550121", "+12025550122"])
    assert await network.providers.documents(reference) == Counter(["sistema"])
    deliveries = await network.coordinator.deliveries(reference)
    assert {one["state"] for one in deliveries} == {"sent"}
    assert [one["attempts"] for one in deliveries if one["channel"] == "partner_api"] == [2]


async def test_an_address_that_does_not_exist_fails_alone_and_is_not_written_to_again(
    network: Network,
) -> None:
    await network.coordinator.import_contacts(press(5, "agencia"))
    gone, *others = addresses_of(press(5, "agencia"))
    await network.mailbox.order_faults({"verb": "rcpt", "code": 550, "address": gone})
    first = await network.released(case(audiences=["press"], expires_after="PT1S"))
    await network.coordinator.reaches(first, "closed")
    assert await network.mailbox.fired() == [1]
    assert await _not_sent(network, first) == [("failed", "no_such_address")]
    assert gone not in await network.mailbox.copies(first, "statement")

    second = await network.released(case(audiences=["press"], expires_after="PT1S"))
    await network.coordinator.reaches(second, "closed")
    assert await _not_sent(network, second) == []
    for reference in (first, second):
        copies = await network.mailbox.copies(reference, "statement")
        assert [copies[address] for address in [gone, *others]] == [0, 1, 1, 1, 1]


async def test_a_mail_that_may_have_been_taken_is_listed_and_not_sent_again(network: Network) -> None:
    reference = await network.attested(case(audiences=["targets"], expires_after="PT1S"))
    await network.mailbox.order_faults({"verb": "accepted_then_drop", "address": TARGETS[0]})
    await network.coordinator.release(reference)
    await network.coordinator.reaches(reference, "closed")

    assert await network.mailbox.fired() == [1]
    assert await _not_sent(network, reference) == [("unknown", "connection_lost_at_the_end")]
    assert await network.mailbox.copies(reference, "statement") == Counter(TARGETS)


async def _import_partner_with_a_system(network: Network) -> None:
    api = {"url": f"{network.providers.url}/partners/sistema", "secret": SECRET}
    await network.coordinator.import_partners([partner("sistema", api)])


def _members(*numbers: str) -> list[dict[str, Any]]:
    return [
        {
            "id": f"socia-{number[-3:]}",
            "name": "Socia Ficticia",
            "kind": "member",
            "languages": ["es"],
            "basis": {"kind": "professional", "on": "2026-01-02"},
            "channels": [{"channel": "sms", "value": number}],
        }
        for number in numbers
    ]


async def _not_sent(network: Network, reference: str) -> list[tuple[str, str]]:
    deliveries = await network.coordinator.deliveries(reference)
    return [(one["state"], one["failure"]) for one in deliveries if one["state"] != "sent"]
