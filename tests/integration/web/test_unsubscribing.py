"""The page behind "unsubscribe", and the one click of mail programs (RFC 8058)."""

import asyncio
import re
from itertools import cycle
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text

from models.outbox import Delivery
from storage.database import Database
from tests.integration.outbox_cases import execute, make_case
from tests.integration.sign_links import sign_link
from tests.integration.web.site import PUBLIC_URL, Site
from tests.integration.web.snapshots import contents_of
from tests.waiting import until
from web.errors import PROBLEM_JSON

AT_ONCE = 100
"""More than there are connections to the database."""
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BY_HAND = {
    "Origin": PUBLIC_URL,
    "Sec-Fetch-Site": "same-origin",
    "Cookie": "whatever=1",
}


async def on_lists(site: Site) -> list[Delivery]:
    """Freeze a statement, and return the messages to those who stand on a list."""
    case = await make_case(site.services.database)
    return [one for one in await case.deliveries(await case.batch()) if one.recipient_kind == "contact"]


async def listed(site: Site) -> Delivery:
    return (await on_lists(site))[0]


def path_to(site: Site, delivery: Delivery) -> str:
    return site.services.unsubscribe_links.to(delivery.id, "es").removeprefix(PUBLIC_URL)


async def suppressed(database: Database) -> list[tuple[bytes, str]]:
    found = await execute(database, "SELECT fingerprint, reason FROM suppression")
    return [(bytes(row.fingerprint), row.reason) for row in found]


async def test_looking_changes_nothing(site: Site) -> None:
    path = path_to(site, await listed(site))
    before = await contents_of(site.services.database)
    async with site.client() as client:
        for method in ("GET", "HEAD"):
            page = await client.request(method, path)
            assert page.status_code == 200
            assert page.headers["Cache-Control"] == "no-store"
            assert "set-cookie" not in page.headers
    assert await contents_of(site.services.database) == before


async def test_one_post_without_cookie_from_any_place_leaves_the_lists(site: Site) -> None:
    ways: list[tuple[dict[str, str], dict[str, Any]]] = [
        ({}, {"data": ONE_CLICK}),
        ({}, {"files": {name: (None, value) for name, value in ONE_CLICK.items()}}),
        (BY_HAND, {"data": ONE_CLICK}),
        ({"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}, {"data": ONE_CLICK}),
    ]
    everybody = await on_lists(site)
    for delivery, (headers, body) in zip(everybody, cycle(ways), strict=False):
        async with site.client(**headers) as client:
            for _ in range(2):
                page = await client.post(path_to(site, delivery), **body)
                assert page.status_code == 200
                assert page.headers["Cache-Control"] == "no-store"
                assert "Ya no recibirá acciones urgentes" in page.text
        assert (delivery.fingerprint, "unsubscribed") in await suppressed(site.services.database)
    assert len(await suppressed(site.services.database)) == len(everybody) >= len(ways)


async def test_the_button_of_the_page_posts_what_leaves_the_lists(site: Site) -> None:
    delivery = await listed(site)
    async with site.client() as client:
        page = await client.get(path_to(site, delivery))
        (form,) = re.findall(r"<form.*?</form>", page.text, re.DOTALL)
        fields = dict(re.findall(r'name="([^"]+)" value="([^"]+)"', form))
        assert 'method="post"' in form
        assert "action=" not in form
        await client.post(path_to(site, delivery), data=fields)
    assert len(await suppressed(site.services.database)) == 1


async def test_a_post_that_does_not_say_so_changes_nothing(site: Site) -> None:
    path = path_to(site, await listed(site))
    bodies: list[dict[str, str] | None] = [None, {}, {"List-Unsubscribe": "one-click"}, {"x": "One-Click"}]
    async with site.client() as client:
        assert [(await client.post(path, data=body)).status_code for body in bodies] == [400] * 4
    assert await suppressed(site.services.database) == []


async def answers(client: httpx.AsyncClient, path: str) -> list[tuple[int, str, list[str]]]:
    """Look and leave; without what is new in each answer."""
    found = [await client.get(path), await client.post(path, data=ONE_CLICK)]
    secret = re.compile(r'nonce="[^"]+"')
    return [(one.status_code, secret.sub("", one.text), sorted(one.headers)) for one in found]


async def test_what_we_did_not_make_is_answered_alike(site: Site) -> None:
    delivery = await listed(site)
    tokens = [site.services.unsubscribe_links.token(uuid4()), "A" * 64, "x", "%00", "ñ"]
    async with site.client() as client:
        real = await answers(client, path_to(site, delivery))
        for token in tokens:
            assert await answers(client, f"/u/{token}?lang=es") == real
    assert len(await suppressed(site.services.database)) == 1


async def test_the_page_speaks_the_language_of_the_mail(site: Site) -> None:
    said = {
        "es": "Darse de baja",
        "en": "Unsubscribe",
        "pt-BR": "Cancelar",
        "fr": "Se désabonner",
        "zz": "Darse",
    }
    async with site.client() as client:
        pages = {lang: await client.get(f"/u/{'A' * 64}", params={"lang": lang}) for lang in said}
    assert {lang: said[lang] in page.text for lang, page in pages.items()} == dict.fromkeys(said, True)


async def test_while_the_database_is_away_she_is_told_so_by_a_page(site: Site) -> None:
    delivery = await listed(site)
    await execute(site.services.database, "ALTER TABLE suppression RENAME TO away")
    async with site.client() as client:
        page = await client.post(path_to(site, delivery), data=ONE_CLICK)
    assert page.status_code >= 500
    assert page.headers["Content-Type"].startswith("text/html")
    assert PROBLEM_JSON not in page.headers["Content-Type"]


async def test_a_flood_of_those_who_leave_keeps_nobody_waiting_who_signs(site: Site) -> None:
    case = await make_case(site.services.database)
    await case.open_sign_on()
    link = await sign_link(case, "casa-manantial")
    contacts = [one for one in await case.deliveries(await case.batch()) if one.recipient_kind == "contact"]
    path = path_to(site, contacts[0])

    async def all_places_taken() -> bool:
        return site.services.leaving.locked()

    async with site.client() as leaving, site.client() as signing:
        async with site.services.database.transaction() as session:
            await session.execute(text("LOCK TABLE suppression"))
            posts = [asyncio.create_task(leaving.post(path, data=ONE_CLICK)) for _ in range(AT_ONCE)]
            await until(all_places_taken)
            assert (await signing.get(f"/s/{link}")).status_code == 303
            assert not any(post.done() for post in posts)
        answers = await asyncio.gather(*posts)
    assert {one.status_code for one in answers} == {200}
    assert len(await suppressed(site.services.database)) == 1
