"""Decisions while Temporal is away: what restricts takes effect, and a refusal says what to do."""

import asyncio
from typing import Any

import httpx
import pytest

from models.vocabulary import Role
from tests.factories import case_tree
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.site import API, Caller, Site, problem
from tests.integration.web.snapshots import contents_of, count_of


async def decide(caller: Caller, reference: str, decision: str) -> httpx.Response:
    return await caller.client.post(f"{API}/actions/{reference}/{decision}")


async def attest(caller: Caller, action: dict[str, Any], digest: str | None = None) -> httpx.Response:
    address = f"{API}/actions/{action['reference']}/attestations"
    return await caller.client.post(address, json={"digest": digest or action["document"]["digest"]})


async def handed_in(caller: Caller) -> dict[str, Any]:
    action: dict[str, Any] = (await caller.client.post(f"{API}/actions", json=case_tree())).json()
    return action


async def test_hold_and_resume_take_effect_without_temporal(case: Case, coordinator: Caller) -> None:
    reference = case.action.reference
    held = (await decide(coordinator, reference, "hold")).json()
    assert (held["on_hold"], held["workflow_informed"]) == (True, False)
    assert (await coordinator.client.get(f"{API}/actions/{reference}")).json()["on_hold"] is True
    resumed = (await decide(coordinator, reference, "resume")).json()
    assert (resumed["on_hold"], resumed["workflow_informed"]) == (False, False)


async def test_a_stop_shows_at_once_without_temporal(case: Case, coordinator: Caller) -> None:
    reference = case.action.reference
    stopped = await decide(coordinator, reference, "stop")
    assert stopped.status_code == 200
    assert stopped.json()["phase"] == "stopped"
    assert stopped.json()["workflow_informed"] is False
    assert (await coordinator.client.get(f"{API}/actions")).json()["actions"][0]["phase"] == "stopped"


@pytest.mark.parametrize("decision", ["release", "close"])
async def test_what_only_the_workflow_may_decide_waits_for_temporal(
    site: Site, case: Case, coordinator: Caller, decision: str
) -> None:
    before = await contents_of(site.services.database)
    answer = await decide(coordinator, case.action.reference, decision)
    assert "workflow engine" in problem(answer, 503)["title"]
    assert answer.headers["Retry-After"] == "2"
    assert await contents_of(site.services.database) == before


async def test_a_refusal_says_why_and_what_to_do_and_changes_nothing(
    site: Site, case: Case, coordinator: Caller
) -> None:
    refusals = [
        (None, {"resume": "not_on_hold"}),
        ("hold", {"hold": "already_on_hold", "release": "on_hold"}),
        ("stop", dict.fromkeys(("hold", "resume", "stop", "release", "close"), "already_ended")),
    ]
    for earlier, refused in refusals:
        if earlier:
            assert (await decide(coordinator, case.action.reference, earlier)).is_success
        before = await contents_of(site.services.database)
        for decision, refusal in refused.items():
            told = problem(await decide(coordinator, case.action.reference, decision), 409)
            assert told["refusal"] == refusal, (earlier, decision)
        assert await contents_of(site.services.database) == before


async def test_a_released_document_is_not_released_again(site: Site, case: Case, coordinator: Caller) -> None:
    await case.freeze()
    await execute(site.services.database, "UPDATE urgent_action SET phase = 'following_up'")
    told = problem(await decide(coordinator, case.action.reference, "release"), 409)
    assert told["refusal"] == "already_released"


async def test_without_two_attestations_nothing_is_released(coordinator: Caller, verifier: Caller) -> None:
    action = await handed_in(coordinator)
    for expected in (0, 1):
        told = problem(await decide(coordinator, action["reference"], "release"), 409)
        assert told["refusal"] == "attestations_missing"
        assert "attest" in told["detail"]
        counted = (await attest(verifier, action)).json()["attestations"]
        assert counted == {"count": 1, "required": 2}, expected


async def test_two_people_attest(site: Site, coordinator: Caller, verifier: Caller) -> None:
    action = await handed_in(coordinator)
    first = (await attest(verifier, action)).json()
    async with (second := await site.caller(Role.VERIFIER)).client:
        last = (await attest(second, action)).json()
    assert (first["attestations"]["count"], last["attestations"]["count"]) == (1, 2)
    assert last["workflow_informed"] is False


async def test_one_person_at_once_and_again_counts_once(
    site: Site, coordinator: Caller, verifier: Caller
) -> None:
    action = await handed_in(coordinator)
    answers = await asyncio.gather(*(attest(verifier, action) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["attestations"]["count"] for answer in answers} == {1}
    assert await count_of(site.services.database, "attestation") == 4  # facts, consent and two texts


async def test_the_author_does_not_attest_her_own_case(site: Site) -> None:
    author = await site.caller(Role.COORDINATOR, Role.VERIFIER)
    async with author.client:
        action = await handed_in(author)
        assert "author" in problem(await attest(author, action), 409)["title"]
    assert await count_of(site.services.database, "attestation") == 0


async def test_another_text_than_the_one_that_was_read_is_not_attested(
    site: Site, coordinator: Caller, verifier: Caller
) -> None:
    action = await handed_in(coordinator)
    told = problem(await attest(verifier, action, "0" * 64), 409)
    assert "Read the current version" in told["detail"]
    for digest in ("", "9F" * 32, "9f" * 31, "9f" * 32 + "\n"):
        address = f"{API}/actions/{action['reference']}/attestations"
        answer = await verifier.client.post(address, json={"digest": digest})
        assert problem(answer, 422)["problems"][0]["field"] == "body.digest"
    assert await count_of(site.services.database, "attestation") == 0


async def test_a_stopped_action_is_not_attested(coordinator: Caller, verifier: Caller) -> None:
    action = await handed_in(coordinator)
    await decide(coordinator, action["reference"], "stop")
    assert problem(await attest(verifier, action), 409)["refusal"] == "already_ended"


async def test_the_timeline_names_who_decided(case: Case, coordinator: Caller) -> None:
    await decide(coordinator, case.action.reference, "hold")
    address = f"{API}/actions/{case.action.reference}/timeline"
    events = (await coordinator.client.get(address)).json()["events"]
    assert [event["kind"] for event in events] == ["attested", "attested", "sign_on_opened", "held"]
    assert events[-1]["person"].startswith("Persona ")
    assert events[2]["person"] is None
    assert [event["sequence"] for event in events] == sorted(event["sequence"] for event in events)
