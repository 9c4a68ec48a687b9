"""Reply clocks where a fact changed: of what is asked now, from when that reached each office."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from channels.email import EmailChannel
from models.columns import now
from models.follow_up_messages import DueKind
from models.mechanisms import Mechanism
from models.messages import DispatchRequest, DocumentRef, Purpose
from models.reply_vocabulary import StepState
from storage import actions, documents, freezing, outbox
from tests import factories
from tests.integration.check_ins import CheckInVisit, give_key
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import EVERYTHING, Case, execute
from tests.integration.overdue import (
    DAY,
    EMBASSY,
    MECHANISM,
    PROSECUTOR,
    approve,
    due,
    fall,
    fallen,
    overdue_case,
    respond,
    settle,
    step_of,
    submitted,
    target_id,
)
from tests.integration.senders import mailing, run
from tests.integration.web.approver_visits import SideVisit
from tests.integration.web.consent_calls import address
from tests.integration.web.fact_calls import FREE, asked_anew, filled_in, reported
from tests.integration.web.paperwork import FURTHER, Papers
from tests.integration.web.site import Caller, Site

AGAIN_AT = (now() - 12 * DAY).replace(minute=21, second=0, microsecond=0)
"""When what replaces the old demands reached everybody."""


@pytest.fixture
async def silent(site: Site) -> Case:
    """A case whose first statement went out 40 days ago and was answered by nobody."""
    return await overdue_case(site.services.database)


async def clocks(caller: Caller, case: Case) -> dict[str, Any]:
    answer = await caller.client.get(address(case, "clocks"))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def states(told: dict[str, Any]) -> list[str]:
    return [one["state"] for one in told["clocks"]]


async def newest(case: Case) -> DocumentRef:
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        return (await documents.current_version(session, action.id)).ref(action)


async def out(case: Case, at: datetime = AGAIN_AT, turn: int = 1) -> DocumentRef:
    """Have the newest document be confirmed, and go out by the gate; all of it was sent at a moment."""
    await case.confirm()
    document = await newest(case)
    async with case.database.transaction() as session:
        request = DispatchRequest(document=document, purpose=Purpose.STATEMENT, round=turn)
        dispatched = await freezing.freeze(session, request)
    await execute(
        case.database,
        "UPDATE delivery SET state = 'sent', claimed_at = :at, settled_at = :at WHERE dispatch_id = :id",
        at=at,
        id=dispatched.dispatch_id,
    )
    return document


async def replaced(caller: Caller, case: Case, **changes: Any) -> DocumentRef:
    """Report that she was found dead, and have what replaces the old demands go out."""
    number = (await newest(case)).number + 1
    await reported(caller, case, **changes)
    await asked_anew(caller, case, given_by="herself" if changes else "family")
    await filled_in(caller, case, number)
    return await out(case)


async def test_what_replaces_old_demands_starts_the_clocks_of_those_it_reached(
    silent: Case, coordinator: Caller
) -> None:
    before = await clocks(coordinator, silent)
    assert (before["document"], states(before)[:2]) == (f"{silent.action.reference}/1", ["late", "late"])
    await replaced(coordinator, silent)
    after = await clocks(coordinator, silent)
    prosecutor, mechanism, embassy = after["clocks"]
    assert after["document"] == f"{silent.action.reference}/2"
    assert (prosecutor["state"], mechanism["state"], embassy["state"]) == ("running", "late", "untimed")
    assert datetime.fromisoformat(mechanism["started"]) == AGAIN_AT
    assert datetime.fromisoformat(mechanism["due"]) == AGAIN_AT + 10 * DAY
    first = await due(silent)
    assert first
    assert (first.kind, first.subject, first.number) == (
        DueKind.REPLY,
        await target_id(silent, MECHANISM),
        1,
    )
    assert first.at == AGAIN_AT + 10 * DAY


async def test_between_the_report_and_the_new_document_no_clock_runs(
    silent: Case, coordinator: Caller
) -> None:
    await reported(coordinator, silent)
    told = await clocks(coordinator, silent)
    assert (told["document"], set(states(told))) == (f"{silent.action.reference}/2", {"not_started"})
    assert all(one["next_step"] is None for one in told["clocks"])
    following = await due(silent)
    assert following
    assert following.kind is not DueKind.REPLY


async def test_the_ladder_of_the_case_begins_anew_and_its_letter_is_about_the_new_document(
    site: Site, coordinator: Caller
) -> None:
    ladder = [{"after": "P0D", "step": "reminder"}, {"after": "P5D", "step": "embassy", "target": EMBASSY}]
    case = await overdue_case(site.services.database, {**factories.case_tree(), "escalation": ladder})
    await fallen(case)
    await approve(case, (await step_of(case, MECHANISM)).id)
    document = await replaced(coordinator, case)
    told = await fallen(case)
    (word,) = told.rounds
    assert (word.document, word.purpose, word.round) == (document, Purpose.REPLY_OVERDUE, 1)
    rows = await execute(
        case.database,
        "SELECT number, step, state, document_id FROM escalation_step WHERE document_id = :document",
        document=document.document_id,
    )
    assert [(row.number, row.step, row.state) for row in rows] == [(1, "reminder", "proposed")]
    (row,) = await execute(
        case.database, "SELECT id FROM escalation_step WHERE document_id = :id", id=document.document_id
    )
    draft = (await coordinator.client.get(address(case, f"steps/{row.id}"))).json()
    assert f"{case.action.reference}/2" in draft["subject"]
    await approve(case, row.id)
    letter = await due(case)
    assert letter
    assert (letter.kind, letter.subject) == (DueKind.REPLY_LETTER, row.id)
    (request,) = (await fall(case, letter)).rounds
    assert (request.document, request.purpose) == (document, Purpose.REPLY_REMINDER)
    await settle(case, letter)
    async with case.database.transaction() as session:
        frozen = await freezing.freeze(session, request)
        (batch,) = await outbox.unsent_ranges(session, frozen, EVERYTHING)
    assert [one.address for one in await case.claim(batch)] == ["urgente@mecanismo.example"]
    following = (await clocks(coordinator, case))["clocks"][MECHANISM]["next_step"]
    assert (following["number"], following["step"]) == (2, "embassy")


async def test_what_was_proposed_about_old_demands_is_dismissed_with_the_report(
    silent: Case, coordinator: Caller
) -> None:
    for _target in (MECHANISM, PROSECUTOR):
        await fallen(silent)
    await reported(coordinator, silent)
    for number in (MECHANISM, PROSECUTOR):
        step = await step_of(silent, number)
        assert (step.state, step.decided_by) == (StepState.DISMISSED, coordinator.person_id)
    rows = await execute(silent.database, "SELECT detail FROM audit_event WHERE kind = 'step_decided'")
    assert {row.detail["target"] for row in rows} == {MECHANISM, PROSECUTOR}


async def test_a_letter_that_was_approved_before_the_report_is_not_due_after_it(
    silent: Case, coordinator: Caller
) -> None:
    for _target in (MECHANISM, PROSECUTOR):
        await fallen(silent)
    await approve(silent, (await step_of(silent, MECHANISM)).id)
    letter = await due(silent)
    assert letter
    assert letter.kind is DueKind.REPLY_LETTER
    await reported(coordinator, silent)
    assert (await fall(silent, letter)).rounds == ()


async def test_what_falls_due_of_the_new_document_is_settled_and_not_due_again(
    silent: Case, coordinator: Caller
) -> None:
    await fallen(silent)
    await replaced(coordinator, silent)
    one = await due(silent)
    assert one
    assert (await fall(silent, one)).rounds == (await fall(silent, one)).rounds, "a lost run finds it again"
    await settle(silent, one)
    following = await due(silent)
    assert following
    assert (following.subject, following.number) != (one.subject, one.number)


async def test_the_link_in_word_of_a_late_answer_to_the_new_document_leads_to_the_form(
    site: Site, silent: Case, coordinator: Caller, mailbox: LocalMailbox
) -> None:
    await give_key(silent)
    document = await replaced(coordinator, silent)
    await fallen(silent)
    mailbox.forget_messages()
    email = EmailChannel(mailbox.relay, connections=2)
    batch = await replace(silent, document=document).batch(Purpose.REPLY_OVERDUE)
    await run(mailing(silent.database, email), batch)
    await email.close()
    (mail,) = mailbox.messages()
    (token,) = set(re.findall(r"/c/([\w-]{43})", mail["text"]))
    async with site.client() as browser:
        page = await SideVisit(browser, await CheckInVisit(str(token), browser).path()).read()
    assert f'<option value="{await target_id(silent, MECHANISM)}" selected>' in page.text


async def test_a_stop_action_starts_no_clock(silent: Case, coordinator: Caller) -> None:
    document = await replaced(coordinator, silent, **FREE, family=None)
    sent = "SELECT 1 FROM delivery JOIN dispatch ON dispatch.id = dispatch_id WHERE document_id = :document"
    assert await execute(silent.database, sent, document=document.document_id)
    told = await clocks(coordinator, silent)
    assert (told["document"], set(states(told))) == (f"{silent.action.reference}/2", {"not_started"})
    following = await due(silent)
    assert following
    assert following.kind is not DueKind.REPLY


async def test_an_answer_to_the_old_demands_is_none_to_the_new_ones(
    silent: Case, coordinator: Caller
) -> None:
    await respond(silent, MECHANISM)
    assert states(await clocks(coordinator, silent))[MECHANISM] == "answered"
    await reported(coordinator, silent)
    await asked_anew(coordinator, silent)
    await filled_in(coordinator, silent)
    await out(silent, now())
    assert states(await clocks(coordinator, silent))[MECHANISM] == "running"
    await respond(silent, MECHANISM)
    assert states(await clocks(coordinator, silent))[MECHANISM] == "answered"


async def test_the_clock_of_a_submission_runs_on_whatever_changed(silent: Case, coordinator: Caller) -> None:
    submission = await submitted(silent, Mechanism.CED, now() - 40 * DAY)
    await reported(coordinator, silent)
    one = await due(silent)
    assert one
    assert (one.kind, one.subject, one.number) == (DueKind.REPLY, submission, 1)


async def test_an_update_that_no_fact_brought_about_gives_no_office_more_time(
    silent: Case, coordinator: Caller
) -> None:
    before = await clocks(coordinator, silent)
    asks = {"es": {**FURTHER["texts"]["es"], "demands": ["Protegerla."]}}  # type: ignore[index]
    answer = await Papers(silent, coordinator).add({"kind": "further_information", "texts": asks})
    assert answer.status_code == 201, answer.text
    document = await out(silent)
    reached = await execute(
        silent.database,
        "SELECT recipient_id FROM delivery JOIN dispatch ON dispatch.id = dispatch_id"
        " WHERE document_id = :document",
        document=document.document_id,
    )
    assert await target_id(silent, PROSECUTOR) in {UUID(str(row.recipient_id)) for row in reached}
    assert await clocks(coordinator, silent) == before


async def test_of_two_facts_the_later_document_starts_the_clocks_that_count(
    silent: Case, coordinator: Caller
) -> None:
    await replaced(coordinator, silent)
    told = await clocks(coordinator, silent)
    assert "late" in states(told)
    await reported(coordinator, silent, change="found_dead", family=None)
    told = await clocks(coordinator, silent)
    assert (told["document"], set(states(told))) == (f"{silent.action.reference}/3", {"not_started"})
