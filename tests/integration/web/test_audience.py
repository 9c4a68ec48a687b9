"""To whom an action goes: selections that nobody knows, narrowing them, addresses that lapsed."""

from typing import Any

import pytest

from models.lifecycle import Decision
from models.messages import Purpose
from storage import actions
from storage.standing import facts_of, standing_of
from tests.factories import case_tree
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.web.site import API, Caller, Site, problem

ADDRESS = {
    "channel": "email",
    "value": "nueva@mecanismo.example",
    "source": "llamada",
    "checked_on": "2026-11-01",
    "valid_until": "2036-11-01",
}
LAPSE = "UPDATE target_address SET valid_until = current_date - 1 WHERE address = 'urgente@mecanismo.example'"


@pytest.fixture
async def case(site: Site) -> Case:
    return await make_case(site.services.database)


def path(case: Case, part: str = "audience") -> str:
    return f"{API}/actions/{case.action.reference}/{part}"


@pytest.mark.usefixtures("case")
async def test_a_release_by_what_nobody_knows_is_refused_at_intake(coordinator: Caller) -> None:
    tree = case_tree()
    tree["sign_on"] = None
    tree["release"]["contacts"] = {"lists": ["redacciones", "nadie"], "tags": ["canario"]}
    answer = await coordinator.client.post(f"{API}/actions", json=tree)
    assert [(one["field"], one["rule"]) for one in problem(answer, 422)["problems"]] == [
        ("release.contacts.lists.1", "is no list"),
        ("release.contacts.tags.0", "is no contact's tag"),
    ]
    assert "canario" not in answer.text
    tree["release"]["contacts"] = {"lists": ["redacciones"], "tags": ["radio"]}
    answer = await coordinator.client.post(f"{API}/actions", json=tree)
    assert answer.status_code == 201
    shown = (await coordinator.client.get(f"{API}/actions/{answer.json()['reference']}/audience")).json()
    assert shown["contacts"] == tree["release"]["contacts"]


async def test_an_address_that_is_no_longer_valid_is_refused_at_intake(coordinator: Caller) -> None:
    tree = case_tree()
    tree["sign_on"] = None
    tree["targets"][1]["addresses"][0] |= {"checked_on": "2024-01-01", "valid_until": "2025-01-01"}
    (told,) = problem(await coordinator.client.post(f"{API}/actions", json=tree), 422)["problems"]
    assert told["field"] == "targets.1.addresses.0.valid_until"
    assert told["rule"] == "must not be in the past"
    assert "Check the address again" in told["remedy"]


async def test_a_coordinator_narrows_the_audience_and_the_trail_tells_how_much_and_not_by_what(
    case: Case, coordinator: Caller
) -> None:
    chosen = {"lists": ["redacciones"], "countries": ["MX", "GT"]}
    answer = await coordinator.client.put(path(case), json={"contacts": chosen})
    assert answer.json()["contacts"] == chosen
    dispatched = await case.freeze()
    rows = await execute(
        case.database,
        "SELECT address FROM delivery WHERE dispatch_id = :id AND recipient_kind = 'contact' ORDER BY 1",
        id=dispatched.dispatch_id,
    )
    assert [row.address for row in rows] == ["noticias@lahojadelsur.example", "redaccion@barlovento.example"]
    events = await execute(case.database, "SELECT detail FROM audit_event WHERE kind = 'audience_changed'")
    assert [row.detail for row in events] == [{"lists": 1, "countries": 2}]
    everybody = await coordinator.client.put(path(case), json={"contacts": None})
    assert "contacts" not in everybody.json()


WRONG: list[tuple[Any, str]] = [
    ({}, "contacts"),
    ([], "contacts"),
    ({"contacts": None, "audiences": ["press"]}, "contacts"),
    ({"contacts": {}}, "contacts"),
    ({"contacts": {"lists": ["nadie"]}}, "contacts.lists.0"),
    ({"contacts": {"kinds": ["friend"]}}, "contacts.kinds.0"),
]


async def test_a_selection_that_is_wrong_changes_nothing(case: Case, coordinator: Caller) -> None:
    for body, field in WRONG:
        answer = await coordinator.client.put(path(case), json=body)
        assert [one["field"] for one in problem(answer, 422)["problems"]] == [field]
    assert "contacts" not in (await coordinator.client.get(path(case))).json()


async def test_an_ended_action_takes_neither_selection_nor_address(case: Case, coordinator: Caller) -> None:
    await case.decide(Decision.STOP)
    problem(await coordinator.client.put(path(case), json={"contacts": {"tags": ["radio"]}}), 409)
    problem(await coordinator.client.post(path(case, "targets/1/addresses"), json=ADDRESS), 409)


async def test_a_target_whose_address_lapsed_is_told_before_the_release_and_can_get_another(
    case: Case, coordinator: Caller
) -> None:
    view = f"{API}/actions/{case.action.reference}"
    assert (await coordinator.client.get(view)).json()["unreachable_targets"] == []
    await execute(case.database, LAPSE)
    office = "Mecanismo de Protección para Personas Defensoras"
    expected = [{"number": 1, "office": office}]
    assert (await coordinator.client.get(view)).json()["unreachable_targets"] == expected
    assert (await coordinator.client.get(path(case))).json()["unreachable_targets"] == expected
    answer = await coordinator.client.post(path(case, "targets/1/addresses"), json=ADDRESS)
    assert answer.status_code == 201
    assert answer.json()["unreachable_targets"] == []
    rows = await execute(case.database, "SELECT detail FROM audit_event WHERE kind = 'target_address_added'")
    assert [row.detail for row in rows] == [{"target": 1, "channel": "email", "valid_until": "2036-11-01"}]
    await case.freeze()
    sent = await execute(case.database, "SELECT 1 FROM delivery WHERE address = 'nueva@mecanismo.example'")
    assert len(sent) == 1


async def test_an_address_that_is_wrong_or_of_no_target_is_a_problem(case: Case, coordinator: Caller) -> None:
    late = {**ADDRESS, "valid_until": "2026-11-02"}
    answer = await coordinator.client.post(path(case, "targets/1/addresses"), json=late)
    assert [one["field"] for one in problem(answer, 422)["problems"]] == ["valid_until"]
    problem(await coordinator.client.post(path(case, "targets/9/addresses"), json=ADDRESS), 404)


async def releasable(case: Case) -> bool:
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        facts = await facts_of(session, action.id)
        standing = await standing_of(session, action, Decision.RELEASE)
    assert (facts.release is not None) == standing.releasable
    return standing.releasable


async def test_a_target_that_nothing_reached_is_written_to_by_a_further_release(
    case: Case, coordinator: Caller
) -> None:
    await execute(case.database, LAPSE)
    await case.end(Purpose.STATEMENT)
    assert not await releasable(case)
    await coordinator.client.post(path(case, "targets/1/addresses"), json=ADDRESS)
    assert await releasable(case)
    dispatched = await case.freeze(turn=2)
    rows = await execute(
        case.database, "SELECT address FROM delivery WHERE dispatch_id = :id", id=dispatched.dispatch_id
    )
    assert [row.address for row in rows] == ["nueva@mecanismo.example"]
    assert not await releasable(case)
