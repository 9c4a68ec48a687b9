"""The live page of an action: a link of its own, what it shows, and what it does not."""

from dataclasses import replace
from http.cookies import SimpleCookie

import httpx
import pytest

from models.lifecycle import Decision
from models.vocabulary import SignatureVisibility
from tests.integration.outbox_cases import Case, execute, further, make_case
from tests.integration.web.public_lists import signed
from tests.integration.web.sign_visits import (
    assert_is_kept_by_nobody,
    garbage_like,
    visited_by_scanners,
    without_nonce,
)
from tests.integration.web.site import API, Caller, Site, problem
from tests.integration.web.snapshots import contents_of


async def link_to(coordinator: Caller, case: Case, hours: int = 12) -> str:
    """Make a link and return its path."""
    made = await coordinator.client.post(
        f"{API}/actions/{case.action.reference}/screens", json={"hours": hours}
    )
    assert made.status_code == 201, made.text
    return httpx.URL(made.json()["url"]).path


async def shown(browser: httpx.AsyncClient, link: str, **parameters: str) -> httpx.Response:
    """Follow a link to its page."""
    return await browser.get(link, params=parameters, follow_redirects=True)


async def test_it_shows_how_the_signing_goes_and_who_signed_in_public(
    site: Site, case: Case, coordinator: Caller
) -> None:
    link = await link_to(coordinator, case)
    await signed(case, "casa-manantial")
    await signed(case, "red-del-volcan", SignatureVisibility.WITHHELD)
    async with site.client() as browser:
        page = await shown(browser, link, lang="en")
        assert_is_kept_by_nobody(page)
        again = await browser.get(page.url.path)
    assert page.headers["Refresh"] == again.headers["Refresh"] == "15"
    assert "<script" not in page.text
    for words in ("<dt>Signed</dt><dd>2</dd>", "<dt>Invited</dt><dd>6</dd>", "El Manantial", "0 h 59 min"):
        assert words in page.text
    for hidden in ("Volcán", "Xiomara", "Vocera", case.action.title):
        assert hidden not in page.text
    assert "firma" not in page.text.partition("<main")[2]


async def test_the_secret_leaves_the_address_and_stays_in_a_cookie_for_that_page(
    site: Site, case: Case, coordinator: Caller
) -> None:
    link = await link_to(coordinator, case)
    token = link.rpartition("/")[2]
    before = await contents_of(site.services.database)
    async with site.client() as browser:
        moved = await browser.get(link)
        assert moved.status_code == 303
        cookie = SimpleCookie(moved.headers["Set-Cookie"])["screen"]
        assert (cookie.value, cookie["path"]) == (token, moved.headers["Location"])
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "lax")
        page = await browser.get(moved.headers["Location"])
        assert token not in page.text + str(page.headers) + str(page.url)
        await visited_by_scanners(browser, link, moved.headers["Location"])
    async with site.client() as stranger:
        assert (await stranger.get(moved.headers["Location"])).status_code == 404
    assert await contents_of(site.services.database) == before


async def test_it_can_be_made_to_stand_still(site: Site, case: Case, coordinator: Caller) -> None:
    link = await link_to(coordinator, case)
    async with site.client() as browser:
        page = await shown(browser, link)
        still = await browser.get(page.url.path, params={"lang": "fr", "paused": "1"})
    assert 'href="?lang=es&amp;paused=1"' in page.text
    assert "Refresh" not in still.headers
    assert 'href="?paused=1&amp;lang=pt"' in still.text


@pytest.mark.parametrize(
    ("decision", "words"), [(Decision.HOLD, "En pausa"), (Decision.STOP, "Esta acción terminó")]
)
async def test_on_hold_or_at_the_end_it_says_that_alone_and_goes_on_asking(
    site: Site, case: Case, coordinator: Caller, decision: Decision, words: str
) -> None:
    await signed(case, "casa-manantial")
    link = await link_to(coordinator, case)
    await case.decide(decision)
    async with site.client() as browser:
        page = await shown(browser, link)
        assert page.status_code == 200
        assert words in page.text
        assert page.headers["Refresh"]
        for hidden in (case.action.reference, "Manantial", "Invitadas", "<dd>"):
            assert hidden not in page.text
        if decision is Decision.HOLD:
            await case.decide(Decision.RESUME)
            assert "El Manantial" in (await browser.get(page.url.path)).text


async def test_before_partners_may_sign_and_when_their_time_is_over_it_says_so(
    site: Site, case: Case, coordinator: Caller
) -> None:
    other = await make_case(site.services.database)
    async with site.client() as browser:
        early = await shown(browser, await link_to(coordinator, other))
        assert "todavía no pueden firmar" in early.text
        await execute(case.database, "UPDATE document SET sign_on_ended_at = now()")
        assert "El plazo terminó" in (await shown(browser, await link_to(coordinator, case))).text


async def test_links_end_by_time_and_by_hand_and_all_that_open_nothing_look_alike(
    site: Site, case: Case, coordinator: Caller
) -> None:
    revoked, expired = await link_to(coordinator, case), await link_to(coordinator, case)
    other = await link_to(coordinator, await make_case(site.services.database))
    address = f"{API}/actions/{case.action.reference}/screens"
    async with site.client() as browser, site.client() as later:
        page = await shown(browser, revoked)
        assert page.status_code == 200
        await execute(
            case.database,
            "UPDATE screen_link SET expires_at = now() WHERE id <> :kept AND action_id = :action",
            kept=page.url.path.rpartition("/")[2],
            action=case.action.id,
        )
        assert (await coordinator.client.post(f"{address}/revocation")).json() == {"revoked": 1}
        assert (await coordinator.client.post(f"{address}/revocation")).json() == {"revoked": 0}
        dead = [
            await browser.get(page.url.path),
            *[await later.get(one) for one in (revoked, expired, "/screens/x", "/screens/%00")],
            *[await later.get(f"/screen/{one}") for one in garbage_like(revoked.rpartition("/")[2])],
        ]
        assert (await shown(later, other)).status_code == 200
    assert {without_nonce(one) for one in dead} == {(404, without_nonce(dead[0])[1])}
    kinds = "SELECT kind FROM audit_event WHERE kind LIKE 'screen%' AND action_id = :action ORDER BY number"
    found = [row.kind for row in await execute(case.database, kinds, action=case.action.id)]
    assert found == ["screen_linked", "screen_linked", "screens_revoked"]


@pytest.mark.parametrize("hours", [0, 745, 1.5, "12", None])
async def test_how_long_a_link_lasts_is_bounded(case: Case, coordinator: Caller, hours: object) -> None:
    address = f"{API}/actions/{case.action.reference}/screens"
    told = problem(await coordinator.client.post(address, json={"hours": hours}), 422)
    assert told["problems"][0]["field"].endswith("hours")


async def test_after_a_reopening_it_shows_the_window_before_until_another_opens(
    site: Site, case: Case, coordinator: Caller
) -> None:
    link = await link_to(coordinator, case)
    await signed(case, "casa-manantial")
    again = replace(case, document=await further(case))
    await execute(case.database, "UPDATE document SET sign_on_ended_at = now() WHERE number = 1")
    await execute(case.database, "UPDATE urgent_action SET leading_document = 2")
    async with site.client() as browser:
        before = await shown(browser, link, lang="en")
        await again.open_sign_on()
        then = await browser.get(before.url.path, params={"lang": "en"})
    index, quorum = case.action.reference, case.action.policy["sign_on"]["quorum"]
    for words in (f"{index}/1", "<dt>Signed</dt><dd>1</dd>", f"<dt>Signatures needed</dt><dd>{quorum}</dd>"):
        assert words in before.text
    assert f"{index}/2" in then.text
    assert "<dt>Signed</dt><dd>0</dd>" in then.text


async def test_it_counts_the_members_of_collectives_once(site: Site, case: Case, coordinator: Caller) -> None:
    await execute(case.database, "UPDATE partner SET member_count = 10 WHERE slug = 'red-del-volcan'")
    link = await link_to(coordinator, case)
    await signed(case, "red-del-volcan")
    async with site.client() as browser:
        page = await shown(browser, link, lang="en")
    assert "<dt>Signed</dt><dd>1</dd>" in page.text
    assert "With the members of collectives: 11 organisations" in page.text
