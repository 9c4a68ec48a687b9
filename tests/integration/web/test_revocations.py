"""Taking consents back by the API, and what then still leaves: by real mail, through the real gate."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import text

from channels.email import EmailChannel
from models.messages import DeliveryState, Purpose
from models.vocabulary import ConsentUse, Disclosure
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute, handed_over_alone
from tests.integration.senders import EventfulMail, mailing, run
from tests.integration.web.consent_calls import (
    CEIBA,
    FAMILY,
    JACINTA,
    address,
    consented,
    open_to,
    post,
    revoked,
    shown,
    uses_of,
)
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import contents_of

PUBLIC, AUTHORITY, MECHANISM = Disclosure.PUBLIC, Disclosure.AUTHORITY, Disclosure.MECHANISM
PROSECUTOR = "fiscalia.ddhh@estado.example"
_LOCK_ALL_DELIVERIES = text("SELECT id FROM delivery FOR UPDATE")
READ_BY = {PUBLIC: "name_in_public", AUTHORITY: "name_to_authorities", MECHANISM: "mechanisms"}


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=1)
    yield channel
    await channel.close()


@pytest.mark.parametrize("reader", READ_BY)
async def test_a_revocation_closes_the_gate_to_those_who_needed_it_and_says_so(
    case: Case, verifier: Caller, reader: Disclosure
) -> None:
    told = await revoked(verifier, case, JACINTA, READ_BY[reader])
    # a mechanism reads what the public reads, and needs the submission allowed beside it
    closed = {PUBLIC, MECHANISM} if reader is PUBLIC else {reader}
    assert open_to(told) == set(Disclosure) - closed
    assert (told["revoked"], told["decision"]) == (1, "revoke")
    assert all(one["remedy"] for kind in told["readers"] for one in kind["missing"])


async def test_all_uses_of_all_people_are_taken_back_at_once_and_again_is_nothing(
    case: Case, coordinator: Caller
) -> None:
    told = await revoked(coordinator, case, "all", "all")
    assert (told["revoked"], open_to(told)) == (7, set())
    listed = await shown(coordinator, case)
    for person in (CEIBA, JACINTA, FAMILY):
        assert not any(use["live"] for use in uses_of(listed, person).values())
    assert (await revoked(coordinator, case, "all", "all"))["revoked"] == 0
    events = (await coordinator.client.get(address(case, "timeline"))).json()["events"]
    revoked_by = [event["person"] for event in events if event["kind"] == "consent_revoked"]
    assert (len(revoked_by), len(set(revoked_by))) == (7, 1)
    assert revoked_by[0].startswith("Persona ")


async def test_one_use_of_all_and_all_uses_of_one(case: Case, coordinator: Caller) -> None:
    assert (await revoked(coordinator, case, "all", "mechanisms"))["revoked"] == 3
    assert (await revoked(coordinator, case, JACINTA, "all"))["revoked"] == 2
    events = (await coordinator.client.get(address(case, "timeline"))).json()["events"]
    told = [event["detail"] for event in events if event["kind"] == "consent_revoked"]
    assert {"person": FAMILY, "use": "mechanisms"} in told
    assert {"person": JACINTA, "use": "name_in_public"} in told
    live = {
        (person, use)
        for person in (CEIBA, JACINTA, FAMILY)
        for use, one in uses_of(await shown(coordinator, case), person).items()
        if one["live"]
    }
    assert live == {(CEIBA, "name_to_authorities"), (FAMILY, "name_to_authorities")}


@pytest.mark.parametrize(
    ("phase", "ended"), [("closed", "closed_at"), ("stopped", "stopped_at"), ("rejected", "rejected_at")]
)
async def test_an_ended_action_takes_revocations_too(
    site: Site, case: Case, verifier: Caller, phase: str, ended: str
) -> None:
    await execute(site.services.database, f"UPDATE urgent_action SET phase = '{phase}', {ended} = now()")
    told = await revoked(verifier, case, JACINTA, "name_in_public")
    assert (told["revoked"], told["phase"], open_to(told)) == (1, phase, set())


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"person": 3, "use": "all"}, ["person"]),
        ({"person": "everybody", "use": "poster"}, ["person", "use"]),
        ({"person": True, "use": None}, ["person", "use"]),
        ({"person": 200, "use": 7}, ["person", "use"]),
        ({}, ["person", "use"]),
        ({"person": 0, "use": "all", "why": "Jacinta lo pidió"}, ["why"]),
        ([], ["(whole input)"]),
    ],
)
async def test_a_wrong_revocation_is_refused_with_all_its_problems(
    site: Site, case: Case, coordinator: Caller, body: object, fields: list[str]
) -> None:
    before = await contents_of(site.services.database)
    answer = await post(coordinator, case, "consents/revocations", body)
    assert [one["field"] for one in problem(answer, 422)["problems"]] == fields
    assert "Jacinta" not in answer.text
    assert await contents_of(site.services.database) == before


async def test_whoever_names_nobody_of_the_case_is_told_whom_it_has(case: Case, coordinator: Caller) -> None:
    answer = await post(coordinator, case, "consents/revocations", {"person": FAMILY + 1, "use": "all"})
    (told,) = problem(answer, 422)["problems"]
    assert told["rule"] == "is not a person of this case"
    assert told["remedy"] == "Write a number from 0 to 2: starter.py consents list REF shows them."


async def test_a_revocation_in_the_middle_of_a_batch_keeps_every_later_message_in(
    case: Case, verifier: Caller, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    async def revoke(number: int) -> None:
        if number == 3:
            await revoked(verifier, case, JACINTA, "all")

    batch = await case.batch()
    await run(mailing(case.database, EventfulMail(email, sent=revoke)), batch)
    assert len(mailbox.messages()) == 3
    states = await case.states(batch)
    assert states.count(DeliveryState.SENT) == 3
    assert states.count(DeliveryState.CANCELLED) == len(states) - 3 > 3
    refused = [one for one in await case.deliveries(batch) if one.state is DeliveryState.CANCELLED]
    assert {one.failure for one in refused} == {"not_permitted"}


async def test_a_revocation_between_claim_and_last_gate_keeps_the_message_in(
    case: Case, verifier: Caller, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    async def revoke(number: int) -> None:
        if number == 1:
            await revoked(verifier, case, "all", "all")

    batch = await case.batch()
    await run(mailing(case.database, EventfulMail(email, before=revoke)), batch)
    assert mailbox.messages() == []
    assert set(await case.states(batch)) == {DeliveryState.CANCELLED}


async def test_what_is_revoked_for_the_public_still_reaches_authorities(
    case: Case, verifier: Caller, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch = await case.batch()
    await revoked(verifier, case, JACINTA, "name_in_public")
    await run(mailing(case.database, email), batch)
    assert [message["to"] for message in mailbox.messages()] == [[PROSECUTOR]]


async def test_a_consent_that_expires_during_a_release_stops_the_rest(
    site: Site, case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    async def midnight_comes(number: int) -> None:
        if number == 2:
            expired = "UPDATE consent SET valid_until = current_date - 1 WHERE person_at_risk_id IN"
            named = " (SELECT id FROM person_at_risk WHERE visibility = 'named')"
            await execute(site.services.database, expired + named)

    batch = await case.batch()
    await run(mailing(case.database, EventfulMail(email, sent=midnight_comes)), batch)
    assert len(mailbox.messages()) == 2
    assert set(await case.states(batch)) == {DeliveryState.SENT, DeliveryState.CANCELLED}


async def test_a_refusal_recorded_later_beats_an_earlier_consent_at_the_gate(
    case: Case, coordinator: Caller
) -> None:
    batch, claim_id = await case.batch(), uuid4()
    claimed = await case.claim(batch, claim_id, limit=2)
    for use in ConsentUse:
        await consented(coordinator, case, JACINTA, use, given=False)
    async with case.database.transaction() as session:
        for one in claimed:
            assert not await handed_over_alone(session, case.action.id, one.id, claim_id)
    assert await case.claim(batch) == []


async def test_a_consent_of_an_earlier_opening_does_not_count_after_a_reopening(
    site: Site, case: Case, coordinator: Caller
) -> None:
    batch = await case.batch()
    await execute(site.services.database, "UPDATE urgent_action SET reopened_at = now()")
    listed = await shown(coordinator, case)
    assert open_to(listed) == set()
    assert not any(use["live"] for person in range(3) for use in uses_of(listed, person).values())
    assert await case.claim(batch) == []
    await consented(coordinator, case, JACINTA, "name_to_authorities")
    await consented(coordinator, case, JACINTA, "name_in_public")
    await case.confirm()
    assert open_to(await shown(coordinator, case)) == {PUBLIC, AUTHORITY}
    assert {one.disclosure for one in await case.claim(batch)} == {PUBLIC, AUTHORITY}


async def test_a_revocation_takes_its_turn_behind_no_release_but_the_claims_under_way(
    site: Site, case: Case, verifier: Caller
) -> None:
    """Whoever holds rows of the outbox keeps no revocation waiting: it touches none of them."""
    await case.freeze(Purpose.STATEMENT)
    async with site.services.database.transaction() as session:
        await session.execute(_LOCK_ALL_DELIVERIES)
        assert (await revoked(verifier, case, JACINTA, "all"))["revoked"] == 3
