"""After an answer: taking it back, signing after all, signing a text that has changed, and signing late."""

import asyncio

import pytest

from models.lifecycle import Decision
from models.vocabulary import Role
from security.sealed_places import signature_place
from tests import factories
from tests.integration.outbox_cases import execute
from tests.integration.sign_links import sign_link
from tests.integration.web.sign_history import answers, rewritten
from tests.integration.web.sign_visits import ELSEWHERE, Visit, forms_of, hidden_fields, without_nonce
from tests.integration.web.site import API, Site
from tests.integration.web.snapshots import contents_of

LARGEST_PAGE_BYTES = 60 * 1024


async def test_a_signature_is_taken_back_and_given_again(visit: Visit) -> None:
    thanks = await visit.answer()
    assert forms_of(thanks) == ["withdraw"]
    back = await visit.withdraw()
    assert back.status_code == 200
    assert "retiró su firma" in back.text
    assert forms_of(back) == ["answer"]
    assert await answers(visit.case) == [("signed", False), ("withdrawn", True)]
    again = await visit.answer()
    assert "Gracias" in again.text
    assert await answers(visit.case) == [("signed", False), ("withdrawn", False), ("signed", True)]


async def test_a_partner_that_declined_may_sign_after_all(visit: Visit) -> None:
    declined = await visit.answer("decline")
    assert "no firma" in declined.text
    assert forms_of(declined) == ["answer"]
    assert "Gracias" in (await visit.answer()).text
    assert await answers(visit.case) == [("declined", False), ("signed", True)]


async def test_what_was_taken_back_is_named_to_nobody_and_counted_no_more(site: Site, visit: Visit) -> None:
    await visit.answer()
    neighbour = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    assert "Casa de las Mujeres El Manantial" in (await neighbour.read()).text
    await visit.withdraw()
    assert "Casa de las Mujeres El Manantial" not in (await neighbour.read()).text
    events = await execute(
        site.services.database, "SELECT kind FROM audit_event ORDER BY sequence DESC LIMIT 1"
    )
    assert events == [("signature_withdrawn",)]
    nudges = await execute(
        site.services.database, "SELECT requested FROM pending_nudge WHERE addressee = 'sign_on'"
    )
    assert nudges == [(2,)]


WITHDRAWALS: list[tuple[dict[str, str | None], str]] = [
    ({"withdrawn_by": ""}, "withdrawn_by"),
    ({"withdrawn_by": None}, "withdrawn_by"),
    ({"withdrawn_by": "Ana\0"}, "withdrawn_by"),
    ({"withdrawn_by": "A" * 201}, "withdrawn_by"),
    ({"withdrawn_because": "x" * 2001}, "withdrawn_because"),
    ({"withdrawn_because": "a\x07"}, "withdrawn_because"),
    ({"form_token": None}, "withdraw"),
    ({"form_token": "0" * 64}, "withdraw"),
    ({"digest": "0" * 64}, "withdraw"),
    ({"digest": "no digest"}, "withdraw"),
]


async def test_a_withdrawal_with_a_mistake_takes_nothing_back(site: Site, visit: Visit) -> None:
    await visit.answer()
    before = await contents_of(site.services.database)
    for changes, field in WITHDRAWALS:
        page = await visit.withdraw(**changes)
        assert page.status_code == 422, changes
        assert f'<li><a href="#{field}">' in page.text, changes
        assert await contents_of(site.services.database) == before, changes


async def test_the_seal_of_one_form_does_not_fit_the_other(visit: Visit) -> None:
    fields = await visit.fields()
    await visit.answer()
    assert (await visit.withdraw(form_token=fields["form_token"])).status_code == 422
    assert await answers(visit.case) == [("signed", True)]


async def test_a_withdrawal_posted_from_elsewhere_takes_nothing_back(visit: Visit) -> None:
    await visit.answer()
    fields = hidden_fields(await visit.read(), "withdraw")
    for headers in ELSEWHERE:
        page = await visit.post({**fields, "answer": "withdraw", "withdrawn_by": "Amparo"}, headers)
        assert page.status_code == 422, headers
    assert await answers(visit.case) == [("signed", True)]


async def test_a_page_that_another_answer_has_overtaken_changes_nothing(visit: Visit) -> None:
    stale = await visit.fields()
    await visit.answer()
    withdrawal = {
        **hidden_fields(await visit.read(), "withdraw"),
        "answer": "withdraw",
        "withdrawn_by": "Ana",
    }
    await visit.withdraw()
    looked = await visit.read()
    for form in ({**stale, "answer": "sign"}, {**stale, "answer": "decline"}, withdrawal):
        page = await visit.post(form)
        assert without_nonce(page) == without_nonce(looked)
    assert await answers(visit.case) == [("signed", False), ("withdrawn", True)]


async def test_withdrawals_at_once_take_back_once(visit: Visit) -> None:
    await visit.answer()
    pages = await asyncio.gather(*(visit.withdraw(withdrawn_by=f"Ana {number}") for number in range(5)))
    assert {page.status_code for page in pages} <= {200, 422}
    assert await answers(visit.case) == [("signed", False), ("withdrawn", True)]


@pytest.mark.parametrize("ending", [Decision.HOLD, Decision.STOP, Decision.CLOSE])
async def test_a_signature_is_taken_back_also_while_the_action_is_held_and_once_it_has_ended(
    visit: Visit, ending: Decision
) -> None:
    await visit.answer()
    form = {**hidden_fields(await visit.read(), "withdraw"), "answer": "withdraw", "withdrawn_by": "Ana"}
    if ending is Decision.CLOSE:
        await execute(visit.case.database, "UPDATE urgent_action SET closed_at = now()")
    else:
        await visit.case.decide(ending)
    assert forms_of(await visit.post(form)) == []
    assert forms_of(await visit.read()) == []
    assert await answers(visit.case) == [("signed", False), ("withdrawn", True)]


@pytest.mark.parametrize("taken", ["decline", "withdraw"])
async def test_a_reason_is_kept_sealed(visit: Visit, taken: str) -> None:
    reason = "No firmamos lo que nombra a <nadie>.\nGracias."
    if taken == "decline":
        page = await visit.answer("decline", reason=reason.replace("\n", "\r\n"))
    else:
        await visit.answer(reason="of a signature nobody asks for one")
        page = await visit.withdraw(withdrawn_because=reason)
    assert page.status_code == 200
    assert "nadie" not in page.text
    query = "SELECT id, sealed_reason FROM signature WHERE superseded_at IS NULL"
    ((answer_id, sealed),) = await execute(visit.case.database, query)
    assert b"firmamos" not in sealed
    assert factories.CIPHER.open(sealed, context=signature_place(answer_id)) == reason
    kept = await execute(
        visit.case.database, "SELECT count(*) FROM signature WHERE sealed_reason IS NOT NULL"
    )
    assert kept == [(1,)]


@pytest.mark.parametrize(
    "change",
    ["UPDATE document SET sign_on_ended_at = now()", "UPDATE document SET sign_on_closes_at = now()"],
)
async def test_after_the_window_a_signature_is_late_and_called_so(visit: Visit, change: str) -> None:
    early = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    await early.answer()
    await execute(visit.case.database, change)
    assert "firma tardía" in (await visit.read()).text
    thanks = await visit.answer()
    assert "Llegó después del plazo" in thanks.text
    assert "Llegó después del plazo" not in (await early.read()).text
    query = "SELECT slug, late FROM signature JOIN partner ON partner.id = partner_id ORDER BY slug"
    assert await execute(visit.case.database, query) == [("casa-manantial", True), ("red-del-volcan", False)]


async def test_every_state_of_the_page_is_small(visit: Visit) -> None:
    pages = [await visit.read(), await visit.answer("sign", signer_name=""), await visit.answer("decline")]
    pages += [await visit.answer(), await visit.withdraw(withdrawn_by=""), await visit.withdraw()]
    pages += [await visit.answer()]
    await rewritten(visit.case)
    pages += [await visit.read()]
    await execute(visit.case.database, "UPDATE document SET sign_on_ended_at = now()")
    pages += [await visit.read(), await visit.answer()]
    await visit.case.decide(Decision.HOLD)
    pages += [await visit.read()]
    assert [len(page.content) < LARGEST_PAGE_BYTES for page in pages] == [True] * len(pages)


async def test_scanners_that_click_on_everything_and_type_nothing_change_nothing(
    site: Site, visit: Visit
) -> None:
    signed = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    await signed.answer()
    prefetching = {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender", "X-Moz": "prefetch"}
    before = await contents_of(site.services.database)
    for one, buttons in (visit, ("sign", "decline")), (signed, ("withdraw", "sign")):
        for method in ("GET", "HEAD"):
            for path in (one.link, await one.path()):
                await visit.browser.request(method, path, headers=prefetching)
        page = await one.read()
        for form in forms_of(page):
            for button in buttons:
                await one.browser.post(await one.path(), data={**hidden_fields(page, form), "answer": button})
                await one.browser.post(await one.path(), data={"answer": button})
    assert await contents_of(site.services.database) == before


async def test_coordinators_read_reasons_and_not_whose_a_withheld_signature_was(
    site: Site, visit: Visit
) -> None:
    neighbour = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    await visit.answer(visibility="withheld")
    await visit.withdraw(withdrawn_because="Ya no es seguro para nosotras.")
    await neighbour.answer("decline", reason="No conocemos el caso.")
    coordinator = await site.caller(Role.COORDINATOR)
    path = f"{API}/actions/{visit.case.action.reference}"
    async with coordinator.client as client:
        opened = (await client.get(f"{path}/private", params={"why": "coordinating"})).json()
        listed = (await client.get(f"{path}/signatures")).json()["signatures"]
        counted = (await client.get(path)).json()["sign_on"]
    assert [(one["partner"], one["answer"], one["reason"]) for one in opened["answers"]] == [
        ("Red de Defensoras del Volcán", "declined", "No conocemos el caso."),
        (None, "withdrawn", "Ya no es seguro para nosotras."),
    ]
    assert [(one["partner"], one["answer"]) for one in listed if one["answer"]] == [
        ("Red de Defensoras del Volcán", "declined"),
        (None, "withdrawn"),
    ]
    assert [(one["partner"], one["name"], one["proposed_by"]) for one in opened["signers"]] == [
        ("Red de Defensoras del Volcán", "Amparo Ficticia Ruiz", None)
    ]
    assert (counted["signed"], counted["declined"], counted["withdrawn"]) == (0, 1, 1)


async def test_the_list_tells_late_signatures_and_those_for_an_earlier_text(site: Site, visit: Visit) -> None:
    await visit.answer()
    await rewritten(visit.case)
    await execute(visit.case.database, "UPDATE document SET sign_on_ended_at = now()")
    neighbour = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    await neighbour.answer()
    coordinator = await site.caller(Role.COORDINATOR)
    path = f"{API}/actions/{visit.case.action.reference}"
    async with coordinator.client as client:
        listed = (await client.get(f"{path}/signatures")).json()["signatures"]
        counted = (await client.get(path)).json()["sign_on"]
    told = {one["partner"]: (one["late"], one["for_newest_text"]) for one in listed if one["answer"]}
    assert told == {
        "Casa de las Mujeres El Manantial": (False, False),
        "Red de Defensoras del Volcán": (True, True),
    }
    assert (counted["signed"], counted["signed_earlier"]) == (1, 1)
