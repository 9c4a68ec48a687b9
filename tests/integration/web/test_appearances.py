"""How a person at risk appears from now on: what was approved before does not leave, and leaks are listed."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from channels.email import EmailChannel
from models.documents import Rendering
from models.messages import DeliveryState
from models.verification import confirmable
from models.vocabulary import Disclosure, RenderingKind, Role
from security.naming import open_identity
from storage import decisions, documents, freezing, outbox
from storage.actions import people_at_risk
from storage.standing import facts_of
from tests import factories
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute, handed_over_alone
from tests.integration.senders import EventfulMail, mailing, run
from tests.integration.sign_links import sign_link
from tests.integration.web.consent_calls import (
    CEIBA,
    FAMILY,
    JACINTA,
    address,
    consented,
    open_to,
    post,
    revoked,
)
from tests.integration.web.sign_visits import Visit
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import contents_of

HER_NAME = "Jacinta Olvera Montejo"
PROSECUTOR = "fiscalia.ddhh@estado.example"


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=1)
    yield channel
    await channel.close()


async def show(caller: Caller, case: Case, person: int, visibility: str, **pseudonym: str) -> httpx.Response:
    return await post(caller, case, f"people/{person}/visibility", {"visibility": visibility, **pseudonym})


async def changed(
    caller: Caller, case: Case, person: int, visibility: str, **pseudonym: str
) -> dict[str, Any]:
    answer = await show(caller, case, person, visibility, **pseudonym)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def approved_again(case: Case) -> None:
    """Have two others attest the current version, past the API and its leak guard."""
    async with case.database.transaction() as session:
        version = (await documents.current_version(session, case.action.id)).version
        for _ in range(2):
            verifier = await factories.add_person(session, Role.VERIFIER)
            await decisions.attest(session, case.action, version, verifier.id, confirmable(["es", "en"]))


async def renderings(case: Case) -> list[Rendering]:
    async with case.database.transaction() as session:
        version = (await documents.current_version(session, case.action.id)).version
        return await documents.renderings_of(session, version.id)


async def test_after_a_revocation_a_person_gets_a_pseudonym_and_the_places_of_her_name_are_listed(
    case: Case, coordinator: Caller, verifier: Caller
) -> None:
    await revoked(verifier, case, JACINTA, "name_in_public")
    told = await changed(coordinator, case, JACINTA, "pseudonym", pseudonym="Jacaranda")
    assert (told["visibility"], told["display_name"], told["person"]) == ("pseudonym", "Jacaranda", JACINTA)
    fields = [leak["field"] for leak in told["leaks"]]
    assert "documents.1.texts.es.body" in fields
    assert "documents.1.texts.en.body" in fields
    assert all(f"people_at_risk.{JACINTA}" in leak["rule"] for leak in told["leaks"])
    assert "Olvera" not in str(told)
    view = (await coordinator.client.get(address(case))).json()
    assert view["people_at_risk"][JACINTA]["display_name"] == "Jacaranda"
    assert (view["attestations"]["count"], view["document"]["version"]) == (0, 2)


async def test_a_change_stands_in_the_timeline_with_who_made_it_and_without_the_pseudonym(
    case: Case, coordinator: Caller
) -> None:
    await changed(coordinator, case, JACINTA, "pseudonym", pseudonym="Jacaranda")
    told = await coordinator.client.get(address(case, "timeline"))
    (event,) = [one for one in told.json()["events"] if one["kind"] == "visibility_changed"]
    assert event["detail"] == {"person": JACINTA, "visibility": "pseudonym"}
    assert event["person"].startswith("Persona ")
    assert "Jacaranda" not in told.text


async def test_a_text_that_now_leaks_is_not_approved(
    case: Case, coordinator: Caller, verifier: Caller
) -> None:
    await changed(coordinator, case, JACINTA, "withheld")
    view = (await coordinator.client.get(address(case))).json()
    digest = view["document"]["digest"]
    answer = await post(verifier, case, "attestations", {"digest": digest})
    assert any(one["field"] == "texts.es.body" for one in problem(answer, 422)["problems"])
    facts = await post(verifier, case, "attestations", {"digest": digest, "confirms": ["facts", "consent"]})
    assert facts.status_code == 200


async def test_nothing_that_was_approved_before_leaves_after_a_change(
    case: Case, coordinator: Caller, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    """Her consent is revoked and she is withheld between two messages: her name must not slip through."""

    async def hide(number: int) -> None:
        if number == 2:
            await revoked(coordinator, case, JACINTA, "all")
            told = await changed(coordinator, case, JACINTA, "withheld")
            assert open_to(told) == set()

    batch = await case.batch()
    await run(mailing(case.database, EventfulMail(email, before=hide)), batch)
    assert len(mailbox.messages()) == 1
    assert set(await case.states(batch)) == {DeliveryState.SENT, DeliveryState.CANCELLED}


async def test_the_last_gate_sees_a_change_that_came_after_the_claim(case: Case, coordinator: Caller) -> None:
    batch, claim_id = await case.batch(), uuid4()
    claimed = await case.claim(batch, claim_id)
    await changed(coordinator, case, CEIBA, "pseudonym", pseudonym="Amapola")
    async with case.database.transaction() as session:
        for one in claimed:
            assert not await handed_over_alone(session, case.action.id, one.id, claim_id)


async def test_approved_again_it_goes_out_and_authorities_are_told_who_is_behind_the_new_pseudonym(
    case: Case, coordinator: Caller, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    stale = await case.batch()
    told = await changed(coordinator, case, FAMILY, "pseudonym", pseudonym="Familia Ceiba")
    assert told["leaks"] == []
    await run(mailing(case.database, email), stale)
    assert mailbox.messages() == []
    await approved_again(case)
    async with case.database.transaction() as session:
        release = (await facts_of(session, case.action.id)).release
        assert release
        again = await freezing.freeze(session, release)
        (batch,) = [
            one for one in await outbox.unsent_ranges(session, again, 10_000) if one.channel == "email"
        ]
    await run(mailing(case.database, email), batch)
    (to_prosecutor,) = mailbox.messages(PROSECUTOR)
    assert "Familia Tovilla" in to_prosecutor["text"]
    assert "Familia Ceiba" in to_prosecutor["text"]
    assert len(mailbox.messages()) == batch.last - batch.first + 1


async def test_a_pseudonym_that_is_given_up_is_not_to_be_said_any_more(
    site: Site, case: Case, coordinator: Caller
) -> None:
    told = await changed(coordinator, case, CEIBA, "pseudonym", pseudonym="Amapola")
    assert "documents.1.texts.es.body" in [leak["field"] for leak in told["leaks"]]
    async with case.database.transaction() as session:
        person = (await people_at_risk(session, case.action.id))[CEIBA]
    identity = open_identity(site.services.cipher, person).identity
    assert identity.aliases == ("Doña Maru", "Maruquita", "Ceiba")
    assert identity.name == "Maruca Tovilla Espinar"
    back = await changed(coordinator, case, CEIBA, "pseudonym", pseudonym="Ceiba")
    assert back["leaks"] == []


async def test_a_person_who_is_withheld_is_named_to_no_authority(case: Case, coordinator: Caller) -> None:
    named = {kind: set(one.people) for one in await renderings(case) for kind in [one.kind]}
    assert named[RenderingKind.IDENTIFIED]
    await changed(coordinator, case, CEIBA, "withheld")
    assert {one.kind for one in await renderings(case)} == {RenderingKind.PUBLIC}


async def test_to_be_named_needs_both_of_her_consents(site: Site, case: Case, coordinator: Caller) -> None:
    before = await contents_of(site.services.database)
    (told,) = problem(await show(coordinator, case, CEIBA, "named"), 422)["problems"]
    assert (told["field"], "name_in_public" in told["rule"]) == ("visibility", True)
    assert await contents_of(site.services.database) == before
    await revoked(coordinator, case, CEIBA, "name_to_authorities")
    assert len(problem(await show(coordinator, case, CEIBA, "named"), 422)["problems"]) == 2
    for use in ("name_in_public", "name_to_authorities"):
        await consented(coordinator, case, CEIBA, use)
    named = await changed(coordinator, case, CEIBA, "named")
    assert (named["display_name"], named["leaks"]) == ("Maruca Tovilla Espinar", [])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"visibility": "pseudonym"}, ["pseudonym"]),
        ({"visibility": "withheld", "pseudonym": "Luna"}, ["pseudonym"]),
        ({"visibility": "hidden", "name": "Jacinta"}, ["visibility", "name"]),
        ({}, ["visibility"]),
    ],
)
async def test_a_wrong_appearance_is_refused_with_all_its_problems(
    site: Site, case: Case, coordinator: Caller, body: dict[str, str], fields: list[str]
) -> None:
    before = await contents_of(site.services.database)
    answer = await post(coordinator, case, f"people/{JACINTA}/visibility", body)
    assert [one["field"] for one in problem(answer, 422)["problems"]] == fields
    assert await contents_of(site.services.database) == before


async def test_the_same_appearance_again_changes_nothing_and_reads_the_texts_again(
    site: Site, case: Case, coordinator: Caller
) -> None:
    before = await contents_of(site.services.database)
    told = await changed(coordinator, case, CEIBA, "pseudonym", pseudonym="Ceiba")
    assert (told["leaks"], open_to(told)) == ([], set(Disclosure))
    after = await contents_of(site.services.database)
    changes = {table for table, rows in after.items() if rows != before[table]}
    assert changes <= {"api_key", "audit_chain", "audit_event"}  # that identities were read


async def test_an_unknown_person_and_an_ended_action_are_refused(
    site: Site, case: Case, coordinator: Caller
) -> None:
    assert "no such person" in problem(await show(coordinator, case, 3, "withheld"), 404)["title"]
    await execute(site.services.database, "UPDATE urgent_action SET phase = 'closed', closed_at = now()")
    answer = await show(coordinator, case, JACINTA, "withheld")
    assert problem(answer, 409)["refusal"] == "already_ended"


async def test_a_sign_link_shows_nothing_while_her_name_may_not_be_shown_and_takes_no_answer(
    case: Case, coordinator: Caller, visit: Visit
) -> None:
    assert HER_NAME in (await visit.read()).text
    fields = await visit.fields()
    await revoked(coordinator, case, JACINTA, "name_in_public")
    assert HER_NAME not in (await visit.read()).text
    answered = await visit.post({**fields, "answer": "sign"})
    assert HER_NAME not in answered.text
    assert await execute(case.database, "SELECT id FROM signature") == []
    await consented(coordinator, case, JACINTA, "name_in_public")
    assert HER_NAME not in (await visit.read()).text
    await case.confirm()
    assert HER_NAME in (await visit.read()).text


async def test_signatures_and_sign_links_outlive_a_change_that_leaves_the_text_as_it_was(
    case: Case, coordinator: Caller, visit: Visit
) -> None:
    neighbour = Visit(case, await sign_link(case, "red-del-volcan"), visit.browser)
    assert (await neighbour.answer()).status_code == 200
    await changed(coordinator, case, FAMILY, "pseudonym", pseudonym="Familia Ceiba")
    assert await visit.fields() == {}
    await approved_again(case)
    assert (await visit.answer()).status_code == 200
    view = (await coordinator.client.get(address(case))).json()
    assert (view["document"]["version"], view["sign_on"]["signed"]) == (2, 2)
    signed = await execute(case.database, "SELECT DISTINCT digest FROM signature")
    assert [row.digest.hex() for row in signed] == [view["document"]["digest"]]
