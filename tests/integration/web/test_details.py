"""A contact corrects her organisation's details by her link; nothing changes before it is approved."""

from typing import Any

import pytest

from models.lifecycle import Decision
from tests.integration.outbox_cases import execute
from tests.integration.web.approver_visits import SideVisit, beside
from tests.integration.web.sign_visits import ELSEWHERE, Visit, assert_is_kept_by_nobody
from tests.integration.web.site import API, Caller, Site
from tests.integration.web.snapshots import count_of

FILLED_IN = {
    "organisation": "Casa de las Mujeres El Manantial, A.C.",
    "website": "https://manantial.example/",
    "languages": "es",
    "registered_address": "oficina@manantial.example",
    "contact_name": "Amparo Ficticia Ruiz",
    "contact_email": "amparo@manantial.example",
    "contact_language": "en",
}


@pytest.fixture
async def details(visit: Visit) -> SideVisit:
    """The page on which she corrects."""
    return await beside(visit, "details")


async def proposed(caller: Caller) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = (await caller.client.get(f"{API}/partners/changes")).json()["changes"]
    return changes


async def test_she_sees_what_stands_there_but_for_the_registered_address(
    site: Site, visit: Visit, details: SideVisit
) -> None:
    await execute(site.services.database, "UPDATE partner SET registered_address = 'buzon@manantial.example'")
    page = await details.read()
    assert_is_kept_by_nobody(page)
    assert f'href="{details.path}"' in (await visit.read()).text
    assert 'value="Casa de las Mujeres El Manantial"' in page.text
    assert 'value="amparo@manantial.example"' in page.text
    assert "buzon@" not in page.text


async def test_a_correction_waits_for_a_coordinator_who_approves_it(
    site: Site, details: SideVisit, coordinator: Caller
) -> None:
    page = await details.post(FILLED_IN)
    assert page.status_code == 200
    assert "Gracias: tenemos su corrección." in page.text
    assert 'value="Casa de las Mujeres El Manantial"' in page.text
    (one,) = await proposed(coordinator)
    assert one["fields"] == {
        "name": FILLED_IN["organisation"],
        "website": FILLED_IN["website"],
        "registered_address": FILLED_IN["registered_address"],
        "contact": {"language": "en"},
    }
    decision = {"decision": "approve"}
    answer = await coordinator.client.post(f"{API}/partners/changes/{one['id']}", json=decision)
    assert answer.status_code == 200
    names = await execute(site.services.database, "SELECT name FROM partner WHERE slug = 'casa-manantial'")
    assert names == [(FILLED_IN["organisation"],)]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("organisation", "", "Escriba el nombre de la organización"),
        ("website", "javascript:alert(1)", "que empiece con https"),
        ("languages", None, "Marque al menos un idioma."),
        ("languages", "xx", "Marque al menos un idioma."),
        ("registered_address", "nadie", "Escriba una dirección de correo"),
        ("contact_name", "", "Escriba su nombre."),
        ("contact_email", "x@y@z", "Escriba una dirección de correo"),
        ("contact_language", "xx", "Elija un idioma."),
    ],
)
async def test_a_mistake_is_said_by_its_field(
    site: Site, details: SideVisit, field: str, typed: str | None, said: str
) -> None:
    page = await details.post({**FILLED_IN, field: typed})
    assert page.status_code == 422
    assert said in page.text
    assert f'value="{FILLED_IN["organisation"]}"' in page.text or field == "organisation"
    assert await count_of(site.services.database, "partner_change") == 0


async def test_what_is_as_it_was_is_no_correction(details: SideVisit, coordinator: Caller) -> None:
    await details.post(
        {
            **FILLED_IN,
            "organisation": "Casa de las Mujeres El Manantial",
            "website": "",
            "registered_address": "",
            "contact_language": "es",
        }
    )
    assert await proposed(coordinator) == []


async def test_another_site_or_who_has_left_or_an_action_on_hold_corrects_nothing(
    site: Site, visit: Visit, details: SideVisit
) -> None:
    for headers in ELSEWHERE:
        assert (await details.post(FILLED_IN, headers)).status_code == 422
    assert (await details.post({**FILLED_IN, "form_token": "x"})).status_code == 422
    await visit.case.decide(Decision.HOLD)
    assert "no está abierto" in (await details.post(FILLED_IN)).text
    await visit.case.decide(Decision.RESUME)
    left = "UPDATE partner_contact SET gone_at = now(), position = NULL"
    await execute(site.services.database, left)
    assert "no está abierto" in (await details.post(FILLED_IN)).text
    assert await count_of(site.services.database, "partner_change") == 0
