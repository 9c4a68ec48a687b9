"""From a check-in to its answer by one tap: real mails, and the page behind their links."""

from collections.abc import AsyncIterator

import pytest

from models.lifecycle import Decision
from models.messages import Purpose
from security.tokens import token_hash
from tests.integration.check_ins import CheckInVisit, answers_of, ask_for_news, give_key
from tests.integration.followed import followed_case
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.sign_visits import (
    ELSEWHERE,
    FROM_THE_PAGE,
    assert_is_kept_by_nobody,
    garbage_like,
    hidden_fields,
    visited_by_scanners,
    without_nonce,
)
from tests.integration.web.site import API, Caller, Site
from tests.integration.web.snapshots import contents_of


@pytest.fixture
async def case(site: Site) -> Case:
    made = await followed_case(site.services.database)
    await give_key(made)
    return made


@pytest.fixture
async def check_in(site: Site, case: Case, mailbox: LocalMailbox) -> AsyncIterator[CheckInVisit]:
    """The link in the first check-in."""
    token = await ask_for_news(case, mailbox)
    async with site.client() as browser:
        yield CheckInVisit(token, browser)


async def test_only_the_hash_of_a_link_is_kept_and_its_page_says_nothing_of_the_case(
    case: Case, check_in: CheckInVisit
) -> None:
    ((kept,),) = await execute(case.database, "SELECT token_hash FROM check_in_link")
    assert kept == token_hash(check_in.token)
    before = await contents_of(case.database)
    page = await check_in.read()
    assert_is_kept_by_nobody(page)
    assert case.action.title not in page.text
    assert check_in.token not in page.text + str(page.url)
    assert "<script" not in page.text
    assert await contents_of(case.database) == before


async def test_scanners_that_follow_a_link_answer_nothing(
    case: Case, check_in: CheckInVisit, site: Site
) -> None:
    path = await check_in.path()
    before = await contents_of(case.database)
    async with site.client() as scanner:
        assert 303 in await visited_by_scanners(scanner, f"/c/{check_in.token}", path)
    assert await contents_of(case.database) == before


@pytest.mark.parametrize("said", ["no_news", "news", "needs_update"])
async def test_one_tap_answers_and_leaves_a_row_and_an_event(
    case: Case, check_in: CheckInVisit, said: str, coordinator: Caller
) -> None:
    told = await check_in.tap(said)
    assert told.status_code == 200
    assert 'method="post"' not in told.text
    assert await answers_of(case) == [(1, said, True)]
    timeline = await coordinator.client.get(f"{API}/actions/{case.action.reference}/timeline")
    (event,) = [one for one in timeline.json()["events"] if one["kind"] == "check_in_answered"]
    assert event["detail"]["news"] == said
    assert event["detail"].keys() == {"document_id", "number", "news"}


async def test_a_second_tap_changes_nothing(case: Case, check_in: CheckInVisit) -> None:
    fields = hidden_fields(await check_in.read())
    await check_in.tap("no_news")
    again = await check_in.post({**fields, "said": "news"})
    assert again.status_code == 200
    assert await answers_of(case) == [(1, "no_news", True)]


async def test_one_tap_on_closing_asks_once_more_and_closes_nothing(
    case: Case, check_in: CheckInVisit
) -> None:
    before = await contents_of(case.database)
    asked = await check_in.tap("close")
    assert 'value="close_confirmed"' in asked.text
    assert 'value="no_news"' not in asked.text
    assert await contents_of(case.database) == before


async def test_the_first_page_cannot_confirm_that_it_is_closed(case: Case, check_in: CheckInVisit) -> None:
    refused = await check_in.post({**hidden_fields(await check_in.read()), "said": "close_confirmed"})
    assert refused.status_code == 422
    assert await answers_of(case) == []


async def test_while_temporal_is_away_closing_says_so_and_leaves_the_check_in_open(
    case: Case, check_in: CheckInVisit
) -> None:
    asked = await check_in.tap("close")
    answer = await check_in.post({**hidden_fields(asked), "said": "close_confirmed"})
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert await answers_of(case) == []


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
async def test_a_form_that_another_site_had_posted_answers_nothing(
    case: Case, check_in: CheckInVisit, headers: dict[str, str]
) -> None:
    fields = hidden_fields(await check_in.read())
    refused = await check_in.post({**fields, "said": "news"}, headers)
    assert refused.status_code == 422
    assert await answers_of(case) == []


@pytest.mark.parametrize("said", ["", "reopen", "back", "close "])
async def test_what_no_button_says_answers_nothing(case: Case, check_in: CheckInVisit, said: str) -> None:
    assert (await check_in.tap(said)).status_code == 422
    assert await answers_of(case) == []


async def test_the_form_of_one_check_in_answers_no_other(
    case: Case, check_in: CheckInVisit, site: Site, mailbox: LocalMailbox
) -> None:
    fields = hidden_fields(await check_in.read())
    async with site.client() as browser:
        second = CheckInVisit(await ask_for_news(case, mailbox, 2), browser)
        assert (await second.post({**fields, "said": "news"})).status_code == 422
    assert await answers_of(case) == []


USELESS = {
    "expired": "UPDATE check_in_link SET expires_at = now()",
    "stopped": "UPDATE urgent_action SET stopped_at = now()",
    "closed": "UPDATE urgent_action SET closed_at = now()",
    "reopened": "UPDATE urgent_action SET leading_document = 2",
    "no coordinator any more": "UPDATE person SET roles = ARRAY['verifier']",
    "keys revoked, as when a telephone is stolen": "UPDATE api_key SET revoked_at = now()",
}


async def test_every_link_that_opens_nothing_is_answered_alike(check_in: CheckInVisit, site: Site) -> None:
    path = await check_in.path()
    async with site.client() as stranger:
        pages = {without_nonce(await stranger.get(one)) for one in (path, "/check-in/x", "/check-in/%00")}
        for token in garbage_like(check_in.token):
            pages.add(without_nonce(await stranger.get(f"/c/{token}")))
    assert len(pages) == 1


@pytest.mark.parametrize("broken", USELESS.values(), ids=USELESS)
async def test_a_link_ends_with_its_reason(case: Case, check_in: CheckInVisit, broken: str) -> None:
    fields, path = hidden_fields(await check_in.read()), await check_in.path()
    await execute(case.database, broken)
    assert (await check_in.browser.get(f"/c/{check_in.token}")).status_code == 404
    assert (await check_in.browser.get(path)).status_code == 404
    assert (
        await check_in.browser.post(path, data={**fields, "said": "news"}, headers=FROM_THE_PAGE)
    ).status_code == 404
    assert await answers_of(case) == []


async def test_her_page_speaks_the_language_that_she_chooses(check_in: CheckInVisit) -> None:
    words = {"es": "No hay novedades", "en": "There is no news", "pt": "Não há novidades"}
    for language, word in words.items():
        assert word in (await check_in.read(language)).text


async def test_what_was_answered_is_not_asked_again(case: Case, coordinator: Caller) -> None:
    batch = await case.batch(Purpose.CHECK_IN)
    path = f"{API}/actions/{case.action.reference}/check-ins"
    given = await coordinator.client.post(f"{path}/1/answer", json={"news": "no_news"})
    assert given.status_code == 200
    assert await case.claim(batch) == []
    (listed,) = (await coordinator.client.get(path)).json()["check_ins"]
    assert (listed["number"], listed["news"], listed["by_link"]) == (1, "no_news", False)


async def test_the_api_refuses_a_check_in_that_was_not_asked_and_one_that_was_answered(
    case: Case, coordinator: Caller
) -> None:
    await case.batch(Purpose.CHECK_IN)
    path = f"{API}/actions/{case.action.reference}/check-ins"
    assert (await coordinator.client.post(f"{path}/2/answer", json={"news": "news"})).status_code == 404
    assert (await coordinator.client.post(f"{path}/1/answer", json={"news": "news"})).status_code == 200
    assert (await coordinator.client.post(f"{path}/1/answer", json={"news": "news"})).status_code == 409


async def test_a_verifier_may_read_check_ins_and_not_answer_them(case: Case, verifier: Caller) -> None:
    await case.batch(Purpose.CHECK_IN)
    path = f"{API}/actions/{case.action.reference}/check-ins"
    assert (await verifier.client.get(path)).status_code == 200
    assert (await verifier.client.post(f"{path}/1/answer", json={"news": "news"})).status_code == 403


async def test_a_hold_does_not_keep_an_answer_out(case: Case, check_in: CheckInVisit) -> None:
    await case.decide(Decision.HOLD)
    assert (await check_in.tap("news")).status_code == 200
    assert await answers_of(case) == [(1, "news", True)]
