"""The route that gives the audit trail out, with the anchors that the running process makes."""

from typing import Any

from models.lifecycle import Decision
from tests.integration.audit_trails import sound_trail
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.site import API, Caller, Site, problem
from tests.waiting import until
from web.anchoring import Anchorer

A_FEW_SECONDS = 5


async def anchor(site: Site) -> None:
    services = site.services
    await Anchorer(services.database, services.feed, services.anchors).anchor()


async def page(caller: Caller, case: Case, **query: int) -> dict[str, Any]:
    answer = await caller.client.get(f"{API}/actions/{case.action.reference}/audit", params=query)
    assert answer.is_success, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def test_the_route_gives_the_trail_as_it_was_hashed(case: Case, verifier: Caller) -> None:
    events = await sound_trail(case.database, case.action.id)
    shown = await page(verifier, case)
    assert [{**one, "action_id": shown["action_id"]} for one in shown["events"]] == [
        event._asdict() for event in events
    ]
    assert (shown["length"], shown["head"]) == (len(events), events[-1].hash)
    assert (shown["reference"], shown["next_after"]) == (case.action.reference, None)


async def test_pages_hold_all_events_and_each_anchor_once(case: Case, site: Site, verifier: Caller) -> None:
    for _ in range(4):
        await case.decide(Decision.HOLD)
        await case.decide(Decision.RESUME)
        await anchor(site)
    anchored = site.services.anchors.read(reference=case.action.reference).anchors
    whole = await page(verifier, case)
    for limit in (1, 3, len(whole["events"]), 500):
        pages = [await page(verifier, case, limit=limit)]
        while pages[-1]["next_after"]:
            pages.append(await page(verifier, case, limit=limit, after=pages[-1]["next_after"]))
        assert [event for one in pages for event in one["events"]] == whole["events"], limit
        assert [anchor["number"] for one in pages for anchor in one["anchors"]] == sorted(
            one.number for one in anchored
        )
    for wrong in ({"limit": 0}, {"limit": 501}, {"after": -1}, {"after": 2**63}):
        answer = await verifier.client.get(f"{API}/actions/{case.action.reference}/audit", params=wrong)
        problem(answer, 422)


async def test_an_anchor_of_what_was_cut_off_is_on_the_last_page(
    case: Case, site: Site, verifier: Caller
) -> None:
    await anchor(site)
    known = len(await sound_trail(case.database, case.action.id))
    await execute(case.database, "DELETE FROM audit_event WHERE number = :last", last=known)
    shown = await page(verifier, case)
    assert len(shown["events"]) == known - 1
    assert known in {one["number"] for one in shown["anchors"]}


async def test_a_file_that_cannot_be_read_is_told_and_the_trail_shown_all_the_same(
    case: Case, site: Site, verifier: Caller
) -> None:
    site.services.anchors.path.unlink(missing_ok=True)
    site.services.anchors.path.mkdir()
    shown = await page(verifier, case)
    assert shown["anchors"] is None
    assert shown["events"]


async def test_the_running_process_anchors_a_commit_within_seconds(case: Case, verifier: Caller) -> None:
    await case.decide(Decision.HOLD)
    await verifier.client.get(f"{API}/actions/{case.action.reference}/private?why=reviewing")
    events = await sound_trail(case.database, case.action.id)

    async def anchored() -> bool:
        shown = (await page(verifier, case))["anchors"]
        return [(one["number"], one["hash"]) for one in shown][-1:] == [(len(events), events[-1].hash)]

    await until(anchored, A_FEW_SECONDS)
