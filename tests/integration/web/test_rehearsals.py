"""Seeing through the API what a release will be, and confirming how many it goes to."""

from collections import Counter

import pytest

from models.messages import Purpose
from models.vocabulary import Channel
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.web.site import API, Caller, Site, problem


@pytest.fixture
async def case(site: Site) -> Case:
    return await make_case(site.services.database)


def path(case: Case, part: str) -> str:
    return f"{API}/actions/{case.action.reference}/{part}"


async def test_a_preview_counts_what_is_frozen_then(coordinator: Caller, case: Case) -> None:
    seen = (await coordinator.client.get(path(case, "preview"))).json()
    dispatched = await case.freeze(Purpose.STATEMENT)
    query = "SELECT recipient_kind, channel, language FROM delivery WHERE dispatch_id = :id"
    frozen = Counter(map(tuple, await execute(case.database, query, id=dispatched.dispatch_id)))
    counted = {(one["recipient"], one["channel"], one["language"]): one["count"] for one in seen["groups"]}
    assert counted == frozen
    assert seen["total"] == dispatched.size == frozen.total()
    assert seen["document"] == f"{case.action.reference}/1"
    assert seen["waiting_for_approval"] == []
    assert {one["slug"] for one in seen["lists"]} <= {"redacciones", "amigas"} | {
        row[0] for row in await execute(case.database, "SELECT slug FROM contact_list")
    }


async def test_what_is_not_confirmed_is_counted_but_not_rehearsed(coordinator: Caller, case: Case) -> None:
    await execute(case.database, "DELETE FROM attestation")
    seen = (await coordinator.client.get(path(case, "preview"))).json()
    assert seen["total"] > 0
    assert seen["waiting_for_approval"] == seen["languages"]
    answer = await coordinator.client.post(path(case, "rehearsals"), json={})
    assert problem(answer, 409)["refusal"] == "attestations_missing"
    assert await execute(case.database, "SELECT 1 FROM rehearsal") == []


async def test_a_rehearsal_is_shown_message_by_message_once_it_is_made_and_that_is_written_down(
    coordinator: Caller, case: Case
) -> None:
    begun = await coordinator.client.post(path(case, "rehearsals"), json={"send": False})
    assert begun.status_code == 202
    number = begun.json()["number"]
    waiting = (await coordinator.client.get(path(case, f"rehearsals/{number}"))).json()
    assert (waiting["ready"], waiting["messages"]) == (False, [])
    await case.freeze(Purpose.REHEARSAL, number)
    under_way = (await coordinator.client.get(path(case, f"rehearsals/{number}"))).json()
    assert under_way["ready"] is False
    assert {one["channel"] for one in under_way["messages"]} <= {channel.value for channel in Channel}
    assert {one["text"] for one in under_way["messages"]} == {None}
    read = "SELECT count(*) FROM audit_event WHERE kind = 'private_read' AND detail ->> 'why' = 'rehearsing'"
    assert [tuple(row) for row in await execute(case.database, read)] == [(1,)]
    assert problem(await coordinator.client.get(path(case, "rehearsals/9")), 404)


async def test_a_release_to_very_many_needs_their_number(site: Site, coordinator: Caller, case: Case) -> None:
    total = (await coordinator.client.get(path(case, "preview"))).json()["total"]
    object.__setattr__(site.services, "confirm_above", total - 1)
    for body in (None, {}, {"recipients": total - 1}, {"recipients": total + 1}):
        refused = problem(await coordinator.client.post(path(case, "release"), json=body), 409)
        assert str(total) in refused["title"]
        assert "starter.py preview" in refused["detail"]
    accepted = await coordinator.client.post(path(case, "release"), json={"recipients": total})
    assert accepted.status_code == 503, "Temporal is away: the number was enough"
    object.__setattr__(site.services, "confirm_above", total)
    assert (await coordinator.client.post(path(case, "release"))).status_code == 503
