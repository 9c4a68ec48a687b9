"""A closed action that begins again years later: with a new document, and with everything asked afresh."""

import pytest

from storage.freezing import NotPermittedError
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.paperwork import FURTHER, UPDATE, Papers, languages_frozen, reached, two_verifiers
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import contents_of

CONSENT_AGAIN = """
    INSERT INTO consent (id, person_at_risk_id, use, given, given_by, method, given_on, recorded_at)
    SELECT gen_random_uuid(), person_at_risk_id, use, {given}, given_by, method, given_on, now()
    FROM consent WHERE given
"""


@pytest.fixture
async def papers(case: Case, coordinator: Caller) -> Papers:
    """An action that went out and was closed, of which the sign-on has ended."""
    await reached(case)
    await execute(case.database, "UPDATE document SET sign_on_ended_at = now()")
    await execute(case.database, "UPDATE urgent_action SET phase = 'closed', closed_at = now()")
    return Papers(case, coordinator)


async def test_only_a_closed_action_is_reopened(case: Case, coordinator: Caller) -> None:
    papers = Papers(case, coordinator)
    for column in (None, "rejected_at", "stopped_at"):
        if column:
            await execute(case.database, f"UPDATE urgent_action SET {column} = now()")
        before = await contents_of(case.database)
        told = problem(await papers.decide("reopen", FURTHER), 409)
        assert told["refusal"] == "not_closed", column
        assert await contents_of(case.database) == before


async def test_an_action_begins_again_with_a_new_document_and_nothing_attested(papers: Papers) -> None:
    answer = await papers.decide("reopen", FURTHER)
    assert answer.status_code == 200
    decided = answer.json()
    assert (decided["decision"], decided["phase"]) == ("reopen", "verifying")
    assert decided["attestations"] == {"count": 0, "required": 2}
    view = await papers.action()
    assert (view["phase"], view["closed_at"], view["released_at"]) == ("verifying", None, None)
    assert view["document"]["index"].endswith("/2")
    assert view["sign_on"]["opened_at"] is None
    rows = await execute(
        papers.case.database, "SELECT leading_document, verification_cycle FROM urgent_action"
    )
    assert [tuple(row) for row in rows] == [(2, 2)]
    timeline = await papers.caller.client.get(f"{papers.address}/timeline")
    told = [one["kind"] for one in timeline.json()["events"] if one["kind"] != "private_read"]
    assert told[-2:] == ["reopened", "document_opened"]
    assert problem(await papers.decide("reopen", FURTHER), 409)["refusal"] == "not_closed"


async def test_consents_are_asked_afresh_before_a_text_that_names_somebody_is_approved(
    site: Site, papers: Papers
) -> None:
    assert (await papers.decide("reopen", FURTHER)).is_success
    first, second = [papers.of(one) for one in await two_verifiers(site)]
    found = problem(await first.attest(), 422)["problems"]
    assert {one["field"] for one in found} == {"texts.es.body", "texts.en.body"}
    assert "Jacinta" not in str(found)
    assert (await first.attest("facts", "consent")).is_success
    problem(await first.approve(2, 1, "es"), 422)
    await execute(papers.case.database, CONSENT_AGAIN.format(given=True))
    for verifier in (first, second):
        with pytest.raises(NotPermittedError):
            await languages_frozen(papers.case, 2, 1)
        assert (await verifier.attest()).is_success
    assert await languages_frozen(papers.case, 2, 1) == {"es", "en"}


async def test_authorities_are_told_of_nobody_until_consents_are_there_and_a_version_is_made_by_them(
    papers: Papers,
) -> None:
    assert (await papers.decide("reopen", FURTHER)).is_success
    assert {one["kind"] for one in (await papers.newest(2))["renderings"]} == {"public"}
    assert problem(await papers.change(2), 409)["title"] == "Nothing has changed."
    await execute(papers.case.database, CONSENT_AGAIN.format(given=True))
    assert (await papers.change(2)).status_code == 201
    assert {one["kind"] for one in (await papers.newest(2))["renderings"]} == {"public", "identified"}


@pytest.mark.parametrize("no", ["given = false", "revoked_at = now()"])
async def test_who_had_said_no_is_not_written_of_by_name(papers: Papers, no: str) -> None:
    await execute(
        papers.case.database,
        f"UPDATE consent SET {no} WHERE use = 'name_in_public' AND given",
    )
    before = await contents_of(papers.case.database)
    found = problem(await papers.decide("reopen", FURTHER), 422)["problems"]
    assert {one["field"] for one in found} == {"texts.es.body", "texts.en.body"}
    assert await contents_of(papers.case.database) == before


async def test_an_expired_consent_does_not_keep_a_reopening_from_being_written(papers: Papers) -> None:
    await execute(papers.case.database, "UPDATE consent SET valid_until = current_date - 1")
    assert (await papers.decide("reopen", FURTHER)).is_success


async def test_a_text_with_problems_leaves_the_action_closed(papers: Papers) -> None:
    before = await contents_of(papers.case.database)
    texts = {"es": {**UPDATE["es"], "body": "Es Maruca."}}
    for tree in ({}, {"kind": "stop_action", "texts": UPDATE}, {"kind": "action", "texts": texts}):
        problem(await papers.decide("reopen", tree), 422)
    assert await contents_of(papers.case.database) == before


async def test_the_first_document_is_not_changed_any_more_and_the_next_waits_for_the_release(
    papers: Papers,
) -> None:
    assert (await papers.decide("reopen", FURTHER)).is_success
    assert "later document" in problem(await papers.change(1), 409)["title"]
    assert "not out yet" in problem(await papers.add(), 409)["title"]


async def test_a_draft_is_corrected_before_consents_are_there_and_a_renewed_no_counts_at_once(
    papers: Papers,
) -> None:
    assert (await papers.decide("reopen", FURTHER)).is_success
    texts = {**UPDATE, "es": {**UPDATE["es"], "summary": "Ceiba recibió dos llamadas."}}
    assert (await papers.change(2, texts)).status_code == 201
    await execute(papers.case.database, CONSENT_AGAIN.format(given=False))
    found = problem(await papers.change(2), 422)["problems"]
    assert {one["field"] for one in found} == {"texts.es.body", "texts.en.body"}
