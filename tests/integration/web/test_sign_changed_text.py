"""A text that changed since a partner read or signed it: what is new is shown, what is gone is not."""

from tests.integration.outbox_cases import execute
from tests.integration.web.sign_history import NEW_WORDS, OLD_WORDS, answers, rewritten
from tests.integration.web.sign_visits import Visit, forms_of, hidden_fields
from tests.integration.web.snapshots import count_of


async def test_a_posted_page_whose_text_has_changed_shows_what_is_new_and_signs_nothing(visit: Visit) -> None:
    fields = await visit.fields()
    await rewritten(visit.case)
    page = await visit.post({**fields, "answer": "sign"})
    assert page.status_code == 422
    assert "El texto cambió desde que abrió la página." in page.text
    changes = page.text.partition('id="changes"')[2].partition("</section>")[0]
    assert f"<ins>{NEW_WORDS}</ins>" in changes
    assert "aquí se quitó algo" in changes
    assert OLD_WORDS not in page.text
    assert 'value="Amparo Ficticia Ruiz"' in page.text
    assert await count_of(visit.case.database, "signature") == 0
    signed = await visit.post({**hidden_fields(page), "answer": "sign"})
    assert "Gracias" in signed.text


async def test_no_difference_is_shown_to_a_form_that_was_never_made(visit: Visit) -> None:
    fields = await visit.fields()
    await rewritten(visit.case)
    for changes in ({"form_token": "0" * 64}, {"digest": "0" * 64}, {"digest": "x"}):
        page = await visit.post({**fields, "answer": "sign", **changes})
        assert page.status_code == 422
        assert 'id="changes"' not in page.text


async def test_a_new_text_that_is_not_confirmed_is_not_shown_and_the_old_one_is_not_either(
    visit: Visit,
) -> None:
    fields = await visit.fields()
    await rewritten(visit.case, confirmed=False)
    for page in (await visit.read(), await visit.post({**fields, "answer": "sign"})):
        assert (page.status_code, forms_of(page)) == (200, [])
        assert "Manantial" not in page.text
    assert await count_of(visit.case.database, "signature") == 0


async def test_who_signed_an_earlier_text_sees_what_is_new_and_may_sign_it(visit: Visit) -> None:
    await visit.answer()
    await rewritten(visit.case, confirmed=False)
    waiting = await visit.read()
    assert forms_of(waiting) == ["withdraw"]
    assert NEW_WORDS not in waiting.text
    await visit.case.confirm()
    page = await visit.read()
    assert "firmó un texto anterior" in page.text
    assert f"<ins>{NEW_WORDS}</ins>" in page.text
    assert OLD_WORDS not in page.text
    assert forms_of(page) == ["answer", "withdraw"]
    assert "Gracias" in (await visit.answer()).text
    query = "SELECT DISTINCT digest FROM signature ORDER BY digest"
    assert len(await execute(visit.case.database, query)) == 2
    assert await answers(visit.case) == [("signed", False), ("signed", True)]


async def test_a_signature_for_an_earlier_text_can_be_taken_back_and_not_be_declined(visit: Visit) -> None:
    await visit.answer()
    await rewritten(visit.case)
    declined = await visit.answer("decline")
    assert await answers(visit.case) == [("signed", True)]
    assert forms_of(declined) == ["answer", "withdraw"]
    assert "retiró su firma" in (await visit.withdraw()).text
    query = "SELECT count(DISTINCT digest) FROM signature"
    assert await execute(visit.case.database, query) == [(1,)]
