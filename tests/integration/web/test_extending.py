"""An action is extended over the API."""

from datetime import datetime, timedelta

import pytest

from models.lifecycle import Refusal
from tests.integration.followed import RELEASED_AT, followed_case
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.site import API, Caller, Site, problem

END = RELEASED_AT + timedelta(days=42)


@pytest.fixture
async def case(site: Site) -> Case:
    return await followed_case(site.services.database)


async def test_days_count_from_the_end_as_it_is(case: Case, coordinator: Caller) -> None:
    path = f"{API}/actions/{case.action.reference}/extend"
    for days in (42, 84):
        told = (await coordinator.client.post(path, json={"days": 42})).json()
        assert datetime.fromisoformat(told["expires_at"]) == END + timedelta(days=days)
    timeline = (await coordinator.client.get(f"{API}/actions/{case.action.reference}/timeline")).json()
    assert [one["kind"] for one in timeline["events"]].count("extended") == 2


@pytest.mark.parametrize(
    "body", [{}, {"days": 1, "until": "2031-01-01T00:00:00Z"}, {"days": 0}, {"until": 7}]
)
async def test_one_of_days_and_until_is_needed(
    case: Case, coordinator: Caller, body: dict[str, object]
) -> None:
    path = f"{API}/actions/{case.action.reference}/extend"
    assert problem(await coordinator.client.post(path, json=body), 422)["problems"]


async def test_an_earlier_end_is_refused(case: Case, coordinator: Caller) -> None:
    path = f"{API}/actions/{case.action.reference}/extend"
    answer = await coordinator.client.post(path, json={"until": RELEASED_AT.isoformat()})
    assert problem(answer, 409)["refusal"] == Refusal.EXPIRES_NO_LATER


async def test_an_action_shows_when_it_expires_while_it_is_followed_up(
    case: Case, coordinator: Caller
) -> None:
    path = f"{API}/actions/{case.action.reference}"
    shown = (await coordinator.client.get(path)).json()["expires_at"]
    assert datetime.fromisoformat(shown) == END
    await coordinator.client.post(f"{path}/extend", json={"days": 42})
    shown = (await coordinator.client.get(path)).json()["expires_at"]
    assert datetime.fromisoformat(shown) == END + timedelta(days=42)
    await execute(case.database, "UPDATE urgent_action SET phase = 'closed', closed_at = now()")
    assert (await coordinator.client.get(path)).json()["expires_at"] is None
