"""Saying of a later document that partners are asked to sign it, while Temporal is away."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.verification import POLICIES
from models.vocabulary import Role
from tests.integration.later import released
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.web.paperwork import FURTHER, UPDATE, Papers
from tests.integration.web.site import Caller, problem, running_site, services_over
from tests.integration.web.snapshots import contents_of

BRIEF = {"closes_after": "PT12H"}
ASKING = {**FURTHER, "sign_on": BRIEF}
WHOLE = {"partners": {"ids": ["casa-manantial"]}, "quorum": 1, "release": "by_hand", **BRIEF}


@pytest.fixture
async def papers(case: Case, coordinator: Caller) -> Papers:
    await released(case)
    return Papers(case, coordinator)


async def kept(papers: Papers) -> dict[str, Any] | None:
    rows = await execute(
        papers.case.database,
        "SELECT sign_on FROM document WHERE number = 2 AND action_id = :id",
        id=papers.case.action.id,
    )
    found: dict[str, Any] | None = rows[0].sign_on
    return found


async def test_what_is_left_out_is_as_in_the_case(papers: Papers) -> None:
    answer = await papers.add(ASKING)
    assert answer.status_code == 201
    of_case = papers.case.action.policy["sign_on"]
    shown = answer.json()["document"]["sign_on"]
    assert (shown["closes_after"], shown["quorum"]) == ("PT12H", of_case["quorum"])
    told = await kept(papers)
    assert told
    assert told["partners"] == of_case["partners"]
    first, second = await papers.listed()
    assert first["sign_on"]["quorum"] == of_case["quorum"]
    assert second["sign_on"] == shown
    view = await papers.action()
    assert (view["sign_on"]["quorum"], view["sign_on"]["opened_at"]) == (of_case["quorum"], None)


async def test_a_document_that_does_not_say_so_asks_nobody(papers: Papers) -> None:
    assert (await papers.add()).json()["document"]["sign_on"] is None
    assert await kept(papers) is None


@pytest.mark.parametrize(
    ("sign_on", "field"),
    [
        ({}, "sign_on.closes_after"),
        ({**BRIEF, "quorum": 0}, "sign_on.quorum"),
        ({**BRIEF, "remind_after": ["PT12H"]}, "sign_on.remind_after.0"),
        ({**BRIEF, "partners": {"ids": ["nobody-knows-it"]}}, "sign_on.partners.ids.0"),
        ({**BRIEF, "tell_withdrawals": True}, "sign_on.tell_withdrawals"),
    ],
)
async def test_what_it_says_wrongly_is_told_and_nothing_is_kept(
    papers: Papers, sign_on: dict[str, object], field: str
) -> None:
    before = await contents_of(papers.case.database)
    (found,) = problem(await papers.add({**FURTHER, "sign_on": sign_on}), 422)["problems"]
    assert found["field"] == field
    assert await contents_of(papers.case.database) == before


async def test_where_the_case_has_no_sign_on_all_of_it_must_be_said(papers: Papers) -> None:
    await execute(papers.case.database, "UPDATE urgent_action SET policy = policy - 'sign_on'")
    found = problem(await papers.add(ASKING), 422)["problems"]
    assert [one["field"] for one in found] == ["sign_on.partners", "sign_on.quorum", "sign_on.release"]
    assert (await papers.add({**FURTHER, "sign_on": WHOLE})).status_code == 201
    told = await kept(papers)
    assert told
    assert (told["partners"]["ids"], told["remind_after"]) == (["casa-manantial"], [])


async def test_where_the_network_signs_alone_nobody_is_asked(database_url: str, tmp_path: Path) -> None:
    alone = {urgency: one.model_copy(update={"sign_on": False}) for urgency, one in POLICIES.items()}
    services = replace(await services_over(database_url, tmp_path), policies=alone)
    async with running_site(services) as site:
        case = await make_case(services.database)
        await released(case)
        papers = Papers(case, await site.caller(Role.COORDINATOR))
        (found,) = problem(await papers.add(ASKING), 422)["problems"]
    assert (found["field"], "is not allowed" in found["rule"]) == ("sign_on", True)


async def test_a_text_too_long_for_the_page_is_refused_where_it_is_to_be_signed(papers: Papers) -> None:
    await execute(papers.case.database, "UPDATE urgent_action SET policy = policy - 'sign_on'")
    long = {**UPDATE, "es": {**UPDATE["es"], "background": "Otra llamada. " * 2_000}}
    (found,) = problem(await papers.add({**ASKING, "sign_on": WHOLE, "texts": long}), 422)["problems"]
    assert (found["field"], "too long" in found["rule"]) == ("texts.es", True)
    assert (await papers.add({**FURTHER, "texts": long})).status_code == 201


async def test_no_document_overtakes_one_that_partners_are_asked_to_sign(papers: Papers) -> None:
    await papers.add(ASKING)
    told = problem(await papers.add(), 409)
    assert "asked to sign" in told["title"]
    assert "documents version REF 2" in told["detail"]


async def test_a_version_says_it_of_a_document_that_did_not_and_others_say_nothing_of_it(
    papers: Papers,
) -> None:
    await papers.add()
    assert problem(await papers.change(2), 409)["title"] == "Nothing has changed."
    assert (await papers.change(2, sign_on=BRIEF)).status_code == 201
    told = await kept(papers)
    assert told
    assert problem(await papers.change(2, sign_on=BRIEF), 409)["title"] == "Nothing has changed."
    texts = {**UPDATE, "en": {**UPDATE["en"], "summary": "Another call."}}
    assert (await papers.change(2, texts)).status_code == 201
    assert await kept(papers) == told


async def test_it_is_too_late_once_partners_were_asked_or_the_document_is_out(papers: Papers) -> None:
    await papers.add(ASKING)
    await papers.case.confirm()
    await execute(papers.case.database, "UPDATE document SET sign_on_opened_at = now() WHERE number = 2")
    told = problem(await papers.change(2, sign_on={"closes_after": "PT24H"}), 409)
    assert "sign-on extend REF 2" in told["detail"]
    assert (await kept(papers) or {})["closes_after"] == "PT12H"


async def test_of_the_first_document_the_case_says_it(case: Case, coordinator: Caller) -> None:
    told = problem(await Papers(case, coordinator).change(1, sign_on=BRIEF), 409)
    assert "the case says it" in told["detail"]


async def test_a_document_that_reopens_an_action_says_it_anew(papers: Papers) -> None:
    await execute(papers.case.database, "UPDATE urgent_action SET closed_at = now(), phase = 'closed'")
    assert (await papers.decide("reopen", {**FURTHER, "sign_on": WHOLE})).status_code == 200
    view = await papers.action()
    assert (view["sign_on"]["quorum"], view["sign_on"]["policy"]) == (1, "by_hand")
