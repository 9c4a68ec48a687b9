"""Partners correct their own details; nothing changes before a coordinator approves."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from models.partner_correction import PartnerCorrection, parse_correction
from models.partners import PartnerContact
from models.problems import InvalidInput
from tests.integration.outbox_cases import execute
from tests.integration.web.site import API, Caller, Site, problem
from web.partner_corrections import propose_correction

CHANGES = f"{API}/partners/changes"
SLUG, AMPARO = "casa-manantial", "amparo@manantial.example"
CANARY = "oficina-canario@manantial.example"
AS_IT_IS: dict[str, Any] = {
    "name": "Casa de las Mujeres El Manantial",
    "languages": ["es"],
    "registered_address": AMPARO,
    "contact": {"name": "Amparo Ficticia Ruiz", "email": AMPARO, "language": "es"},
}


def form(contact: dict[str, str] | None = None, **changes: Any) -> PartnerCorrection:
    return parse_correction({**AS_IT_IS, **changes, "contact": {**AS_IT_IS["contact"], **(contact or {})}})


async def propose(site: Site, wanted: PartnerCorrection, email: str = AMPARO) -> UUID | None:
    async with site.services.database.transaction() as session:
        found = await session.exec(select(PartnerContact).where(PartnerContact.email == email))
        change = await propose_correction(session, site.services.cipher, SLUG, found.one().id, wanted)
        return change.id if change else None


async def decide(caller: Caller, change_id: UUID | None, decision: str = "approve") -> Any:
    return await caller.client.post(f"{CHANGES}/{change_id}", json={"decision": decision})


async def partner(caller: Caller) -> dict[str, Any]:
    told: dict[str, Any] = (await caller.client.get(f"{API}/partners/{SLUG}")).json()
    return told


async def test_a_correction_waits_sealed_and_is_shown_beside_what_stands_there(
    site: Site, coordinator: Caller
) -> None:
    before = (await partner(coordinator))["partner"]
    change_id = await propose(site, form({"name": "Amparo Ruiz"}, registered_address=CANARY))
    kept = await execute(site.services.database, "SELECT sealed_fields FROM partner_change")
    assert CANARY.encode() not in kept[0][0]
    (told,) = (await coordinator.client.get(CHANGES)).json()["changes"]
    assert told["id"] == str(change_id)
    assert (told["partner"], told["contact"]) == (SLUG, "Amparo Ficticia Ruiz")
    assert told["fields"] == {"registered_address": CANARY, "contact": {"name": "Amparo Ruiz"}}
    assert told["now"] == {"registered_address": AMPARO, "contact": {"name": "Amparo Ficticia Ruiz"}}
    assert (await partner(coordinator))["partner"] == before


async def test_an_approved_correction_stands_in_the_directory_and_the_old_address_can_be_told(
    site: Site, coordinator: Caller
) -> None:
    ids = await execute(site.services.database, "SELECT id FROM partner_contact ORDER BY id")
    wanted = form(
        {"email": "amparo.ruiz@manantial.example", "language": "en"},
        name="El Manantial",
        website="https://manantial.example",
        languages=["es", "en"],
        registered_address=CANARY,
    )
    change_id = await propose(site, wanted)
    answer = await decide(coordinator, change_id)
    assert answer.json() == {"id": str(change_id), "partner": SLUG, "outcome": "approved"}
    told = await partner(coordinator)
    entry = told["partner"]
    assert (entry["name"], entry["website"]) == ("El Manantial", "https://manantial.example")
    assert entry["contacts"][0]["email"] == "amparo.ruiz@manantial.example"
    assert ids == await execute(site.services.database, "SELECT id FROM partner_contact ORDER BY id")
    gone = "SELECT change_id, previous_address FROM registered_address_change"
    assert await execute(site.services.database, gone) == [(change_id, AMPARO)]
    kinds = [event["kind"] for event in told["events"]]
    assert kinds == ["change_proposed", "updated", "change_approved"]
    assert CANARY not in str(told["events"])
    assert (await coordinator.client.get(CHANGES)).json() == {"changes": []}


async def test_a_refused_correction_changes_nothing(site: Site, coordinator: Caller) -> None:
    before = (await partner(coordinator))["partner"]
    await decide(coordinator, await propose(site, form(name="Otra")), "refuse")
    told = await partner(coordinator)
    assert told["partner"] == before
    assert [event["kind"] for event in told["events"]] == ["change_proposed", "change_refused"]


async def test_a_correction_is_decided_once_also_by_two_at_the_same_time(
    site: Site, coordinator: Caller
) -> None:
    change_id = await propose(site, form(name="Otra"))
    answers = await asyncio.gather(*(decide(coordinator, change_id, one) for one in ("approve", "refuse")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    problem(await decide(coordinator, uuid4()), 404)


async def test_a_later_correction_of_the_same_contact_replaces_the_open_one(
    site: Site, coordinator: Caller
) -> None:
    first, second = await propose(site, form(name="Una")), await propose(site, form(name="Dos"))
    (told,) = (await coordinator.client.get(CHANGES)).json()["changes"]
    assert (told["id"], told["fields"]) == (str(second), {"name": "Dos"})
    problem(await decide(coordinator, first), 409)


async def test_a_form_that_says_what_stands_there_proposes_nothing(site: Site) -> None:
    assert await propose(site, form()) is None
    assert await execute(site.services.database, "SELECT 1 FROM partner_change") == []


async def test_a_correction_touches_only_its_fields_although_an_import_came_in_between(
    site: Site, coordinator: Caller
) -> None:
    change_id = await propose(site, form(website="https://manantial.example"))
    await execute(
        site.services.database, "UPDATE partner SET name = 'Manantial' WHERE slug = :slug", slug=SLUG
    )
    assert (await decide(coordinator, change_id)).status_code == 200
    entry = (await partner(coordinator))["partner"]
    assert (entry["name"], entry["website"]) == ("Manantial", "https://manantial.example")


async def test_what_an_import_would_refuse_is_refused_and_stays_open(site: Site, coordinator: Caller) -> None:
    path = f"{API}/partners"
    entry = (await coordinator.client.get(f"{path}/{SLUG}")).json()["partner"]
    other = {"name": "Otra", "email": "otra@manantial.example", "language": "es"}
    change_id = await propose(site, form({"email": other["email"]}))
    grown = {**entry, "contacts": [*entry["contacts"], other]}
    assert (await coordinator.client.post(path, json={"partners": [grown]})).status_code == 200
    told = problem(await decide(coordinator, change_id), 422)["problems"]
    assert [one["field"] for one in told] == ["partners.0.contacts.1.email"]
    assert len((await coordinator.client.get(CHANGES)).json()["changes"]) == 1


async def test_the_correction_of_a_contact_who_left_can_only_be_refused(
    site: Site, coordinator: Caller
) -> None:
    change_id = await propose(site, form(name="Otra"))
    entry = (await partner(coordinator))["partner"]
    contacts = [{"name": "Nueva", "email": "nueva@manantial.example", "language": "es"}]
    await coordinator.client.post(f"{API}/partners", json={"partners": [{**entry, "contacts": contacts}]})
    problem(await decide(coordinator, change_id), 409)
    assert (await decide(coordinator, change_id, "refuse")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Casa\nUno"}, "name"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"languages": []}, "languages"),
        ({"registered_address": "nobody"}, "registered_address"),
        ({"contact": {"name": "Ana", "email": "ana", "language": "es"}}, "contact.email"),
        ({"status": "active"}, "status"),
        ({"groups": ["women"]}, "groups"),
    ],
)
def test_a_form_with_a_mistake_names_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_correction({**AS_IT_IS, **changes})
    assert [problem.field for problem in refused.value.problems] == [field]
