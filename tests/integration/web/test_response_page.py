"""A coordinator writes a response down by the link in a check-in, or in word of a late answer."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels.email import EmailChannel
from models.columns import now
from models.lifecycle import Decision
from models.mechanisms import Mechanism
from models.messages import Purpose
from security.sealed_places import response_place
from tests.integration.check_ins import CheckInVisit, ask_for_news, give_key
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute
from tests.integration.overdue import (
    DAY,
    MECHANISM,
    PROSECUTOR,
    SENT_AT,
    fallen,
    overdue_case,
    submitted,
    target_id,
)
from tests.integration.senders import mailing, run
from tests.integration.web.approver_visits import SideVisit
from tests.integration.web.sign_visits import (
    ELSEWHERE,
    assert_is_kept_by_nobody,
    hidden_fields,
    visited_by_scanners,
    without_nonce,
)
from tests.integration.web.site import API, Caller, Site
from tests.integration.web.snapshots import contents_of, count_of

NOTE = "Oficio 123 de la Lic. Eulalia: prometen medidas."
TODAY = now().date().isoformat()
ROWS = "SELECT * FROM response"


@pytest.fixture
async def case(site: Site) -> Case:
    made = await overdue_case(site.services.database)
    await give_key(made)
    return made


@pytest.fixture
async def late(site: Site, case: Case, mailbox: LocalMailbox) -> AsyncIterator[SideVisit]:
    """The page behind the link in real mail that says that the mechanism is late."""
    (request,) = (await fallen(case)).rounds
    assert request.purpose is Purpose.REPLY_OVERDUE
    mailbox.forget_messages()
    email = EmailChannel(mailbox.relay, connections=2)
    await run(mailing(case.database, email), await case.batch(Purpose.REPLY_OVERDUE))
    await email.close()
    (mail,) = mailbox.messages()
    (token,) = set(re.findall(r"/c/([\w-]{43})", mail["text"]))
    assert token in mail["html"]
    async with site.client() as browser:
        yield SideVisit(browser, await CheckInVisit(str(token), browser).path())


@pytest.fixture
async def asked(site: Site, case: Case, mailbox: LocalMailbox) -> AsyncIterator[CheckInVisit]:
    """The link in a check-in."""
    token = await ask_for_news(case, mailbox)
    async with site.client() as browser:
        yield CheckInVisit(token, browser)


async def answer_of(case: Case, number: int = MECHANISM, **changes: str | None) -> dict[str, str | None]:
    chosen = str(await target_id(case, number))
    filled = {"answerer": chosen, "kind": "pledge", "channel": "letter", "received_on": TODAY, "note": NOTE}
    return {**filled, **changes}


async def clocks(caller: Caller, case: Case) -> list[dict[str, Any]]:
    listed = await caller.client.get(f"{API}/actions/{case.action.reference}/clocks")
    found: list[dict[str, Any]] = listed.json()["clocks"]
    return found


async def test_word_of_a_late_answer_leads_to_a_form_with_whoever_is_late_chosen(
    case: Case, late: SideVisit, coordinator: Caller
) -> None:
    page = await late.read()
    assert_is_kept_by_nobody(page)
    assert f'<option value="{await target_id(case, MECHANISM)}" selected>' in page.text
    assert case.action.title not in page.text
    told = await late.post(await answer_of(case))
    assert told.status_code == 200
    assert "la respuesta está anotada" in told.text
    (row,) = await execute(case.database, ROWS)
    assert (row.kind, row.channel, row.recorded_by) == ("pledge", "letter", case.action.author_id)
    assert (await clocks(coordinator, case))[MECHANISM]["state"] == "answered"


async def test_a_check_in_leads_there_as_well_and_stays_open(case: Case, asked: CheckInVisit) -> None:
    page = SideVisit(asked.browser, f"{await asked.path()}/response")
    assert f'href="{page.path}"' in (await asked.read()).text
    assert (await page.post(await answer_of(case, PROSECUTOR))).status_code == 200
    assert await count_of(case.database, "response") == 1
    assert await count_of(case.database, "check_in_answer") == 0
    await asked.tap("news")
    assert f'href="{page.path}"' in (await asked.read()).text
    assert (await page.post(await answer_of(case, MECHANISM))).status_code == 200
    assert await count_of(case.database, "response") == 2


async def test_the_link_of_a_late_answer_answers_no_check_in(case: Case, late: SideVisit) -> None:
    check_in = late.path.removesuffix("/response")
    assert (await late.browser.get(check_in)).status_code == 404
    posted = await late.browser.post(check_in, data={"said": "no_news"})
    assert posted.status_code == 404
    assert await count_of(case.database, "check_in_answer") == 0


async def test_a_summary_is_sealed_and_the_trail_says_that_it_came_by_the_link(
    site: Site, case: Case, late: SideVisit
) -> None:
    told = await late.post(await answer_of(case))
    assert "Eulalia" not in told.text
    assert "Eulalia" not in repr(await contents_of(case.database))
    (row,) = await execute(case.database, ROWS)
    assert site.services.cipher.open(row.sealed_note, context=response_place(row.id)) == NOTE
    (event,) = await execute(
        case.database, "SELECT person_id, detail FROM audit_event WHERE kind = 'response_logged'"
    )
    detail = {"response_id": str(row.id), "target": MECHANISM, "kind": "pledge", "by_link": True}
    assert (event.person_id, event.detail) == (case.action.author_id, detail)


async def test_a_second_click_or_a_reload_adds_nothing(case: Case, late: SideVisit) -> None:
    page = await late.read()
    fields = hidden_fields(page)
    for _click in range(2):
        assert (await late.post({**await answer_of(case), **fields})).status_code == 200
    assert await count_of(case.database, "response") == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"answerer": ""}, "Elija quién respondió."),
        ({"answerer": "00000000-0000-0000-0000-000000000000"}, "Elija quién respondió."),
        ({"kind": None}, "Elija qué respondió."),
        ({"kind": "nice"}, "Elija qué respondió."),
        ({"channel": ""}, "Elija cómo llegó."),
        ({"received_on": ""}, "Escriba el día en que llegó"),
        ({"received_on": "2999-01-01"}, "Escriba el día en que llegó"),
        ({"note": "x" * 1001}, "Escriba como máximo 1000 caracteres"),
        ({"note": "a\x00b"}, "Escriba como máximo 1000 caracteres"),
        ({"note": "{{ x }}"}, "Escriba como máximo 1000 caracteres"),
    ],
)
async def test_what_the_api_would_refuse_is_said_and_what_was_written_stays(
    case: Case, late: SideVisit, changed: dict[str, str | None], said: str
) -> None:
    page = await late.post({**await answer_of(case), **changed})
    assert page.status_code == 422
    assert said in page.text
    if "note" not in changed:
        assert NOTE in page.text
    assert await count_of(case.database, "response") == 0


async def test_looking_scanners_and_other_sites_write_nothing_down(
    site: Site, case: Case, late: SideVisit
) -> None:
    before = await contents_of(case.database)
    async with site.client() as scanner:
        assert await visited_by_scanners(scanner, late.path) == {404}
    await late.read()
    for headers in ELSEWHERE:
        assert (await late.post(await answer_of(case), headers)).status_code == 422
    for token in (None, "x"):
        assert (await late.post({**await answer_of(case), "form_token": token})).status_code == 422
    assert await contents_of(case.database) == before


async def test_an_answer_to_a_submission_is_written_down_there_too(
    case: Case, late: SideVisit, coordinator: Caller
) -> None:
    submission = await submitted(case, Mechanism.CED, SENT_AT)
    unsent = await submitted(case, Mechanism.IACHR, None)
    page = await late.read()
    assert "Presentación: Comité contra la Desaparición Forzada" in page.text
    assert str(unsent) not in page.text
    assert (await late.post(await answer_of(case, answerer=str(submission)))).status_code == 200
    assert (await clocks(coordinator, case))[-1]["state"] == "answered"


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE check_in_link SET expires_at = now()",
        "UPDATE api_key SET revoked_at = now()",
        "UPDATE person SET roles = '{verifier}'",
        "UPDATE urgent_action SET closed_at = now()",
    ],
)
async def test_a_link_opens_nothing_once_it_expired_her_keys_are_gone_or_the_action_ended(
    case: Case, late: SideVisit, ending: str
) -> None:
    page = await late.read()
    posted = {**await answer_of(case), **hidden_fields(page)}
    await execute(case.database, ending)
    gone = await late.read()
    assert gone.status_code == 404
    assert (await late.browser.post(late.path, data=posted)).status_code == 404
    other = await late.browser.get("/check-in/00000000-0000-0000-0000-000000000000/response")
    assert without_nonce(gone) == without_nonce(other)
    assert await count_of(case.database, "response") == 0


async def test_during_a_hold_an_answer_is_written_down_as_by_the_api(case: Case, late: SideVisit) -> None:
    await case.decide(Decision.HOLD)
    assert (await late.post(await answer_of(case))).status_code == 200
    assert await count_of(case.database, "response") == 1


def test_the_story_of_this_file_lies_in_the_past() -> None:
    assert now() - SENT_AT > 30 * DAY
