"""Revoking the links of an invited partner, and having another sent."""

from typing import Any

import httpx
import pytest

from models.lifecycle import Decision
from models.messages import DispatchRequest, Purpose
from storage import claims, freezing, outbox
from storage.standing import facts_of
from tests.integration.outbox_cases import EVERYTHING, Case, execute
from tests.integration.sign_links import answered, sign_link
from tests.integration.web.sign_visits import Visit
from tests.integration.web.site import API, Caller, Site, problem
from tests.integration.web.snapshots import contents_of

MANANTIAL = "casa-manantial"


def address(case: Case, partner: str = MANANTIAL) -> str:
    return f"{API}/actions/{case.action.reference}/invitations/{partner}/link"


async def reissued(caller: Caller, case: Case) -> dict[str, Any]:
    answer = await caller.client.post(address(case))
    assert answer.status_code == 202, answer.text
    (one,) = answer.json()["invitations"]
    return dict(one)


async def revoked(caller: Caller, case: Case) -> dict[str, Any]:
    (one,) = (await caller.client.delete(address(case))).raise_for_status().json()["invitations"]
    return dict(one)


async def links_to_send(case: Case) -> DispatchRequest | None:
    async with case.database.transaction() as session:
        return (await facts_of(session, case.action.id)).links


async def frozen(case: Case) -> list[str]:
    """Freeze the links that wait to be sent, and return the addresses."""
    request = await links_to_send(case)
    assert request
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
    query = "SELECT address FROM delivery WHERE dispatch_id = :id"
    return [row.address for row in await execute(case.database, query, id=dispatched.dispatch_id)]


async def test_a_revoked_partner_has_no_link_and_gets_no_reminder_until_one_is_reissued(
    case: Case, coordinator: Caller, visit: Visit
) -> None:
    await case.end(Purpose.INVITATION)
    reminders = await case.batch(Purpose.SIGN_ON_REMINDER)
    await execute(case.database, "UPDATE delivery SET not_before = NULL")
    assert (await visit.read()).status_code == 200
    assert (await revoked(coordinator, case))["link"] == "revoked"
    assert (await visit.read()).status_code == 404
    claimed = await case.claim(reminders)
    assert "amparo@manantial.example" not in {one.address for one in claimed}
    async with case.database.transaction() as session:
        await claims.finish_batch(session, reminders)
    query = (
        "SELECT state, failure FROM delivery WHERE dispatch_id = :id AND address = 'amparo@manantial.example'"
    )
    assert await execute(case.database, query, id=reminders.dispatch_id) == [
        ("cancelled", "no_longer_wanted")
    ]
    await execute(case.database, "UPDATE delivery SET state = 'sent' WHERE state = 'sending'")
    assert "amparo@manantial.example" not in {
        one.address for one in await case.deliveries(await again(case, Purpose.SIGN_ON_REMINDER, 2))
    }
    assert (await reissued(coordinator, case))["link"] == "awaited"
    assert (await visit.read()).status_code == 404
    assert await frozen(case) == ["amparo@manantial.example"]
    new = Visit(case, await sign_link(case, MANANTIAL), visit.browser)
    assert (await new.read()).status_code == 200


async def again(case: Case, purpose: Purpose, turn: int) -> Any:
    dispatched = await case.freeze(purpose, turn)
    async with case.database.transaction() as session:
        return (await outbox.unsent_ranges(session, dispatched, EVERYTHING))[0]


async def test_a_link_that_is_issued_to_a_revoked_partner_opens_nothing(
    case: Case, coordinator: Caller, visit: Visit
) -> None:
    await revoked(coordinator, case)
    late = Visit(case, await sign_link(case, MANANTIAL), visit.browser)
    assert (await late.read()).status_code == 404


async def test_a_new_link_is_sent_once_for_each_time_that_it_was_asked_for(
    case: Case, coordinator: Caller
) -> None:
    assert await links_to_send(case) is None
    for turn in (1, 2):
        await reissued(coordinator, case)
        request = await links_to_send(case)
        assert request
        assert (request.purpose, request.round) == (Purpose.SIGN_LINK, turn)
        assert len(await frozen(case)) == 1
        assert await links_to_send(case) is None


async def test_what_was_frozen_before_a_reissue_leaves_no_more(case: Case, coordinator: Caller) -> None:
    invitations = await case.batch(Purpose.INVITATION)
    await reissued(coordinator, case)
    claimed = {one.address for one in await case.claim(invitations)}
    assert claimed
    assert "amparo@manantial.example" not in claimed
    async with case.database.transaction() as session:
        await claims.finish_batch(session, invitations)
    await frozen(case)
    await case.end(Purpose.SIGN_LINK)
    dispatch = await again(case, Purpose.SIGN_ON_REMINDER, 1)
    await execute(case.database, "UPDATE delivery SET not_before = NULL")
    assert "amparo@manantial.example" in {one.address for one in await case.claim(dispatch)}


async def test_a_partner_that_has_answered_gets_a_link_too_after_the_window_as_well(
    case: Case, coordinator: Caller
) -> None:
    await answered(case, MANANTIAL)
    await execute(case.database, "UPDATE document SET sign_on_ended_at = now()")
    await reissued(coordinator, case)
    request = await links_to_send(case)
    assert request
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        (batch,) = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    assert [one.address for one in await case.claim(batch)] == ["amparo@manantial.example"]


@pytest.mark.parametrize(("change", "leaves"), [(Decision.HOLD, False), (Decision.STOP, False), (None, True)])
async def test_a_new_link_waits_at_the_gate_like_everything_else(
    case: Case, coordinator: Caller, change: Decision | None, *, leaves: bool
) -> None:
    await reissued(coordinator, case)
    request = await links_to_send(case)
    assert request
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        (batch,) = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    if change:
        await case.decide(change)
    assert bool(await case.claim(batch)) is leaves


async def test_links_are_listed_without_the_answers(case: Case, coordinator: Caller, visit: Visit) -> None:
    await visit.answer(visibility="withheld")
    await sign_link(case, "red-del-volcan")
    await execute(
        case.database,
        "UPDATE sign_link SET expires_at = now() WHERE id = (SELECT id FROM sign_link"
        " ORDER BY issued_at DESC LIMIT 1)",
    )
    path = f"{API}/actions/{case.action.reference}/invitations"
    listed = (await coordinator.client.get(path)).raise_for_status().json()["invitations"]
    states = {one["id"]: (one["link"], bool(one["expires_at"])) for one in listed}
    assert states.pop(MANANTIAL) == ("live", True)
    assert states.pop("red-del-volcan") == ("expired", True)
    assert set(states.values()) == {("awaited", False)}
    assert all("answer" not in one for one in listed)


async def test_the_trail_tells_who_revoked_and_reissued(
    case: Case, coordinator: Caller, visit: Visit
) -> None:
    await revoked(coordinator, case)
    await reissued(coordinator, case)
    query = "SELECT kind, person_id, detail FROM audit_event WHERE kind LIKE 'link%' ORDER BY sequence"
    rows = await execute(case.database, query)
    assert [(row.kind, row.person_id) for row in rows] == [
        ("links_revoked", coordinator.person_id),
        ("link_reissued", coordinator.person_id),
    ]
    invitation_id = (await visit_path(visit)).rpartition("/")[2]
    assert {row.detail["invitation_id"] for row in rows} == {invitation_id}


async def visit_path(visit: Visit) -> str:
    fresh = Visit(visit.case, await sign_link(visit.case, MANANTIAL), visit.browser)
    return await fresh.path()


async def test_a_partner_that_was_not_invited_has_no_link(case: Case, coordinator: Caller) -> None:
    before = await contents_of(case.database)
    for partner in ("nobody", "%00", "x" * 64):
        for answer in await both(coordinator, address(case, partner)):
            assert "was not invited" in problem(answer, 404)["title"]
    assert await contents_of(case.database) == before


async def both(caller: Caller, path: str) -> list[httpx.Response]:
    return [await caller.client.post(path), await caller.client.delete(path)]


async def test_after_the_end_no_link_is_reissued_and_all_can_be_revoked(
    site: Site, case: Case, coordinator: Caller, visit: Visit
) -> None:
    await visit.answer()
    await case.decide(Decision.STOP)
    refused = problem(await coordinator.client.post(address(case)), 409)
    assert refused["refusal"] == "already_ended"
    assert (await visit.read()).status_code == 200
    await revoked(coordinator, case)
    assert (await visit.read()).status_code == 404
    assert await execute(site.services.database, "SELECT answer FROM signature") == [("signed",)]
