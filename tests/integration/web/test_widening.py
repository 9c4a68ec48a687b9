"""People, concerns and targets that come to a case under way: with consents and risk, and attested anew."""

from typing import Any

import httpx
import pytest

from tests.integration.outbox_cases import Case, execute
from tests.integration.web.consent_calls import address, open_to
from tests.integration.web.fact_calls import filled_in, frozen, reported
from tests.integration.web.paperwork import reached
from tests.integration.web.site import Caller, problem
from tests.integration.web.snapshots import contents_of

SISTER = {
    "kind": "person",
    "name": "Amada Tovilla Invento",
    "role": {"es": "hermana", "en": "sister"},
    "visibility": "pseudonym",
    "pseudonym": "Nube",
    "consents": [
        {
            "use": "name_to_authorities",
            "given": True,
            "given_by": "herself",
            "method": "phone",
            "on": "2026-10-30",
        }
    ],
}
OFFICE = {
    "office": {"es": "Fiscalía Inventada", "en": "Invented prosecutor"},
    "salutation": {"es": "Señora fiscal:", "en": "Dear prosecutor,"},
    "kind": "authority",
    "language": "es",
    "addresses": [
        {
            "channel": "email",
            "value": "otra@fiscalia.example",
            "source": "directorio",
            "checked_on": "2026-10-30",
            "valid_until": "2036-10-30",
        }
    ],
}
WIDENING = {
    "people_at_risk": [SISTER],
    "concerns": ["forced_eviction"],
    "targets": [OFFICE],
    "risk_assessment": {"level": "extreme", "note": "Recibió la misma llamada."},
}


async def widen(caller: Caller, case: Case, tree: Any = WIDENING) -> httpx.Response:
    return await caller.client.post(address(case, "widening"), json=tree)


async def test_who_comes_to_a_case_is_asked_judged_and_attested_anew(case: Case, coordinator: Caller) -> None:
    await reached(case)
    answer = await widen(coordinator, case)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["people_at_risk"], told["concerns"][-1]) == (4, "forced_eviction")
    assert open_to(told) == set()
    assert "Amada" not in answer.text
    view = (await coordinator.client.get(address(case))).json()
    assert view["people_at_risk"][3]["display_name"] == "Nube"
    private = (await coordinator.client.get(address(case, "private"), params={"why": "reviewing"})).json()
    assert (private["people_at_risk"][3]["name"], private["risk_level"]) == (SISTER["name"], "extreme")
    await case.confirm()
    readers = (await coordinator.client.get(address(case, "consents"))).json()
    assert "authority" in open_to(readers)


async def test_where_a_text_names_somebody_who_came_later_is_told(case: Case, coordinator: Caller) -> None:
    named = {**SISTER, "name": "Santa Brígida", "visibility": "withheld", "pseudonym": None, "consents": []}
    answer = await widen(coordinator, case, {**WIDENING, "people_at_risk": [named]})
    assert answer.status_code == 201, answer.text
    leaks = answer.json()["leaks"]
    assert {"documents.1.texts.es.body", "documents.1.texts.en.body"} <= {one["field"] for one in leaks}
    assert all("people_at_risk.3" in one["rule"] for one in leaks)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"people_at_risk": [], "concerns": [], "targets": []}, None),
        ({"risk_assessment": None}, ["risk_assessment"]),
        ({"people_at_risk": [{**SISTER, "role": {"es": "hermana"}}]}, ["people_at_risk.0.role.en"]),
        ({"targets": [{**OFFICE, "language": "fr"}]}, ["targets.0.language"]),
        ({"concerns": ["holidays"]}, ["concerns.0"]),
        ({"people_at_risk": [{**SISTER, "visibility": "named"}]}, None),
    ],
)
async def test_a_wrong_one_is_refused_with_its_problems_and_changes_nothing(
    case: Case, coordinator: Caller, changes: dict[str, Any], fields: list[str] | None
) -> None:
    before = await contents_of(case.database)
    answer = await widen(coordinator, case, {**WIDENING, **changes})
    found = [one["field"] for one in problem(answer, 422)["problems"]]
    assert found if fields is None else found == fields
    assert "Amada" not in answer.text
    assert await contents_of(case.database) == before


async def test_an_office_that_is_added_with_a_fact_gets_what_is_asked_of_it(
    case: Case, coordinator: Caller
) -> None:
    await reached(case)
    await reported(coordinator, case, change="widened", person=None, family=None, adds={"targets": [OFFICE]})
    await filled_in(coordinator, case)
    await case.confirm()
    await frozen(case, 2)
    query = (
        "SELECT document.number, recipient_kind FROM delivery JOIN dispatch ON dispatch.id = dispatch_id"
        " JOIN document ON document.id = dispatch.document_id WHERE address = 'otra@fiscalia.example'"
    )
    assert await execute(case.database, query) == [(2, "target")]
