"""The partners' page: reading changes nothing, a posted answer counts once."""

import asyncio
from html import escape

import pytest

from models.lifecycle import Decision
from tests.integration.outbox_cases import execute, make_case
from tests.integration.sign_links import sign_link
from tests.integration.web.sign_visits import (
    FILLED_IN,
    Visit,
    assert_is_kept_by_nobody,
    visited_by_scanners,
    without_nonce,
)
from tests.integration.web.site import API, Caller, Site
from tests.integration.web.snapshots import contents_of, count_of

LARGEST_PAGE_BYTES = 60 * 1024


async def test_a_hundred_visits_of_mail_scanners_change_nothing(site: Site, visit: Visit) -> None:
    before = await contents_of(site.services.database)
    paths = visit.link, await visit.path()
    tempting = [f"{path}?lang=en&answer=sign&signer_name=A&signer_role=B" for path in paths]
    assert await visited_by_scanners(visit.browser, *paths, *tempting) == {200, 303}
    assert await contents_of(site.services.database) == before


async def test_the_page_shows_the_statement_and_is_kept_by_nobody(visit: Visit) -> None:
    page = await visit.read()
    assert_is_kept_by_nobody(page)
    assert "Casa de las Mujeres El Manantial" in page.text
    assert "Amparo Ficticia Ruiz" in page.text
    assert "vehículo sin placas" in page.text
    assert len(page.content) < LARGEST_PAGE_BYTES
    assert visit.token not in page.text
    assert "Maruca" not in page.text


async def test_each_view_has_a_nonce_of_its_own(visit: Visit) -> None:
    first, second = [await visit.read() for _ in range(2)]
    assert first.text != second.text
    assert without_nonce(first) == without_nonce(second)


async def test_the_language_is_the_partners_unless_the_visitor_chooses(visit: Visit) -> None:
    spanish = await visit.read()
    english = await visit.read("en")
    unknown = await visit.read("xx")
    assert '<html lang="es"' in spanish.text
    assert '<html lang="en"' in english.text
    assert "vehicle without number plates" in english.text
    assert without_nonce(unknown) == without_nonce(spanish)


@pytest.mark.parametrize(
    ("contact", "partner", "shown"),
    [
        ("en-GB", ["es"], "vehicle without number plates"),
        ("fr", ["fr", "en"], "vehicle without number plates"),
        ("fr", ["fr"], "un vehículo sin placas"),
    ],
    ids=["her own without its region", "another of her organisation", "that of the case"],
)
async def test_a_statement_that_is_not_in_her_language_is_shown_in_the_next_that_she_may_read(
    visit: Visit, contact: str, partner: list[str], shown: str
) -> None:
    database = visit.case.database
    await execute(database, "UPDATE partner_contact SET language = :language", language=contact)
    await execute(database, "UPDATE partner SET languages = :languages", languages=partner)
    assert shown in (await visit.read()).text


async def test_a_posted_answer_signs(site: Site, visit: Visit) -> None:
    thanks = await visit.answer()
    assert thanks.status_code == 200
    assert "Gracias" in thanks.text
    ((answer, visibility, name, role, digest),) = await execute(
        site.services.database, "SELECT answer, visibility, signer_name, signer_role, digest FROM signature"
    )
    assert (answer, visibility) == ("signed", "public")
    assert (name, role) == (FILLED_IN["signer_name"], FILLED_IN["signer_role"])
    assert digest.hex() in thanks.text
    assert await execute(
        site.services.database, "SELECT requested FROM pending_nudge WHERE addressee = 'sign_on'"
    ) == [(1,)]


async def test_a_second_answer_shows_the_first(site: Site, visit: Visit) -> None:
    fields = await visit.fields()
    first = await visit.answer()
    second = await visit.post({**fields, "answer": "decline", "signer_name": "Otra"})
    looked = await visit.read()
    assert without_nonce(first) == without_nonce(second) == without_nonce(looked)
    assert await execute(site.services.database, "SELECT answer, signer_name FROM signature") == [
        ("signed", FILLED_IN["signer_name"])
    ]


@pytest.mark.parametrize("ending", [None, Decision.HOLD, Decision.STOP])
async def test_the_page_that_thanks_says_nothing_of_the_case(
    site: Site, visit: Visit, ending: Decision | None
) -> None:
    texts = await execute(site.services.database, "SELECT headline, summary FROM document_text")
    thanks = await visit.answer()
    if ending:
        await visit.case.decide(ending)
    looked = await visit.read()
    assert without_nonce(looked) == without_nonce(thanks)
    assert visit.case.action.reference in looked.text
    for headline, summary in texts:
        assert escape(headline) not in looked.text
        assert escape(summary) not in looked.text


async def test_a_statement_whose_consents_have_yet_to_be_confirmed_is_not_shown(
    site: Site, visit: Visit
) -> None:
    fields = await visit.fields()
    await execute(site.services.database, "UPDATE urgent_action SET consent_revision = 2")
    page = await visit.post({**fields, "answer": "sign"})
    assert "El Manantial" not in page.text
    assert "<form" not in page.text
    assert await count_of(site.services.database, "signature") == 0
    await visit.case.confirm()
    assert "Gracias" in (await visit.answer()).text


async def test_answers_at_once_through_two_links_sign_once(site: Site, visit: Visit) -> None:
    other = Visit(visit.case, await sign_link(visit.case, "casa-manantial"), visit.browser)
    answers = await asyncio.gather(
        *(one.answer(signer_name=f"Ana {number}") for number in range(5) for one in (visit, other))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({without_nonce(answer) for answer in answers}) == 1
    assert await count_of(site.services.database, "signature") == 1
    assert await execute(
        site.services.database, "SELECT count(*) FROM audit_event WHERE kind = 'signed'"
    ) == [(1,)]


async def test_declining_needs_a_name_and_no_role(site: Site, visit: Visit) -> None:
    thanks = await visit.answer("decline", signer_role=None)
    assert thanks.status_code == 200
    assert await execute(
        site.services.database, "SELECT answer, signer_name, signer_role FROM signature"
    ) == [("declined", FILLED_IN["signer_name"], None)]


async def test_a_withheld_signature_is_counted_and_not_named_to_others(visit: Visit) -> None:
    assert "no se publica" in (await visit.answer(visibility="withheld")).text
    neighbour = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    page = (await neighbour.read()).text
    assert "Casa de las Mujeres El Manantial" not in page
    assert "Amparo" not in page


async def test_a_signature_for_authorities_alone_is_named_to_neither_neighbours_nor_coordinators(
    visit: Visit, coordinator: Caller
) -> None:
    path = f"{API}/actions/{visit.case.action.reference}/signatures"
    before = (await coordinator.client.get(path)).json()["signatures"]
    assert all(one["partner"] for one in before)
    assert "solo en lo que va a autoridades" in (await visit.answer(visibility="authorities")).text
    neighbour = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    assert "Casa de las Mujeres El Manantial" not in (await neighbour.read()).text
    listed = (await coordinator.client.get(path)).json()["signatures"]
    assert [one["answer"] for one in listed].count("signed") == 1
    assert len(listed) == len(before)
    assert {(one["partner"], one["country"]) for one in listed} == {(None, None)}, "who is left could be told"


async def test_a_public_signature_is_named_to_others(visit: Visit) -> None:
    await visit.answer()
    neighbour = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    page = (await neighbour.read()).text
    assert "Casa de las Mujeres El Manantial" in page
    assert "Amparo" not in page


@pytest.mark.parametrize("ending", ["hold", "stop", "closed"])
async def test_an_action_that_takes_no_answers_shows_a_page_that_says_nothing(
    site: Site, visit: Visit, ending: str
) -> None:
    fields = await visit.fields()
    if ending in {"hold", "stop"}:
        await visit.case.decide(Decision(ending))
    else:
        change = {
            "closed": "UPDATE urgent_action SET phase = 'closed', closed_at = now()",
        }[ending]
        await execute(site.services.database, change)
    page = await visit.post({**fields, "answer": "sign"})
    assert without_nonce(page) == without_nonce(await visit.read())
    assert page.status_code == 200
    assert "El Manantial" not in page.text
    assert "<form" not in page.text
    assert await count_of(site.services.database, "signature") == 0


async def test_after_a_hold_the_partner_may_sign(site: Site, visit: Visit) -> None:
    await visit.case.decide(Decision.HOLD)
    await visit.case.decide(Decision.RESUME)
    assert (await visit.answer()).status_code == 200
    assert await count_of(site.services.database, "signature") == 1


async def test_a_link_of_another_action_is_not_touched(site: Site, visit: Visit) -> None:
    other = await make_case(site.services.database)
    await other.open_sign_on()
    elsewhere = Visit(other, await sign_link(other, "casa-manantial"), visit.browser)
    await visit.answer()
    assert "<form" in (await elsewhere.read()).text
