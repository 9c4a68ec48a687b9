"""Asking for an addendum through the API."""

import pytest

from models.lifecycle import Decision
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.public_lists import released, signed
from tests.integration.web.site import API, Caller, problem


def address(case: Case, number: int = 1) -> str:
    return f"{API}/actions/{case.action.reference}/documents/{number}/addendum"


async def test_it_is_taken_once_somebody_signed_after_the_release(case: Case, coordinator: Caller) -> None:
    await signed(case, "casa-manantial")
    told = problem(await coordinator.client.post(address(case)), 409)
    assert told["title"] == "Nobody has an older list of this text."
    await released(case)
    problem(await coordinator.client.post(address(case)), 409)
    await signed(case, "red-del-volcan")
    taken = await coordinator.client.post(address(case))
    assert (taken.status_code, taken.json()["number"]) == (202, 1)
    query = "SELECT round, wanted_by FROM addendum"
    assert await execute(case.database, query) == [(1, coordinator.person_id)]
    nudges = "SELECT requested - delivered FROM pending_nudge WHERE addressee = 'action'"
    assert (await execute(case.database, nudges))[0][0] > 0


async def test_there_is_none_of_what_does_not_exist(case: Case, coordinator: Caller) -> None:
    problem(await coordinator.client.post(address(case, 2)), 404)
    problem(await coordinator.client.post(address(case, 0)), 422)


@pytest.mark.parametrize("decision", [Decision.STOP, Decision.WITHDRAW])
async def test_of_what_has_ended_nobody_is_told(case: Case, coordinator: Caller, decision: Decision) -> None:
    await released(case)
    await signed(case, "red-del-volcan")
    await case.decide(decision)
    assert problem(await coordinator.client.post(address(case)), 409)["refusal"] == "already_ended"
