"""What is not an answer: nothing is signed, and what was typed is kept on the page."""

import re
from html import escape

import pytest

from tests.integration.sign_links import sign_link
from tests.integration.web.sign_visits import (
    ELSEWHERE,
    FILLED_IN,
    FROM_THE_PAGE,
    Visit,
    assert_no_form_is_answered_by_a_page,
)
from tests.integration.web.site import PUBLIC_URL, Site
from tests.integration.web.snapshots import contents_of, count_of

TYPED = 'Ana "La Ceiba" <Ejemplo>'


MISTAKES: list[tuple[str, dict[str, str | None], str]] = [
    ("sign", {"signer_name": ""}, "signer_name"),
    ("sign", {"signer_name": None}, "signer_name"),
    ("sign", {"signer_name": "   "}, "signer_name"),
    ("sign", {"signer_role": ""}, "signer_role"),
    ("sign", {"signer_name": "A" * 201}, "signer_name"),
    ("sign", {"signer_role": "A" * 201}, "signer_role"),
    ("sign", {"signer_name": "Ana\0"}, "signer_name"),
    ("sign", {"signer_name": "Ana\r\nBcc: x"}, "signer_name"),
    ("sign", {"signer_role": "Coordi\u202enadora"}, "signer_role"),
    ("decline", {"signer_name": ""}, "signer_name"),
    ("decline", {"signer_name": "Ana\0"}, "signer_name"),
    ("decline", {"signer_role": "A" * 100_000}, "signer_role"),
    ("sign", {"visibility": None}, "visibility"),
    ("sign", {"visibility": "secret"}, "visibility"),
    ("sign", {"digest": "0" * 64}, "answer"),
    ("sign", {"digest": None}, "answer"),
    ("sign", {"form_token": "0" * 64}, "answer"),
    ("sign", {"form_token": None}, "answer"),
    ("sign", {"form_token": "ñ"}, "answer"),
    ("", {}, "answer"),
    ("SIGN", {}, "answer"),
]


async def test_a_form_with_a_mistake_signs_nothing(site: Site, visit: Visit) -> None:
    before = await contents_of(site.services.database)
    for answer, changes, field in MISTAKES:
        page = await visit.answer(answer, **changes)
        assert page.status_code == 422, (answer, changes)
        assert re.findall(r'<li><a href="#(\w+)">', page.text) == [field], (answer, changes)
        assert await contents_of(site.services.database) == before, (answer, changes)


async def test_what_was_typed_is_kept_and_escaped(visit: Visit) -> None:
    page = await visit.answer(signer_name=TYPED, signer_role="", visibility="withheld")
    assert f'value="{escape(TYPED).replace("&quot;", "&#34;")}"' in page.text
    assert TYPED not in page.text
    withheld = page.text.partition('value="withheld"')[2].partition(">")[0]
    assert "checked" in withheld
    assert "&#34;" in page.text


async def test_after_a_mistake_the_corrected_form_signs(site: Site, visit: Visit) -> None:
    assert (await visit.answer(signer_name="")).status_code == 422
    assert (await visit.answer()).status_code == 200
    assert await count_of(site.services.database, "signature") == 1


async def test_a_form_posted_from_elsewhere_signs_nothing(site: Site, visit: Visit) -> None:
    form = {**await visit.fields(), "answer": "sign"}
    for headers in ELSEWHERE:
        page = await visit.post(form, headers)
        assert page.status_code == 422, headers
        assert FILLED_IN["signer_name"] in page.text
    assert await count_of(site.services.database, "signature") == 0


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": PUBLIC_URL}, {"Origin": f"{PUBLIC_URL}:443"}, FROM_THE_PAGE]
)
async def test_a_form_posted_from_the_page_signs(site: Site, visit: Visit, headers: dict[str, str]) -> None:
    form = {**await visit.fields(), "answer": "sign"}
    assert (await visit.post(form, headers)).status_code == 200
    assert await count_of(site.services.database, "signature") == 1


async def test_the_form_of_one_link_does_not_sign_another(site: Site, visit: Visit) -> None:
    neighbour = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    page = await visit.answer(form_token=(await neighbour.fields())["form_token"])
    assert page.status_code == 422
    assert await count_of(site.services.database, "signature") == 0


async def test_what_is_no_form_is_answered_by_a_page(site: Site, visit: Visit) -> None:
    before = await contents_of(site.services.database)
    path = await visit.path()
    await assert_no_form_is_answered_by_a_page(visit.browser, path, "signer_name", TYPED, visit.token)
    assert await contents_of(site.services.database) == before
