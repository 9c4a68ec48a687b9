"""Pages that many open at once are set once for all; each reader still sees her own, and what is so now."""

import re

import httpx

from storage.known_signatories import READINGS
from tests.integration.outbox_cases import Case
from tests.integration.sign_links import sign_link
from tests.integration.web.sign_visits import Visit, hidden_fields
from tests.integration.web.site import Site

OTHER = "red-del-volcan"
NAMES = {"casa-manantial": "Casa de las Mujeres El Manantial", OTHER: "Red de Defensoras del Volcán"}
NONCE = re.compile(r"style-src 'nonce-([\w-]{22})'")


async def _other(site: Site, case: Case) -> Visit:
    return Visit(case, await sign_link(case, OTHER), site.client())


async def test_two_who_read_the_same_statement_each_have_their_own_page(
    site: Site, case: Case, visit: Visit
) -> None:
    other = await _other(site, case)
    pages = [await one.read() for one in (visit, other, visit, other)]
    for page, mine, hers in zip(pages, [*NAMES] * 2, [*reversed(NAMES)] * 2, strict=True):
        assert NAMES[mine] in page.text
        assert NAMES[hers] not in page.text
    tokens = [hidden_fields(page)["form_token"] for page in pages]
    assert tokens[:2] == tokens[2:]
    assert len(set(tokens)) == 2
    nonces = [NONCE.findall(page.headers["Content-Security-Policy"]) for page in pages]
    assert len({*map(tuple, nonces)}) == len(pages)
    assert all(page.text.count(nonce[0]) == 1 for page, nonce in zip(pages, nonces, strict=True))


async def test_the_form_of_one_reader_counts_for_nobody_else(site: Site, case: Case, visit: Visit) -> None:
    other = await _other(site, case)
    fields = await visit.fields()
    assert (await other.post({**fields, "answer": "sign"})).status_code == 422
    assert (await visit.post({**fields, "answer": "sign"})).status_code == 200


async def test_who_signs_is_on_the_next_page_that_anybody_opens(site: Site, case: Case, visit: Visit) -> None:
    other = await _other(site, case)
    assert NAMES[OTHER] not in (await visit.read()).text
    assert (await other.answer()).status_code == 200
    assert NAMES[OTHER] in (await visit.read()).text
    assert (await other.withdraw()).status_code == 200
    assert NAMES[OTHER] not in (await visit.read()).text


async def test_thanks_are_each_readers_own(site: Site, case: Case, visit: Visit) -> None:
    other = await _other(site, case)
    thanked = [await one.answer() for one in (visit, other)]
    again = [await one.read() for one in (visit, other)]
    for mine, hers, *pages in zip(NAMES.values(), reversed(NAMES.values()), thanked, again, strict=True):
        assert all(mine in page.text and hers not in page.text for page in pages)
    tokens = {hidden_fields(page, "withdraw")["form_token"] for page in [*thanked, *again]}
    assert len(tokens) == 2


async def test_who_withdraws_is_named_no_more_on_the_very_page_that_answers_her(
    site: Site, case: Case, visit: Visit
) -> None:
    other = await _other(site, case)
    assert (await other.answer()).status_code == 200
    fields = hidden_fields(await other.read(), "withdraw")
    for _ in range(READINGS):
        assert NAMES[OTHER] in signed_so_far(await visit.read())
    withdrawn = await other.post({**fields, "answer": "withdraw", "withdrawn_by": "Amparo Ficticia"})
    assert withdrawn.status_code == 200
    assert NAMES[OTHER] not in signed_so_far(withdrawn)
    assert NAMES[OTHER] not in signed_so_far(await visit.read())


def signed_so_far(page: httpx.Response) -> str:
    """Return the part of a page that names who has signed."""
    return page.text.partition('<section class="signed">')[2].partition("</section>")[0]
