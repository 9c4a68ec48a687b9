"""From the report of a fact on a demand such as "return her alive" leaves nowhere: the gate alone says so."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from models.follow_up_messages import DueKind
from models.messages import Batch, DeliveryState, DispatchRequest, Purpose
from models.vocabulary import Channel
from storage import claims, freezing, outbox
from storage.freezing import NotPermittedError
from tests.integration.gate_without import without_anywhere
from tests.integration.outbox_cases import EVERYTHING, Case, execute, handed_over_alone
from tests.integration.overdue import approved_letter, due, overdue_case
from tests.integration.sign_links import answered
from tests.integration.web.consent_calls import address
from tests.integration.web.fact_calls import asked_anew, attested_as_before, reported
from tests.integration.web.paperwork import released
from tests.integration.web.sign_visits import Visit, forms_of
from tests.integration.web.site import Caller, Site


async def frozen(case: Case, request: DispatchRequest) -> Batch:
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        batches = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    return next(batch for batch in batches if batch.channel is Channel.EMAIL)


async def invitation(case: Case) -> Batch:
    return await case.batch(Purpose.INVITATION)


async def reminder(case: Case) -> Batch:
    await case.end(Purpose.INVITATION)
    return await case.batch(Purpose.SIGN_ON_REMINDER)


async def delivery_in_ready(case: Case) -> Batch:
    return await case.batch(Purpose.STATEMENT)


async def late_language(case: Case) -> Batch:
    """Send the statement in the languages but one, and freeze that one when it is approved."""
    english = "confirms = 'text:en' AND action_id = :case"
    taken = await execute(
        case.database, f"DELETE FROM attestation WHERE {english} RETURNING *", case=case.action.id
    )
    await case.end(Purpose.STATEMENT)
    assert taken
    await case.confirm()
    return await case.batch(Purpose.STATEMENT, turn=2)


async def addendum(case: Case) -> Batch:
    await case.end(Purpose.STATEMENT)
    await answered(case, "casa-manantial")
    return await case.batch(Purpose.ADDENDUM)


async def new_link(case: Case) -> Batch:
    await case.end(Purpose.INVITATION)
    await execute(case.database, "UPDATE invitation SET reissued_at = now()")
    return await case.batch(Purpose.SIGN_LINK)


WAITING: dict[str, Callable[[Case], Awaitable[Batch]]] = {
    "an invitation": invitation,
    "a reminder": reminder,
    "a delivery in ready": delivery_in_ready,
    "a late language": late_language,
    "an addendum": addendum,
    "a new link": new_link,
}


async def report_and_have_all_else_hold(coordinator: Caller, case: Case) -> None:
    """Report that she was found dead, and have all else that the gate asks for, of the old text."""
    await released(case)
    await reported(coordinator, case)
    await asked_anew(coordinator, case)
    await attested_as_before(case)


@pytest.mark.parametrize("what", WAITING)
async def test_nothing_that_waits_with_an_old_demand_leaves_after_the_report(
    case: Case, coordinator: Caller, what: str
) -> None:
    batch = await WAITING[what](case)
    await report_and_have_all_else_hold(coordinator, case)
    assert await case.claim(batch) == []
    async with case.database.transaction() as session:
        outcome = await claims.finish_batch(session, batch)
    ended = await case.deliveries(batch)
    assert outcome.waiting == 0
    assert {(one.state, one.failure) for one in ended if one.failure} == {
        (DeliveryState.CANCELLED, "demands_replaced")
    }


@pytest.mark.parametrize("what", WAITING)
async def test_all_of_it_would_leave_without_that_condition(
    case: Case, coordinator: Caller, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_anywhere(monkeypatch, "demands stand")
    batch = await WAITING[what](case)
    await report_and_have_all_else_hold(coordinator, case)
    assert await case.claim(batch) != []


@pytest.mark.parametrize("taken_out", [False, True], ids=["with", "without"])
async def test_a_letter_about_an_answer_that_did_not_come_leaves_no_more(
    site: Site, coordinator: Caller, monkeypatch: pytest.MonkeyPatch, *, taken_out: bool
) -> None:
    if taken_out:
        without_anywhere(monkeypatch, "demands stand")
    silent = await overdue_case(site.services.database)
    batch = await frozen(silent, await approved_letter(silent))
    await report_and_have_all_else_hold(coordinator, silent)
    assert bool(await silent.claim(batch)) is taken_out


async def test_no_office_is_late_any_more_with_what_is_not_asked_for(site: Site, coordinator: Caller) -> None:
    silent = await overdue_case(site.services.database)
    first = await due(silent)
    assert first
    assert first.kind is DueKind.REPLY
    await reported(coordinator, silent)
    following = await due(silent)
    assert following is None or following.kind is not DueKind.REPLY


@pytest.mark.parametrize("taken_out", [False, True], ids=["with", "without"])
async def test_what_was_claimed_before_the_report_is_not_handed_over_after_it(
    case: Case, coordinator: Caller, monkeypatch: pytest.MonkeyPatch, *, taken_out: bool
) -> None:
    if taken_out:
        without_anywhere(monkeypatch, "demands stand")
    claim_id = uuid4()
    (first, *_) = await case.claim(await case.batch(), claim_id)
    await report_and_have_all_else_hold(coordinator, case)
    async with case.database.transaction() as session:
        passed = await handed_over_alone(session, case.action.id, first.id, claim_id)
    assert passed is taken_out


@pytest.mark.parametrize("purpose", [Purpose.STATEMENT, Purpose.INVITATION])
async def test_none_of_it_is_frozen_afterwards(case: Case, coordinator: Caller, purpose: Purpose) -> None:
    await report_and_have_all_else_hold(coordinator, case)
    with pytest.raises(NotPermittedError):
        await case.freeze(purpose)


async def test_before_anybody_is_asked_anew_the_report_alone_holds_everything(
    case: Case, coordinator: Caller
) -> None:
    batch = await case.batch()
    await released(case)
    assert len(await case.claim(batch, limit=1)) == 1
    await reported(coordinator, case)
    assert await case.claim(batch) == []


async def test_what_is_reported_of_another_case_stops_nothing_here(
    site: Site, case: Case, coordinator: Caller
) -> None:
    other: Case = await overdue_case(site.services.database)
    await reported(coordinator, other)
    assert await case.claim(await case.batch()) != []


async def test_a_sign_link_tells_nothing_of_the_text_and_takes_no_answer(
    visit: Visit, coordinator: Caller
) -> None:
    fields = await visit.fields()
    await report_and_have_all_else_hold(coordinator, visit.case)
    for page in (await visit.read(), await visit.post({**fields, "answer": "sign"})):
        assert (page.status_code, forms_of(page)) == (200, [])
        assert "Jacinta" not in page.text
        assert "no está abierto" in page.text
    assert await execute(visit.case.database, "SELECT id FROM signature") == []


async def test_the_case_itself_lives_on_and_check_ins_are_asked(case: Case, coordinator: Caller) -> None:
    await reported(coordinator, case)
    view = (await coordinator.client.get(address(case))).json()
    assert (view["on_hold"], view["closed_at"]) == (False, None)
    assert await case.claim(await case.batch(Purpose.CHECK_IN)) != []


async def test_rewriting_the_old_documents_does_not_bring_their_demands_back(
    case: Case, coordinator: Caller
) -> None:
    await released(case)
    await reported(coordinator, case)
    body = {"visibility": "pseudonym", "pseudonym": "Flor"}
    answer = await coordinator.client.post(address(case, "people/1/visibility"), json=body)
    assert answer.status_code == 200, answer.text
    await asked_anew(coordinator, case)
    await attested_as_before(case)
    with pytest.raises(NotPermittedError):
        await case.freeze()
