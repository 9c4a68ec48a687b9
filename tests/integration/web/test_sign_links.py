"""From a sign link to its page: the address gives the secret up, the browser keeps it for that page."""

import re
from dataclasses import replace
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from security.tokens import token_hash
from tests.integration.outbox_cases import Case, execute
from tests.integration.sign_links import sign_link
from tests.integration.web.sign_visits import Visit, garbage_like, without_nonce
from tests.integration.web.site import PUBLIC_URL, Site, running_site, services_over
from tests.integration.web.snapshots import contents_of, count_of


def cookie_of(moved: httpx.Response) -> SimpleCookie:
    return SimpleCookie(moved.headers["Set-Cookie"])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_link_leads_to_a_page_whose_address_is_no_secret(
    site: Site, visit: Visit, method: str
) -> None:
    before = await contents_of(site.services.database)
    moved = await visit.browser.request(method, visit.link)
    ((invitation_id,),) = await execute(
        site.services.database,
        "SELECT invitation_id FROM sign_link WHERE token_hash = :hash",
        hash=token_hash(visit.token),
    )
    assert (moved.status_code, moved.headers["Location"]) == (303, f"/sign/{invitation_id}")
    assert moved.content == b""
    assert moved.headers["Cache-Control"] == "no-store"
    assert moved.headers["Referrer-Policy"] == "no-referrer"
    page = await visit.browser.get(moved.headers["Location"])
    assert page.status_code == 200
    assert visit.token not in page.text + str(page.headers) + str(page.url)
    assert await contents_of(site.services.database) == before


async def test_the_cookie_is_for_that_page_alone_and_out_of_reach_of_scripts_and_other_sites(
    visit: Visit,
) -> None:
    moved = await visit.browser.get(visit.link)
    cookie = cookie_of(moved)["link"]
    assert cookie.value == visit.token
    assert cookie["path"] == moved.headers["Location"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "lax")
    assert (cookie["domain"], cookie["max-age"], cookie["expires"]) == ("", "", "")


async def test_behind_a_proxy_with_a_prefix_the_cookie_and_the_address_carry_it(
    database_url: str, tmp_path: Path, case: Case
) -> None:
    services = await services_over(database_url, tmp_path)
    behind = replace(services, public_url="http://red.example/acuerpa")
    async with running_site(behind) as site, site.client() as browser:
        moved = await browser.get(f"/s/{await sign_link(case, 'casa-manantial')}")
    cookie = cookie_of(moved)["link"]
    assert moved.headers["Location"].startswith("/acuerpa/sign/")
    assert cookie["path"] == moved.headers["Location"]
    assert not cookie["secure"]


async def test_the_language_of_the_link_goes_along(visit: Visit) -> None:
    moved = await visit.browser.get(visit.link, params={"lang": "pt"})
    assert moved.headers["Location"].endswith("?lang=pt")
    unknown = await visit.browser.get(visit.link, params={"lang": "pt\r\nSet-Cookie: a=b"})
    assert "?" not in unknown.headers["Location"]
    assert len(unknown.headers.get_list("Set-Cookie")) == 1


async def test_two_invitations_in_one_browser_do_not_disturb_each_other(site: Site, visit: Visit) -> None:
    neighbour = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    hers, theirs = await visit.fields(), await neighbour.fields()
    assert (await visit.post({**hers, "answer": "sign"})).status_code == 200
    assert (await neighbour.post({**theirs, "answer": "decline"})).status_code == 200
    query = "SELECT slug, answer FROM signature JOIN partner ON partner.id = partner_id ORDER BY slug"
    assert await execute(site.services.database, query) == [
        ("casa-manantial", "signed"),
        ("red-del-volcan", "declined"),
    ]


async def test_a_page_that_was_opened_by_one_link_is_sent_after_another_of_the_same_invitation(
    site: Site, visit: Visit
) -> None:
    fields = await visit.fields()
    reminder = Visit(visit.case, await sign_link(visit.case, "casa-manantial"), visit.browser)
    await reminder.read()
    assert (await visit.post({**fields, "answer": "sign"})).status_code == 200
    assert await count_of(site.services.database, "signature") == 1


async def unusable(site: Site, visit: Visit) -> list[str]:
    """Return paths that open nothing, each for a reason of its own."""
    case, database = visit.case, site.services.database
    expired = await sign_link(case, "red-del-volcan", timedelta(seconds=-1))
    revoked = await sign_link(case, "red-del-volcan")
    change = "UPDATE sign_link SET revoked_at = now() WHERE token_hash = :hash"
    await execute(database, change, hash=token_hash(revoked))
    neighbours = await sign_link(case, "northern-lights-fund")
    change = (
        "UPDATE invitation SET revoked_at = now() FROM sign_link"
        " WHERE sign_link.invitation_id = invitation.id AND token_hash = :hash"
    )
    await execute(database, change, hash=token_hash(neighbours))
    tokens = [expired, revoked, neighbours, *garbage_like(visit.token)]
    pages = [row.id for row in await execute(database, "SELECT id FROM invitation")]
    return [*(f"/s/{token}" for token in tokens), *(f"/sign/{page}" for page in [*pages, "x", "%00"])]


async def test_dead_links_and_pages_without_a_link_cannot_be_told_apart(site: Site, visit: Visit) -> None:
    paths = await unusable(site, visit)
    before = await contents_of(site.services.database)
    async with site.client() as stranger:
        pages = {without_nonce(await stranger.get(path)) for path in paths}
        form = {"answer": "sign"}
        posted = {
            without_nonce(await stranger.post(path, data=form)) for path in paths if path.startswith("/sign/")
        }
    assert len(pages) == 1
    assert pages == posted
    assert next(iter(pages))[0] == 404
    assert await contents_of(site.services.database) == before


async def test_a_cookie_opens_no_page_but_that_of_its_own_invitation(site: Site, visit: Visit) -> None:
    neighbour = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    hers, theirs = await visit.path(), await neighbour.path()
    async with site.client(Cookie=f"link={visit.token}") as thief:
        assert (await thief.get(hers)).status_code == 200
        assert (await thief.get(theirs)).status_code == 404
        assert (await thief.post(theirs, data={"answer": "decline"})).status_code == 404
    for wrong in ("x", "", "A" * 43, '"', "\x7f"):
        async with site.client(Cookie=f"link={wrong}") as thief:
            assert (await thief.get(hers)).status_code == 404


async def test_a_link_that_is_revoked_shuts_the_page_that_it_had_opened(site: Site, visit: Visit) -> None:
    fields = await visit.fields()
    path = await visit.path()
    await execute(site.services.database, "UPDATE sign_link SET revoked_at = now()")
    assert (await visit.browser.get(path)).status_code == 404
    form = {**fields, "answer": "sign", "signer_name": "Ana", "signer_role": "Directora"}
    answer = await visit.browser.post(path, data={**form, "visibility": "public"})
    assert answer.status_code == 404
    assert await count_of(site.services.database, "signature") == 0


async def test_a_link_cannot_be_posted_to(visit: Visit) -> None:
    assert (await visit.browser.post(visit.link, data={"answer": "sign"})).status_code == 405


async def test_no_address_on_the_page_leads_back_to_the_secret_or_to_another_site(visit: Visit) -> None:
    page = (await visit.read()).text
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', page)
    assert addresses
    beside = f"{await visit.path()}/"
    assert all(one.startswith(("#", "?lang=", beside)) for one in addresses)
    assert visit.token not in "".join(addresses)
    assert PUBLIC_URL not in page
