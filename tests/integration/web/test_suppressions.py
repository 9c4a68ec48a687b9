"""Suppressed addresses by the API: who has them, and lifting one with a record and without a trace of it."""

import json

import pytest
from structlog.testing import capture_logs

from models.contact_vocabulary import SAID_NO, SuppressionReason
from models.vocabulary import Channel, Role
from storage.suppressions import suppress_address
from tests import factories
from tests.integration.outbox_cases import execute
from tests.integration.web.site import API, Caller, Site, problem

ADDRESS, NUMBER = "valentina@redsaurelio.example", "+12025550142"
LIFT = f"{API}/suppressions/lift"


@pytest.fixture
async def admin(site: Site) -> Caller:
    return await site.caller(Role.ADMIN)


async def suppress(
    site: Site, reason: SuppressionReason, address: str = ADDRESS, channel: Channel = Channel.EMAIL
) -> bytes:
    fingerprint = factories.FINGERPRINT.of(channel, address)
    async with site.services.database.transaction() as session:
        await suppress_address(session, fingerprint, reason)
    return fingerprint


async def still_suppressed(site: Site) -> int:
    rows = await execute(site.services.database, "SELECT 1 FROM suppression")
    return len(rows)


async def test_they_are_listed_by_those_who_have_them_newest_first(site: Site, admin: Caller) -> None:
    (known,) = await execute(
        site.services.database,
        "SELECT partner.slug, partner_contact.email FROM partner_contact"
        " JOIN partner ON partner.id = partner_contact.partner_id ORDER BY partner.slug LIMIT 1",
    )
    await suppress(site, SuppressionReason.COMPLAINED)
    await suppress(site, SuppressionReason.BOUNCED, known.email)
    async with admin.client as client:
        answer = await client.get(f"{API}/suppressions")
    tree = answer.json()
    assert tree["counts"] == {"complained": 1, "bounced": 1}
    assert [(one["reason"], one["whose"]) for one in tree["suppressions"]] == [
        ("bounced", [f"partner {known.slug}"]),
        ("complained", []),
    ]
    assert known.email not in answer.text


async def test_one_is_lifted_by_its_address_and_the_record_says_who_and_why(
    site: Site, admin: Caller
) -> None:
    fingerprint = await suppress(site, SuppressionReason.BOUNCED)
    await suppress(site, SuppressionReason.NO_SUCH_ADDRESS, NUMBER, Channel.SMS)
    with capture_logs() as logs:
        async with admin.client as client:
            body = {"address": ADDRESS.upper(), "why": "works_again"}
            answer = await client.post(LIFT, json=body)
            again = await client.post(LIFT, json=body)
            number = {"channel": "sms", "address": "+1 202 555 0142", "why": "mistaken"}
            assert (await client.post(LIFT, json=number)).status_code == 200
    assert answer.json() == {"lifted": ["bounced"], "kept": []}
    problem(again, 404)
    assert await still_suppressed(site) == 0
    record, _ = await execute(site.services.database, "SELECT * FROM lifted_suppression ORDER BY lifted_at")
    assert (record.fingerprint, record.lifted_by, record.why) == (
        fingerprint,
        admin.person_id,
        "works_again",
    )
    told = json.dumps(logs, default=str) + answer.text + again.text
    assert ADDRESS not in told.lower()


async def test_her_own_wish_is_lifted_by_her_own_consent_with_day_and_way(site: Site, admin: Caller) -> None:
    for reason in (SuppressionReason.BOUNCED, *SAID_NO):
        await suppress(site, reason)
    consented = {"consent_given_on": "2026-11-02", "consent_method": "phone"}
    own = sorted(SAID_NO)
    async with admin.client as client:
        works = await client.post(LIFT, json={"address": ADDRESS, "why": "works_again"})
        assert works.json() == {"lifted": ["bounced"], "kept": own}
        for why in ("works_again", "mistaken"):
            refused = await client.post(LIFT, json={"address": ADDRESS, "why": why})
            assert "wants no more messages" in str(problem(refused, 409)["title"])
        for incomplete in ({}, {"consent_given_on": "2026-11-02"}):
            body = {"address": ADDRESS, "why": "own_consent", **incomplete}
            problem(await client.post(LIFT, json=body), 422)
        misplaced = {"address": ADDRESS, "why": "mistaken", **consented}
        assert ADDRESS not in (await client.post(LIFT, json=misplaced)).text
        assert await still_suppressed(site) == len(own)
        lifted = await client.post(LIFT, json={"address": ADDRESS, "why": "own_consent", **consented})
    assert lifted.json() == {"lifted": own, "kept": []}
    assert await still_suppressed(site) == 0
    _, record, *_ = await execute(
        site.services.database, "SELECT * FROM lifted_suppression ORDER BY lifted_at"
    )
    assert (str(record.consent_given_on), record.consent_method) == ("2026-11-02", "phone")


async def test_what_is_no_address_is_refused_without_repeating_it(admin: Caller) -> None:
    async with admin.client as client:
        for body in (
            {"address": "canary at x", "why": "mistaken"},
            {"channel": "sms", "address": "canary", "why": "mistaken"},
            {"channel": "letter", "address": "canary", "why": "mistaken"},
        ):
            answer = await client.post(LIFT, json=body)
            problem(answer, 422)
            assert "canary" not in answer.text
